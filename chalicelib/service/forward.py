"""Passes a vendor's request on to the present way, byte for byte, until it is taken or a day is over."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.model import Outcome
from chalicelib.domain.outbox import (
    LONGEST_DEFERRAL,
    Due,
    Row,
    RowState,
    Work,
    claimed,
    lease_lost,
    moved,
    recorded,
)
from chalicelib.domain.people.erasure import erased
from chalicelib.domain.plan import ChannelPlan
from chalicelib.http_types import Call, Http, MaybeSent, NotSent, Request
from chalicelib.ports import Clock, ContactStore, Missing
from chalicelib.service.forward_rows import DECISION, held_of, parts_of
from chalicelib.service.lane_time import LaneTime
from chalicelib.service.noting import note_passed
from chalicelib.service.promises import Came
from chalicelib.service.put_by import SAFETY, PutBy
from chalicelib.service.situation import SituationReader

ORIGINAL = "x-bascule-original-url"
"""Ours, added to what is passed on: the address that the vendor called, which some signatures cover."""
_TRANSPORT = frozenset(
    {
        "host", "connection", "keep-alive", "content-length", "transfer-encoding", "te", "trailer", "upgrade",
        "expect", "accept-encoding", "proxy-authorization", "proxy-authenticate", "proxy-connection", "via",
        "forwarded", "cdn-loop", ORIGINAL,
    }
)  # fmt: skip
_GATEWAYS = ("x-amz-", "x-amzn-", "x-forwarded-", "cloudfront-", "cf-")
ONCE_MORE = frozenset({408, 425, 429})
MOST_REFUSALS = 5
"""Tries of a request that the target refuses as bad: what no repetition mends is shown to a person."""
FIRST_WAIT = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarder:
    """The deliver function's verb for rows of the kind `forward`."""

    situations: SituationReader
    contacts: ContactStore
    http: Http
    clock: Clock
    put_by: PutBy
    time: LaneTime

    def answer(self, row: Row, now: datetime) -> Came:
        """What came of one bell. At least once: a send whose sender died is made again. Raises Stale, Unavailable."""
        if row.work.state.final:
            return Came.REFUSED
        if row.work.state is RowState.SENDING and not lease_lost(row.work, now):
            return Came.REFUSED
        planned = self.situations.read(now).plan.channels.get(row.channel)
        if now >= (row.work.extended_to or row.deadline) or planned is None or not planned.forward_to:
            return self._over(row, RowState.EXPIRED, now)
        if not self.time.may(self.contacts, row.lane, f"forward {row.channel}", now):
            return self._later(row, moved(row.work, RowState.DEFERRED), now)
        return self._send(row, planned, now)

    def _send(self, row: Row, planned: ChannelPlan, now: datetime) -> Came:
        try:
            request = held_of(self.contacts, row).request
        except (Missing, ValueError):  # an operator's redrive of what was wiped
            return self._over(row, RowState.EXPIRED, now)
        row = replace(row, work=claimed(row.work, "", DECISION, now))
        self.contacts.save(row.key, row.work)
        outcome, code, detail = self._posted(call_of(planned.forward_to, request))
        note_passed(self.contacts, row, outcome)
        self.time.learn(f"forward {row.channel}", self.clock.now() - now)
        if outcome is Outcome.OK:
            done = recorded(row.work, RowState.DELIVERED, outcome, detail=detail)
            return self._over(replace(row, work=done), RowState.DELIVERED, now)
        refused = sum(one.outcome is Outcome.REQUEST for one in row.work.attempts) + 1
        state = RowState.DEAD if code and refused >= MOST_REFUSALS else RowState.DEFERRED
        failed = replace(recorded(row.work, state, outcome, detail=detail), round=row.work.round + 1)
        if state is RowState.DEAD:
            self.contacts.save(row.key, failed, Due.CLEAR)
            return Came.DEAD
        return self._later(row, failed, now)

    def _posted(self, call: Call) -> tuple[Outcome, bool, str]:
        """The outcome, whether the target refused the request itself, and the code."""
        try:
            code = self.http.send(call).code
        except NotSent as refused:
            return Outcome.OUTAGE, False, f"not sent: {refused}"
        except MaybeSent as silent:
            return Outcome.UNKNOWN, False, f"maybe sent: {silent}"
        if 200 <= code < 300:  # noqa: PLR2004 - HTTP's own
            return Outcome.OK, False, f"http {code}"
        bad = 400 <= code < 500 and code not in ONCE_MORE  # noqa: PLR2004 - HTTP's own
        return (Outcome.REQUEST if bad else Outcome.OUTAGE), bad, f"http {code}"

    def _later(self, row: Row, work: Work, now: datetime) -> Came:
        wait = min(FIRST_WAIT * 2 ** min(work.round, 6), LONGEST_DEFERRAL)
        self.contacts.save(row.key, work, Due.SET, now + wait + SAFETY)
        self.put_by.ring_later(row, wait)
        return Came.DEFERRED

    def _over(self, row: Row, state: RowState, now: datetime) -> Came:
        """The end; the request's bytes, which hold people's words, are wiped."""
        work = row.work if row.work.state is state else moved(row.work, state)
        self.contacts.save(row.key, work, Due.CLEAR)
        self.contacts.erase(erased(replace(row, work=work), now))
        for key in parts_of(row):
            self.contacts.erase(erased(replace(row, key=key, parent=row.key), now))
        return Came.DELIVERED if state is RowState.DELIVERED else Came.EXPIRED


def call_of(target: str, request: Request) -> Call:
    """The request to another address: its method, its query, its body, and what of its headers is not the way's own."""
    query = request.url.partition("?")[2]
    headers = {**passed_on(request.headers), ORIGINAL: request.url}
    return Call(
        method=request.method,
        url=f"{target}?{query}" if query else target,
        headers=headers,
        body=request.body,
    )


def passed_on(headers: Mapping[str, str]) -> Mapping[str, str]:
    """All headers but those of one connection, and those that our gateway put in."""
    named = {one.strip().lower() for one in headers.get("connection", "").split(",")}
    return {
        name: value
        for name, value in headers.items()
        if name not in _TRANSPORT and name not in named and not name.startswith(_GATEWAYS)
    }
