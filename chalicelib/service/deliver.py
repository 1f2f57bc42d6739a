"""Answers a bell: finds out what the row needs, and has it handed over, ended, looked up, or left alone."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.channels import Capability, Channel, ChannelError, SendFailed
from chalicelib.domain.model import ContactKind, Outcome
from chalicelib.domain.outbox import (
    FIRST_SWEEP,
    LONGEST_DEFERRAL,
    Due,
    Row,
    RowState,
    lease_lost,
    moved,
    recorded,
)
from chalicelib.domain.routing import Situation
from chalicelib.http_types import MaybeSent, NotSent
from chalicelib.ports import Clock, ContactStore, Missing, Stale
from chalicelib.service.canary_verdicts import judge
from chalicelib.service.conversation import Conversation
from chalicelib.service.customers import Customers
from chalicelib.service.hand_over import HandOver
from chalicelib.service.one_deadline import limited
from chalicelib.service.rows import purpose_of
from chalicelib.service.silence import Silence
from chalicelib.service.situation import SituationReader

MOST_LOOKUPS = 5
ASK_AGAIN = timedelta(seconds=15)
WORDS = frozenset({ContactKind.REPLY, ContactKind.NOTICE})


class Came(StrEnum):
    """What came of one bell."""

    DELIVERED = "delivered"
    SENT = "sent"
    DEFERRED = "deferred"
    UNKNOWN = "unknown"
    DEAD = "dead"
    EXPIRED = "expired"
    ABANDONED = "abandoned"
    WAITS = "waits"
    JUDGED = "judged"
    REFUSED = "refused"
    GONE = "gone"


FINISHED = frozenset({Came.DELIVERED, Came.SENT, Came.DEAD, Came.EXPIRED, Came.UNKNOWN})
"""After these the person's next contact may go."""


@dataclass(slots=True)
class Delivery:
    """The deliver function's one verb."""

    situations: SituationReader
    contacts: ContactStore
    conversation: Conversation
    hands: HandOver
    silence: Silence
    clock: Clock
    customers: Customers

    def answer(self, key: str) -> Came:
        """Handle one bell. Raises Unavailable when a store fails: the bell comes back."""
        now = self.clock.now()
        try:
            row = self.contacts.get(key)
        except Missing:
            return Came.GONE
        try:
            came = self._judge(row, now) if row.kind is ContactKind.CANARY else self._settle(row, now)
        except Stale:
            return Came.REFUSED
        finally:
            self.customers.notice(row, now)
        if came in FINISHED:
            self.conversation.ring_next(row)
        return came

    def _settle(self, row: Row, now: datetime) -> Came:
        if lease_lost(row.work, now):
            lost = recorded(row.work, RowState.UNKNOWN, Outcome.UNKNOWN, detail="the sender's lease ran out")
            lost = replace(lost, round=0)
            self.contacts.save(row.key, lost)
            row = replace(row, work=lost)
        state = row.work.state
        if state is RowState.SENT or (row.contact.medium.waits and row.kind not in WORDS):
            return self._end_of_wait(row, now)
        if state not in (RowState.ACCEPTED, RowState.DEFERRED, RowState.UNKNOWN):
            self.silence.judge(row, now)
            return self._nothing_left(row)
        if now >= (row.work.extended_to or row.deadline):
            return self._too_late(row)
        if state is RowState.UNKNOWN:
            return self._ambiguous(row, self.situations.read(now), now)
        if self.conversation.must_wait(row):
            return self._put_back(row, now)
        return self._hand(row, self.situations.read(now))

    def _judge(self, row: Row, now: datetime) -> Came:
        done = judge(self.contacts, self.hands.health, self.hands.believer, row, now)
        return Came.JUDGED if done else Came.WAITS

    def _too_late(self, row: Row) -> Came:
        if row.work.state is RowState.UNKNOWN:
            return self._to_a_human(row, "nobody could say until its deadline whether it went")
        self.contacts.save(row.key, moved(row.work, RowState.EXPIRED), Due.CLEAR)
        return Came.EXPIRED

    def _put_back(self, row: Row, now: datetime) -> Came:
        """Its turn is rung; the sweep looks at it ever more seldom, for it must also find those that nobody rings."""
        if row.due_at is not None and row.due_at <= now:
            wait = min(max(now - row.accepted_at, FIRST_SWEEP), LONGEST_DEFERRAL)
            self.contacts.save(row.key, moved(row.work, row.work.state), Due.SET, now + wait)
        return Came.WAITS

    def _hand(self, row: Row, situation: Situation) -> Came:
        to_person = row.kind in WORDS
        return Came(self.hands.to_person(row, situation) if to_person else self.hands.to_desk(row, situation))

    def _nothing_left(self, row: Row) -> Came:
        """A bell for a finished row: its due time was not cleared when it ended, so clear it now."""
        if row.work.state.final and row.due_at is not None:
            self.contacts.save(row.key, moved(row.work, row.work.state), Due.CLEAR)
        return Came.REFUSED

    def _end_of_wait(self, row: Row, now: datetime) -> Came:
        """Nobody came back: a message stays `sent`, for accepted is not delivered; a call was given up."""
        if row.due_at is None or now < row.due_at or row.work.state.final:
            return self._nothing_left(row)
        ended = RowState.SENT if row.work.state is RowState.SENT else RowState.ABANDONED
        self.contacts.save(row.key, moved(row.work, ended), Due.CLEAR)
        self.silence.judge(row, now)
        return Came(ended.value)

    def _ambiguous(self, row: Row, situation: Situation, now: datetime) -> Came:
        """Nobody knows whether it went: repeat where that cannot double, else look it up, else show it to a person."""
        if purpose_of(situation.plan, row.purpose).duplicates_tolerated:
            return self._hand(row, situation)
        channel = self.hands.channel_tried(row, situation)
        if channel is None:
            return self._to_a_human(row, "the channel it was sent on is no longer in the plan")
        if channel.idempotent:
            return Came(self.hands.again(row, situation))
        if Capability.RESOLVE not in channel.capabilities:
            return self._to_a_human(row, "the provider can neither take a key nor look a send up")
        return self._looked_up(row, channel, situation, now)

    def _looked_up(self, row: Row, channel: Channel, situation: Situation, now: datetime) -> Came:
        if row.due_at is not None and now < row.due_at:
            return Came.WAITS
        try:
            went = limited(channel, self.clock).resolve(row.work.provider_id or row.key)
        except (ChannelError, NotSent, MaybeSent) as silent:
            went = silent.outcome if isinstance(silent, SendFailed) else Outcome.UNKNOWN
        if went is Outcome.OK:
            self.contacts.save(row.key, moved(row.work, RowState.DELIVERED), Due.CLEAR)
            return Came.DELIVERED
        if went is Outcome.REQUEST:
            return self._hand(row, situation)
        return self._ask_again(row, now)

    def _ask_again(self, row: Row, now: datetime) -> Came:
        asked = replace(moved(row.work, RowState.UNKNOWN), round=row.work.round + 1)
        if asked.round > MOST_LOOKUPS:
            return self._to_a_human(row, "the provider's look-up does not say")
        self.contacts.save(row.key, asked, Due.SET, now + ASK_AGAIN * 2**asked.round)
        return Came.UNKNOWN

    def _to_a_human(self, row: Row, why: str) -> Came:
        *before, last = row.work.attempts
        shown = replace(moved(row.work, RowState.DEAD), attempts=(*before, replace(last, detail=why)))
        self.contacts.save(row.key, shown, Due.CLEAR)
        return Came.DEAD
