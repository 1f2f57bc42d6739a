"""Rows of the one outbox: their states and every change a row may go through. Pure; stores compare `version`."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.model import Contact, ContactKind, Outcome
from chalicelib.domain.upgrade.schema import WRITES

FIRST_SWEEP = timedelta(seconds=60)
URGENT_SWEEP = timedelta(seconds=10)
LEASE = timedelta(seconds=30)
RECEIPT_WAIT = timedelta(minutes=5)
HOPELESS = frozenset({Outcome.RECIPIENT, Outcome.REQUEST})
"""Outcomes that speak of the contact itself: another try of the same would end the same."""
LONGEST_DEFERRAL = timedelta(minutes=5)
MOST_ATTEMPTS = 40
"""Attempts of which the record is kept: a row that is tried for days must still fit its item."""


class RowState(StrEnum):
    """Where a row stands."""

    ACCEPTED = "accepted"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    ANSWERED = "answered"
    CLOSED = "closed"
    ABANDONED = "abandoned"
    DEFERRED = "deferred"
    UNKNOWN = "unknown"
    INFORMED = "informed"
    EXPIRED = "expired"
    DEAD = "dead"
    OBSERVED = "observed"

    @property
    def final(self) -> bool:
        """True when nothing more is to be sent for this row."""
        return self not in (
            RowState.ACCEPTED,
            RowState.SENDING,
            RowState.DEFERRED,
            RowState.UNKNOWN,
            RowState.SENT,
        )

    @property
    def blocks_later(self) -> bool:
        """True while a later contact of the same person must wait for this one."""
        return self in (RowState.ACCEPTED, RowState.SENDING, RowState.DEFERRED)


class Due(StrEnum):
    """What a write does to the row's due time; KEEP touches no indexed attribute."""

    KEEP = "keep"
    SET = "set"
    CLEAR = "clear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try: the decision that led to it (compact), where it went, what came of it."""

    at: datetime
    decision: str
    desk: str = ""
    outcome: Outcome | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """The part of a row that changes: small, and apart from the contact's own words."""

    state: RowState = RowState.ACCEPTED
    version: int = 0
    attempt: int = 0
    round: int = 0
    lease_until: datetime | None = None
    desk: str = ""
    tried: tuple[str, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    provider_id: str = ""
    offered: bool = False
    extended_to: datetime | None = None
    """A later deadline than the row's own, given by an operator who asked for another try."""
    term: str = ""
    """Of a stage with several regions: the term in which this was written (domain/regions)."""
    started: int = 0
    """The sends with which the term began."""
    seen: tuple[tuple[str, int, int], ...] = ()
    """Of each earlier term's work: the term, the version and the sends that were known."""
    in_doubt: bool = False
    """It was being sent in another region when this term took it over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A contact as it is kept. `parent` is the contact a reply or notice belongs to; `due_at` wakes the row."""

    key: str
    channel: str
    contact: Contact
    market: str
    purpose: str
    lane: str
    accepted_at: datetime
    deadline: datetime
    party: str
    decision: str = ""
    parent: str = ""
    kind: ContactKind = ContactKind.CONTACT
    due_at: datetime | None = None
    lot: str = ""
    """The backlog that it waits in; then `due_at` is by when it is to be served."""
    erased_at: datetime | None = None
    """When its person was forgotten: of the contact nothing personal is left."""
    schema: int = WRITES
    work: Work = field(default_factory=Work)
    works: tuple[Work, ...] = ()
    """The work of each term, where there was more than the founding one; `work` is what they come to."""


def first_due(lane: str, now: datetime) -> datetime:
    """When the sweeper first looks at a row that nobody has finished."""
    return now + (URGENT_SWEEP if lane == "urgent" else FIRST_SWEEP)


def lease_lost(work: Work, now: datetime) -> bool:
    """True when a sender took the row and never said what became of it: nobody knows whether it went."""
    return work.state is RowState.SENDING and work.lease_until is not None and work.lease_until <= now


def doubtful(work: Work) -> bool:
    """True when nobody knows whether the last send went: it is still to be found out, or only a person can."""
    ambiguous = bool(work.attempts) and work.attempts[-1].outcome is Outcome.UNKNOWN
    return work.state is RowState.UNKNOWN or (work.state is RowState.DEAD and ambiguous)


def claimed(work: Work, desk: str, decision: str, now: datetime) -> Work:
    """The row just before one single send."""
    attempt = Attempt(at=now, decision=decision, desk=desk)
    return replace(
        work,
        state=RowState.SENDING,
        version=work.version + 1,
        attempt=work.attempt + 1,
        desk=desk,
        provider_id="",
        lease_until=now + LEASE,
        attempts=(*work.attempts[-MOST_ATTEMPTS:], attempt),
    )


def recorded(
    work: Work, state: RowState, outcome: Outcome, *, detail: str = "", provider_id: str = ""
) -> Work:
    """The row after its send, with the outcome in the attempt's record."""
    *before, last = work.attempts
    tried = work.tried if outcome is Outcome.OK or work.desk in work.tried else (*work.tried, work.desk)
    return replace(
        work,
        state=state,
        version=work.version + 1,
        lease_until=None,
        tried=tried,
        provider_id=provider_id or work.provider_id,
        attempts=(*before, replace(last, outcome=outcome, detail=detail[:200])),
    )


def deferred(work: Work, decision: str, now: datetime) -> tuple[Work, datetime]:
    """The row put by for a later round, in which every desk may be tried again; and when."""
    wait = min(timedelta(seconds=15 * 2 ** min(work.round, 5)), LONGEST_DEFERRAL)
    attempt = Attempt(at=now, decision=decision)
    parked = replace(
        work,
        state=RowState.DEFERRED,
        version=work.version + 1,
        round=work.round + 1,
        tried=(),
        lease_until=None,
        attempts=(*work.attempts[-MOST_ATTEMPTS:], attempt),
    )
    return parked, now + wait


def moved(work: Work, state: RowState) -> Work:
    """The row in another state by somebody's word: a desk, a receipt, a deadline, a person."""
    return replace(work, state=state, version=work.version + 1, lease_until=None)
