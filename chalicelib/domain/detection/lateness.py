"""How long we ourselves did not look, and the time by which evidence is judged because of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain.upgrade.times import millis, moment

USUAL = timedelta(minutes=1)
LATE = timedelta(minutes=2)
"""A look at health longer ago than this was our own failure: of the scheduler, the store, or the whole function."""
GRACE = timedelta(minutes=2)
"""So long after we are back old evidence is excused: the time that a round of probes takes, and one to spare."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The last look at health (`at`), and how long we were `away` before we came `back` last (None: we never were)."""

    at: datetime | None = None
    away: timedelta = timedelta()
    back: datetime | None = None


def looked(last: Look, now: datetime) -> Look:
    """The look made now, after the `last` one."""
    gap = _gap(last, now)
    if gap > LATE:
        return Look(at=now, away=gap - USUAL, back=now)
    if last.back is not None and now - last.back <= GRACE:
        return Look(at=now, away=last.away, back=last.back)
    return Look(at=now)


def as_of(last: Look, now: datetime) -> datetime:
    """The time by which evidence is judged: now, less what we were away.

    Nobody could report while we did not look, so what was fresh when we went away is not called stale when we
    come back; it is if it stays old after the GRACE.
    """
    found = looked(last, now)
    return now - found.away


def away_seconds(look: Look) -> int:
    """How long we had been away, in whole seconds, if the last look was the first one since; else 0."""
    return int(look.away.total_seconds()) if look.back is not None and look.back == look.at else 0


def late_seconds(scheduled: object, now: datetime) -> int:
    """How late we run what was scheduled for an ISO time; 0 when early, or when that is no time."""
    try:
        planned = datetime.fromisoformat(str(scheduled))
        return max(0, int((now - planned).total_seconds()))
    except (ValueError, TypeError):
        return 0


def _gap(last: Look, now: datetime) -> timedelta:
    return now - last.at if last.at is not None else timedelta()


def dump_look(look: Look) -> dict[str, int]:
    """Plain numbers, in milliseconds."""
    found = {"away": look.away // timedelta(milliseconds=1)}
    times = {"at": look.at, "back": look.back}
    return found | {name: millis(at) for name, at in times.items() if at is not None}


def read_look(found: Mapping[str, int]) -> Look:
    """What `dump_look` wrote; an empty one when there is nothing."""
    at, back = (moment(found[name]) if name in found else None for name in ("at", "back"))
    return Look(at=at, away=timedelta(milliseconds=found.get("away", 0)), back=back)
