"""What a decision looks at: the situation that is published, and one contact's case."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.domain.belief import Belief
from chalicelib.domain.detection.lateness import Look
from chalicelib.domain.detection.trust import Trust
from chalicelib.domain.load import Load
from chalicelib.domain.model import Medium
from chalicelib.domain.orders import Orders
from chalicelib.domain.plan import Plan
from chalicelib.domain.planned_work.notices import DueNotice
from chalicelib.domain.regions.seat import Seat
from chalicelib.domain.shares.share import Shifted


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything a decision looks at besides the contact; `upcoming` is for the front door alone."""

    plan: Plan
    orders: Orders = field(default_factory=Orders)
    beliefs: Mapping[str, Belief] = field(default_factory=dict)
    loads: Mapping[str, Load] = field(default_factory=dict)
    upcoming: tuple[DueNotice, ...] = ()
    look: Look = field(default_factory=Look)
    probers: tuple[Trust, ...] = ()
    home: Seat = field(default_factory=Seat)
    shifted: Mapping[str, Shifted] = field(default_factory=dict)
    version: int = 0
    at: datetime | None = None
    stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a decision looks at in a contact. `key` draws trials and shares; `full` names desks without tokens just now.

    `drawn` is a desk that the draw by shares is taken to put first, where no one contact is meant.
    """

    key: str
    purpose: str
    market: str
    medium: Medium
    full: frozenset[str] = frozenset()
    drawn: str = ""
