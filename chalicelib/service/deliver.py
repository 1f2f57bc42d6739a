"""Answers a bell: finds out what the row needs, and has it handed over, ended, looked up, or left alone."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from chalicelib.channels import Capability, Channel
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
from chalicelib.domain.vendor_lists.seen import Recent, Seen
from chalicelib.ports import Clock, ContactStore, Missing, Stale
from chalicelib.service.backlog import waits_in_turn
from chalicelib.service.canary_verdicts import judge
from chalicelib.service.conversation import Conversation
from chalicelib.service.customers import Customers
from chalicelib.service.forget import Erasure
from chalicelib.service.forward import Forwarder
from chalicelib.service.hand_over import HandOver
from chalicelib.service.lists import Doubt, Lists
from chalicelib.service.observing import watched
from chalicelib.service.promises import Answered, Came, unserved
from chalicelib.service.registry import tried_channel
from chalicelib.service.rows import WORDS, purpose_of
from chalicelib.service.silence import Silence
from chalicelib.service.situation import SituationReader

MOST_LOOKUPS = 5
ASK_AGAIN = timedelta(seconds=15)
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
    erasure: Erasure
    recent: Recent = field(default_factory=Recent)

    @property
    def _lists(self) -> Lists:
        return Lists(hands=self.hands, clock=self.clock, recent=self.recent)

    @property
    def _forwarder(self) -> Forwarder:
        hands = self.hands
        return Forwarder(
            situations=self.situations, contacts=self.contacts, http=hands.registry.http, clock=self.clock,
            put_by=hands.put_by, time=hands.time,
        )  # fmt: skip

    def answer(self, key: str) -> Came:
        """What came of one bell. Raises Unavailable when a store fails: the bell comes back."""
        return self.answered(key).came

    def answered(self, key: str) -> Answered:
        """Handle one bell. Raises Unavailable when a store fails: the bell comes back."""
        now = self.clock.now()
        try:
            row = self.contacts.get(key)
        except Missing:
            return Answered(came=Came.GONE)
        if self.erasure.overtook(row, now):
            return Answered(came=Came.GONE)
        try:
            came = self._came(row, now)
        except Stale:
            return Answered(came=Came.REFUSED)
        finally:
            self.customers.notice(row, now)
        if came in FINISHED:
            self.conversation.ring_next(row)
        return Answered(came=came, lane=row.lane, unserved=unserved(row, came))

    def _came(self, row: Row, now: datetime) -> Came:
        if row.kind is ContactKind.CANARY:
            return self._judge(row, now)
        if row.kind is ContactKind.FORWARD:
            return self._forwarder.answer(row, now)
        seen = watched(self.contacts, row, self.situations.read(now).plan, now)
        return self._settle(row, now) if seen is None else seen

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
            self.silence.judge(row, now, self._lists)
            return self._nothing_left(row)
        if now >= (row.work.extended_to or row.deadline):
            return self._too_late(row)
        if state is RowState.UNKNOWN:
            return self._ambiguous(row, self.situations.read(now), now)
        if waits_in_turn(row) or self.conversation.must_wait(row):
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
            plan, work = self.situations.read(now).plan, moved(row.work, row.work.state)
            if self.hands.put_by.backlogs.behind(row, work, plan, now):
                return Came.WAITS
            wait = min(max(now - row.accepted_at, FIRST_SWEEP), LONGEST_DEFERRAL)
            self.contacts.save(row.key, work, Due.SET, now + wait)
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
        ended, seen = RowState.ABANDONED, None
        if row.work.state is RowState.SENT:
            seen, asked = self._lists.missing(row, self.situations.read(now), now)
            ended = RowState.DELIVERED if asked and seen is Seen.DELIVERED else RowState.SENT
        work = moved(row.work, ended)
        self.contacts.save(row.key, work, Due.CLEAR)
        self.silence.judge(replace(row, work=work), now, self._lists, seen)
        return Came(ended.value)

    def _ambiguous(self, row: Row, situation: Situation, now: datetime) -> Came:
        """Nobody knows whether it went: repeat where that cannot double, else look it up, else show it to a person."""
        if purpose_of(situation.plan, row.purpose).duplicates_tolerated:
            return self._hand(row, situation)
        channel = tried_channel(self.hands.registry, row, situation.plan)
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
        went = self._lists.doubt(row, channel, situation, now)
        if went is Doubt.WENT:
            return Came.SENT
        if went is Doubt.DID_NOT:
            return self._hand(row, situation)
        return self._ask_again(row, now, counted=went is Doubt.UNSURE)

    def _ask_again(self, row: Row, now: datetime, *, counted: bool) -> Came:
        asked = replace(moved(row.work, RowState.UNKNOWN), round=row.work.round + counted)
        if asked.round > MOST_LOOKUPS:
            return self._to_a_human(row, "the provider's look-up does not say")
        self.contacts.save(row.key, asked, Due.SET, now + ASK_AGAIN * 2**asked.round)
        return Came.UNKNOWN

    def _to_a_human(self, row: Row, why: str) -> Came:
        *before, last = row.work.attempts
        shown = replace(moved(row.work, RowState.DEAD), attempts=(*before, replace(last, detail=why)))
        self.contacts.save(row.key, shown, Due.CLEAR)
        return Came.DEAD
