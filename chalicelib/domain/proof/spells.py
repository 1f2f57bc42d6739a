"""Flips matched into spells: each departure of a path's class with its return, and how long it lasted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.proof.chain import Entry
from chalicelib.domain.telling.told_flip import ToldFlip, told_flip

Stretch = tuple[datetime, datetime]
OVERRUN = "overrun"
"""Why a flip that changes no state is written down: planned work is over, and from there on it is an incident."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """One class of a path away, from its opening until it closed for good; failed trials lie within.

    `opened_at` is None when that was before the flips that were looked at, `closed_at` while it lasts.
    """

    path: str
    evidence: str
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    because: str = ""
    detail: str = ""
    planned: bool = False
    trials: int = 0

    def within(self, since: datetime, until: datetime) -> Stretch | None:
        """The part of it that lies in [since, until); None when there is none."""
        start, end = max(self.opened_at or since, since), min(self.closed_at or until, until)
        return (start, end) if start < end else None


def flips_of(chains: Mapping[str, Sequence[Entry]], path: str = "") -> list[ToldFlip]:
    """The flips in chains of the ledger, oldest first; of one path unless that is "".

    Flips that were missed have the time of the one that showed it, so generations decide among those of one moment.
    """
    found = (told_flip(entry.entry, entry.at) for entries in chains.values() for entry in entries)
    return sorted((one for one in found if one and path in ("", one.path)), key=lambda one: (one.at, one.gen))


def spells(flips: Iterable[ToldFlip]) -> list[Spell]:
    """The spells of flips given oldest first; in the order of their openings, unknown ones before all."""
    away: dict[tuple[str, str], Spell] = {}
    done: list[Spell] = []
    for flip in flips:
        key = (flip.path, flip.evidence)
        spell = away.pop(key, None) or replace(_begun(flip), planned=flip.planned or flip.because == OVERRUN)
        if flip.because == OVERRUN:
            done.append(replace(spell, closed_at=flip.at))
            spell = replace(_begun(flip), opened_at=flip.at, because=OVERRUN, detail=flip.detail)
        if flip.after == "closed":
            done.append(replace(spell, closed_at=flip.at))
        else:
            away[key] = replace(spell, trials=spell.trials + (flip.after == "trial"))
    return sorted([*done, *away.values()], key=lambda one: (one.opened_at is not None, _first(one)))


def _begun(flip: ToldFlip) -> Spell:
    """A spell that a flip begins; one that goes on from an open state had begun before anything that we have seen."""
    opened_at = flip.at if flip.before in ("closed", "") else None
    because, detail = (flip.because, flip.detail) if opened_at else ("", "")
    return Spell(
        path=flip.path, evidence=flip.evidence, opened_at=opened_at, because=because, detail=detail,
        planned=flip.planned,
    )  # fmt: skip


def _first(spell: Spell) -> tuple[float, str, str]:
    at = spell.opened_at or spell.closed_at
    return (at.timestamp() if at else 0.0, spell.path, spell.evidence)


def union(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same time as stretches that neither touch nor overlap, in order."""
    found: list[Stretch] = []
    for start, end in sorted(stretches):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif start < end:
            found.append((start, end))
    return found


def without(stretches: Iterable[Stretch], taken: Iterable[Stretch]) -> list[Stretch]:
    """The time of the first that is not in the second."""
    left = union(stretches)
    for start, end in union(taken):
        pieces = [((a, min(b, start)), (max(a, end), b)) for a, b in left]
        left = [piece for pair in pieces for piece in pair if piece[0] < piece[1]]
    return left
