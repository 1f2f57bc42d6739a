"""Where home is: told from what each region says of itself, so that no region ever writes another's words.

A *stand* is what one region says; only that region writes it. Home is the region that took over with the highest epoch.
A *term* is one time of being home, `EPOCH@REGION`; the founding region's first term, before anybody took over, is "".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

SETTLE = timedelta(seconds=15)
"""From taking over to the first send: until then the former home, where it can hear of it, has ended what it began.

A replica is behind by 2 s at most as a rule, a container goes by a situation of up to 2 s, a send takes up to 8 s.
"""
ALIVE = timedelta(seconds=150)
"""A region whose tick was heard of within this time lives, as far as can be seen from here."""
HEARD = timedelta(minutes=2)
"""After a region has heard of a new home: by then its writes of before have come over, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """One walk through all rows after a taking-over: where it stands and what it has found so far, in rows.

    `mended` are all that were woken since the taking-over; the other counts are this walk's.
    """

    epoch: int = 0
    began: datetime | None = None
    done: datetime | None = None
    cursor: str = ""
    last: bool = False
    """Every other region had heard of the new home before this walk began: nothing can turn up any more."""
    rows: int = 0
    in_doubt: int = 0
    repeated: int = 0
    mended: int = 0
    told: bool = False
    """It stands in the ledger, and its event is on its way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """What a region says of itself. `terms` are the epochs that it took; `known` the highest that it has heard of."""

    region: str
    version: int = 0
    beat: datetime | None = None
    terms: tuple[int, ...] = ()
    since: datetime | None = None
    owner: str = ""
    reason: str = ""
    known: int = 0
    known_at: datetime | None = None
    reckoning: Reckoning = field(default_factory=Reckoning)

    def alive(self, now: datetime) -> bool:
        """True when its tick was heard of lately."""
        return self.beat is not None and now - self.beat < ALIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """The home: its region ("" where the stage has only one), its epoch, and every term that there was."""

    region: str = ""
    epoch: int = 0
    since: datetime | None = None
    terms: tuple[str, ...] = ()

    @property
    def term(self) -> str:
        """The present term."""
        return term_of(self.epoch, self.region)

    def later_than(self, other: "Seat") -> bool:
        """True when this home came after the other one."""
        return (self.epoch, self.region) > (other.epoch, other.region)

    def serves(self, region: str, now: datetime) -> bool:
        """True when a region may send: it is home, and has been for long enough."""
        return self.region == region and (self.since is None or now - self.since >= SETTLE)


def term_of(epoch: int, region: str) -> str:
    """The term that begins with this epoch in this region."""
    return f"{epoch}@{region}" if epoch else ""


def epoch_of(term: str) -> int:
    """The epoch of a term; 0 of the founding one."""
    return int(term.partition("@")[0]) if term else 0


def region_of(term: str, founder: str) -> str:
    """The region of a term."""
    return term.partition("@")[2] if term else founder


def order_of(term: str) -> tuple[int, str]:
    """By what terms are put in order: of two regions that took the same epoch unknown to each other, one is later."""
    return epoch_of(term), term.partition("@")[2]


def seat_of(stands: Iterable[Stand], regions: Sequence[str]) -> Seat:
    """The home that these stands tell of; the first of `regions` while nobody ever took over."""
    found = {stand.region: stand for stand in stands}
    taken = sorted((epoch, stand.region) for stand in found.values() for epoch in stand.terms)
    epoch, region = taken[-1] if taken else (0, regions[0])
    since = found[region].since if taken else None
    return Seat(region=region, epoch=epoch, since=since, terms=tuple(term_of(*each) for each in taken))
