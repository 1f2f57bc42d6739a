"""One day of looking on: what came, what the present way did not take, and what would have been done instead."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.model import Outcome
from chalicelib.domain.proof.dispatch import Dispatch, hour_of

ONE_REQUEST = timedelta(seconds=1)
"""The contacts of one request are kept milliseconds apart, the first at the moment when the request came."""


class Blind(StrEnum):
    """What an account cannot know; a closed list."""

    NEVER_CAME = "never_came"
    """Contacts that never reached us: while a channel is down, nobody can write on it."""
    PRESENT_WAY = "present_way"
    """What became of contacts: without `forward_to` the present way is not seen."""
    AFTER_TAKEN = "after_taken"
    """What the present way did with what it took."""
    TOO_MANY = "too_many"
    """More came than one answer counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """One hour of a channel."""

    at: datetime
    seen: int
    missed: int
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOf:
    """One channel's day, in contacts; `missed` and `late` are None where the present way is not seen.

    MISSED: of a request that the present way never took. LATE: taken, but not at the first try. `would` counts the
    desks that were decided on ("" where none was able), `would_missed` those for the missed ones.
    """

    channel: str
    seen: int
    missed: int | None
    late: int | None
    purposes: Mapping[str, int] = field(default_factory=dict)
    would: Mapping[str, int] = field(default_factory=dict)
    would_missed: Mapping[str, int] = field(default_factory=dict)
    hours: tuple[Hour, ...] = ()
    blind: tuple[Blind, ...] = ()


def seen_path(channel: str) -> str:
    """Under which name contacts that were only seen are written down."""
    return f"{channel}#seen"


def passed_path(channel: str) -> str:
    """Under which name requests that were passed on are written down."""
    return f"{channel}#passed"


def day_of(
    channel: str, seen: Sequence[Dispatch], passed: Sequence[Dispatch] | None, *, whole: bool = True
) -> DayOf:
    """The day by what was written down of it, each oldest first; `passed` is None without a present address."""
    fates = _fates(seen, passed or ())
    missed = [one for one in seen if fates.get(one.key) is False]
    late = [one for one in seen if fates.get(one.key) is None and one.key in fates]
    blind = [Blind.NEVER_CAME, Blind.PRESENT_WAY if passed is None else Blind.AFTER_TAKEN]
    return DayOf(
        channel=channel,
        seen=len(seen),
        missed=None if passed is None else len(missed),
        late=None if passed is None else len(late),
        purposes=dict(Counter(one.provider_id for one in seen)),
        would=dict(Counter(one.desk for one in seen)),
        would_missed=dict(Counter(one.desk for one in missed)),
        hours=_hours(seen, missed, late),
        blind=(*blind, *(() if whole else (Blind.TOO_MANY,))),
    )


def _fates(seen: Sequence[Dispatch], passed: Sequence[Dispatch]) -> Mapping[str, bool | None]:
    """By contact: True when its request was taken at once, None when later, False when never; absent: not passed on."""
    tries: dict[str, list[Dispatch]] = {}
    for one in passed:
        tries.setdefault(one.key, []).append(one)
    requests = sorted((each[0].at, _fate(each)) for each in tries.values())
    came = [at for at, _ in requests]
    found: dict[str, bool | None] = {}
    for contact in seen:
        place = bisect_right(came, contact.at) - 1
        if place >= 0 and contact.at - came[place] < ONE_REQUEST:
            found[contact.key] = {0: False, 1: None, 2: True}[requests[place][1]]
    return found


def _fate(tries: Sequence[Dispatch]) -> int:
    """2: taken at the first try, 1: taken later, 0: never."""
    if all(one.outcome is not Outcome.OK for one in tries):
        return 0
    return 2 if min(tries, key=lambda one: one.attempt).outcome is Outcome.OK else 1


def _hours(
    seen: Sequence[Dispatch], missed: Sequence[Dispatch], late: Sequence[Dispatch]
) -> tuple[Hour, ...]:
    counts = [Counter(hour_of(one.at) for one in each) for each in (seen, missed, late)]
    return tuple(
        Hour(at=at, seen=counts[0][at], missed=counts[1][at], late=counts[2][at]) for at in sorted(counts[0])
    )
