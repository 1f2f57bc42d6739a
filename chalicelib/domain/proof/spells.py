"""Flips matched into spells: each departure of a path's class with its return, and how long it lasted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.proof.chain import Entry

Stretch = tuple[datetime, datetime]
OVERRUN = "overrun"
"""Why a flip that changes no state is written down: planned work is over, and from there on it is an incident."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One flip as the ledger has it; `before` and `after` are closed, open or trial."""

    path: str
    evidence: str
    before: str
    after: str
    at: datetime
    because: str = ""
    detail: str = ""
    planned: bool = False


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


def turn_of(entry: Entry) -> Turn | None:
    """The flip of an entry of the ledger's stream of flips; None for anything else."""
    told = entry.entry
    if not {"path", "class", "before", "after"} <= set(told):
        return None
    return Turn(
        path=told["path"], evidence=told["class"], before=told["before"], after=told["after"], at=entry.at,
        because=told.get("because", ""), detail=told.get("detail", ""), planned=told.get("planned") == "true",
    )  # fmt: skip


def turns_of(chains: Mapping[str, Sequence[Entry]], path: str = "") -> list[Turn]:
    """The flips in chains of the ledger, oldest first; of one path unless that is ""."""
    found = (turn_of(entry) for entries in chains.values() for entry in entries)
    return sorted((one for one in found if one and path in ("", one.path)), key=lambda one: one.at)


def spells(turns: Iterable[Turn]) -> list[Spell]:
    """The spells of flips given oldest first; in the order of their openings, unknown ones before all."""
    away: dict[tuple[str, str], Spell] = {}
    done: list[Spell] = []
    for turn in turns:
        key = (turn.path, turn.evidence)
        spell = away.pop(key, None) or replace(_begun(turn), planned=turn.planned or turn.because == OVERRUN)
        if turn.because == OVERRUN:
            done.append(replace(spell, closed_at=turn.at))
            spell = replace(_begun(turn), opened_at=turn.at, because=OVERRUN, detail=turn.detail)
        if turn.after == "closed":
            done.append(replace(spell, closed_at=turn.at))
        else:
            away[key] = replace(spell, trials=spell.trials + (turn.after == "trial"))
    return sorted([*done, *away.values()], key=lambda one: (one.opened_at is not None, _first(one)))


def _begun(turn: Turn) -> Spell:
    """A spell that a flip begins; one that goes on from an open state had begun before anything that we have seen."""
    opened_at = turn.at if turn.before in ("closed", "") else None
    because, detail = (turn.because, turn.detail) if opened_at else ("", "")
    return Spell(
        path=turn.path, evidence=turn.evidence, opened_at=opened_at, because=because, detail=detail,
        planned=turn.planned,
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
