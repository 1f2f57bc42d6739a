"""A vendor's status page as the plan has it: which to read, how often, and which channels its components speak for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

EVERY = timedelta(minutes=2)
FROZEN_AFTER = timedelta(days=7)
DIVERT, EXPECT = "divert", "expect"


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePlan:
    """One page. `components`: the page's name -> our channels; `markets`: the page's region -> our market.

    `planned`: what its planned work does, DIVERT contacts where the rules allow it, or EXPECT trouble only.

    `hosts` are those to which it may redirect; a page whose own date is older than `frozen_after` is not believed.
    """

    id: str
    format: str
    url: str
    hosts: tuple[str, ...] = ()
    every: timedelta = EVERY
    frozen_after: timedelta = FROZEN_AFTER
    components: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    markets: Mapping[str, str] = field(default_factory=dict)
    planned: str = DIVERT
