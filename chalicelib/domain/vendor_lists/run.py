"""One catch-up: the time to be asked for, piece by piece and oldest first, and what it has brought so far."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.domain.upgrade.times import millis, moment

FIRST_SPAN = timedelta(hours=1)
LONGEST_SPAN = timedelta(hours=6)
LEAST_SPAN = timedelta(seconds=2)
"""A provider's list tells whole seconds: a shorter piece holds no less."""
FIRST_WAIT, LONGEST_WAIT = 15, 900
"""Seconds before the next try after a failure: doubled each time; a queue delays no longer than that."""
MOST_TRIES = 12
_TIMES = ("began", "since", "until", "not_before")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """`began` and `until` bound it; `since` is how far it is; `span` the length of its next piece.

    `fetched` were not known before, `known` were; `unread` items could not be read, `cut` pieces held more than could
    be listed. `tries` failed in a row.
    """

    channel: str
    id: str
    began: datetime
    until: datetime
    since: datetime
    span: timedelta = FIRST_SPAN
    fetched: int = 0
    known: int = 0
    unread: int = 0
    cut: int = 0
    tries: int = 0
    not_before: datetime | None = None

    @property
    def piece(self) -> tuple[datetime, datetime]:
        """The time that is asked for next."""
        return self.since, min(self.since + self.span, self.until)

    @property
    def done(self) -> bool:
        """True when nothing is left to ask for."""
        return self.since >= self.until


def started(channel: str, id_: str, since: datetime, until: datetime) -> Run:
    """A run that has not asked for anything yet."""
    return Run(channel=channel, id=id_, began=since, until=until, since=since)


def halved(run: Run) -> Run | None:
    """The run with a piece half as long; None when it cannot be shorter."""
    since, until = run.piece
    shorter = (until - since) / 2
    return replace(run, span=shorter, tries=0) if shorter >= LEAST_SPAN / 2 else None


def advanced(run: Run, fetched: int, known: int, unread: int, *, cut: bool, full: bool) -> Run:
    """The run after a piece. One that filled no page makes the next twice as long."""
    span = run.span if full else min(run.span * 2, LONGEST_SPAN)
    return replace(
        run, since=run.piece[1], span=max(span, LEAST_SPAN), fetched=run.fetched + fetched, known=run.known + known,
        unread=run.unread + unread, cut=run.cut + cut, tries=0, not_before=None,
    )  # fmt: skip


def failed(run: Run, wait: float, now: datetime) -> Run | None:
    """The run that asks again later, at the earliest after `wait` seconds; None when it has failed too often."""
    if run.tries >= MOST_TRIES:
        return None
    own = min(FIRST_WAIT * 2.0**run.tries, LONGEST_WAIT)
    return replace(run, tries=run.tries + 1, not_before=now + timedelta(seconds=max(own, wait)))


def dump_run(run: Run) -> dict[str, Any]:
    """The run as JSON values, times in milliseconds."""
    times = {name: millis(at) for name in _TIMES if (at := getattr(run, name))}
    counts = {name: getattr(run, name) for name in ("fetched", "known", "unread", "cut", "tries")}
    return {
        "catch_up": run.channel,
        "run": run.id,
        "span_ms": int(run.span.total_seconds() * 1000),
        **times,
        **counts,
    }


def read_run(told: Mapping[str, Any]) -> Run:
    """The run of a message. Raises KeyError or ValueError on what is none."""
    not_before = moment(told["not_before"]) if "not_before" in told else None
    return Run(
        channel=told["catch_up"], id=told["run"], span=timedelta(milliseconds=int(told["span_ms"])),
        began=moment(told["began"]), since=moment(told["since"]), until=moment(told["until"]),
        fetched=int(told["fetched"]), known=int(told["known"]), unread=int(told["unread"]), cut=int(told["cut"]),
        tries=int(told["tries"]), not_before=not_before,
    )  # fmt: skip
