"""Loss on one path: what became of each send, how much of it is lost, and how long nobody was told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain.outbox import Work
from chalicelib.domain.proof.dispatch import LOST, Dispatch, Fate, fate
from chalicelib.domain.proof.proportion import wilson
from chalicelib.domain.proof.spells import Spell

QUIET = timedelta(minutes=30)
"""Losses further apart than this are two stories."""
TOLD = LOST | {Fate.ARRIVED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One send and what became of it."""

    sent: Dispatch
    fate: Fate

    @property
    def counted(self) -> bool:
        """True when a receipt was owed and its fate is settled: these make the share of losses."""
        return self.sent.due_at is not None and self.fate in TOLD


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """`lost` of `seen`, with Wilson's 95 % interval; `share` is None when nothing was seen."""

    lost: int
    seen: int
    low: float
    high: float

    @property
    def share(self) -> float | None:
        """The share itself."""
        return self.lost / self.seen if self.seen else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unannounced:
    """The longest stretch of losses before somebody was told; `announced` is None when nobody ever was."""

    began: datetime
    announced: datetime | None
    lasted: timedelta


def judged(sent: Iterable[Dispatch], works: Mapping[str, Work], now: datetime) -> list[Judged]:
    """Every send with its fate, in the order given."""
    return [Judged(sent=one, fate=fate(one, works.get(one.key), now)) for one in sent]


def counts(found: Iterable[Judged]) -> dict[Fate, int]:
    """How many of each fate, all of them named."""
    counted = dict.fromkeys(Fate, 0)
    for one in found:
        counted[one.fate] += 1
    return counted


def share(found: Iterable[Judged]) -> Share:
    """The share of losses among the sends of which a receipt was owed."""
    fates = [one.fate in LOST for one in found if one.counted]
    low, high = wilson(sum(fates), len(fates))
    return Share(lost=sum(fates), seen=len(fates), low=low, high=high)


def lost_at(found: Iterable[Judged]) -> list[datetime]:
    """When each lost send was made, oldest first."""
    return sorted(one.sent.at for one in found if one.fate in LOST)


def longest_unannounced(lost: Sequence[datetime], spells: Iterable[Spell]) -> Unannounced | None:
    """The longest time from a stretch's first loss to the path being opened, which announces it; None without loss.

    A stretch that began while the path was open already was announced at once. One that was never announced lasted
    until its last loss.
    """
    known = list(spells)
    return max(
        (_told(stretch, known) for stretch in _stretches(lost)), key=lambda one: one.lasted, default=None
    )


def _stretches(lost: Sequence[datetime]) -> list[list[datetime]]:
    found: list[list[datetime]] = []
    for at in lost:
        if found and at - found[-1][-1] <= QUIET:
            found[-1].append(at)
        else:
            found.append([at])
    return found


def _told(stretch: Sequence[datetime], spells: Iterable[Spell]) -> Unannounced:
    began, ended = stretch[0], stretch[-1]
    openings = [
        max(one.opened_at or began, began)
        for one in spells
        if (one.closed_at is None or one.closed_at > began)
        and (one.opened_at is None or one.opened_at <= ended + QUIET)
    ]
    announced = min(openings, default=None)
    return Unannounced(began=began, announced=announced, lasted=(announced or ended) - began)
