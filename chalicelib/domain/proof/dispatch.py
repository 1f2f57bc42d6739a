"""One send as evidence: what was asked of a path, and what has become of it by now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.model import Outcome
from chalicelib.domain.outbox import HOPELESS, RowState, Work
from chalicelib.domain.upgrade.times import millis

HEARD_OF = frozenset({RowState.DELIVERED, RowState.ANSWERED, RowState.CLOSED, RowState.ABANDONED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """One send of the row `key` on a path; never changed once written. `at` is when its attempt was claimed.

    `due_at` is when its receipt is due, None where none is owed; `promised`: a receipt that is missing then is a
    loss, for its kind of channel reports on everything it took. `provider_id` is the provider's name for it.
    """

    path: str
    key: str
    attempt: int
    at: datetime
    outcome: Outcome
    desk: str = ""
    provider_id: str = ""
    due_at: datetime | None = None
    promised: bool = False


class Fate(StrEnum):
    """What became of a send.

    ARRIVED: a receipt or a later word came. MISSING: promised, overdue. FAILED: taken, and reported as failed later.
    REFUSED: never taken. UNFIT: the address or the words were at fault. WAITING: not due yet. UNKNOWN: nobody
    knows whether it went. UNCONFIRMED: taken, and nothing more is owed.
    """

    ARRIVED = "arrived"
    MISSING = "missing"
    FAILED = "failed"
    REFUSED = "refused"
    UNFIT = "unfit"
    WAITING = "waiting"
    UNKNOWN = "unknown"
    UNCONFIRMED = "unconfirmed"


LOST = frozenset({Fate.MISSING, Fate.FAILED})
"""Taken by the provider and not brought to its end."""


def hour_of(moment: datetime) -> datetime:
    """The hour that a moment lies in."""
    return moment.replace(minute=0, second=0, microsecond=0)


def hours_between(since: datetime, until: datetime) -> list[datetime]:
    """The hours that [since, until) touches, in order."""
    first = hour_of(since)
    count = 0 if until <= since else int((until - timedelta.resolution - first) / timedelta(hours=1)) + 1
    return [first + timedelta(hours=number) for number in range(count)]


def fate(sent: Dispatch, work: Work | None, now: datetime) -> Fate:
    """What became of a send, by its row's work as it is now (None: the row is no longer kept)."""
    if sent.outcome in HOPELESS:
        return Fate.UNFIT
    if sent.outcome not in (Outcome.OK, Outcome.UNKNOWN):
        return Fate.REFUSED
    if work is None:
        return Fate.UNKNOWN
    numbers = [n for n, one in enumerate(work.attempts) if millis(one.at) == millis(sent.at)]
    told = work.attempts[numbers[-1]].outcome if numbers else sent.outcome
    last = bool(numbers) and numbers[-1] == len(work.attempts) - 1
    if told is not None and told is not sent.outcome and told is not Outcome.OK:
        return _of_refuted(told, work, last=last)
    return _of_silent(sent, work, now, last=last)


def _of_refuted(told: Outcome, work: Work, *, last: bool) -> Fate:
    """A later word spoke against it: a receipt, or our own that the sender died before it could say."""
    if told in HOPELESS:
        return Fate.UNFIT
    died = told is Outcome.UNKNOWN and last and work.state is RowState.UNKNOWN
    return Fate.UNKNOWN if died else Fate.FAILED


def _of_silent(sent: Dispatch, work: Work, now: datetime, *, last: bool) -> Fate:
    """Nothing has spoken against it so far: has anything spoken for it?"""
    receipted = sent.due_at is not None or work.state is not RowState.DELIVERED
    if last and work.state in HEARD_OF and (receipted or sent.outcome is Outcome.UNKNOWN):
        return Fate.ARRIVED
    if sent.outcome is Outcome.UNKNOWN:
        return Fate.UNKNOWN
    if sent.due_at is not None and now < sent.due_at:
        return Fate.WAITING
    return Fate.MISSING if sent.promised else Fate.UNCONFIRMED
