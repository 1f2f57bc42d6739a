"""Sends one row: decides with fresh health, leases a token, claims, sends, records; then the next desk if it must."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from chalicelib.channels import Channel, ChannelError
from chalicelib.domain.decision import LAST_RANK, Decision, to_person
from chalicelib.domain.health import PathHealth, believe
from chalicelib.domain.model import Outcome
from chalicelib.domain.outbox import Due, Row, RowState, claimed, moved, recorded
from chalicelib.domain.plan import Desk
from chalicelib.domain.routing import Case, Situation, against_person
from chalicelib.ports import Clock, ContactStore, HealthStore, Missing
from chalicelib.service.attempt import Result, attempt
from chalicelib.service.believe import Believer
from chalicelib.service.capacity import Tokens, choose
from chalicelib.service.errand import Errand, for_desk, for_person
from chalicelib.service.put_by import PutBy
from chalicelib.service.registry import Registry

TIME_FOR_ONE_BELL = timedelta(seconds=40)
"""No send starts later than this: the function lives 60 s and one send takes up to 8."""
RECEIPT_WAIT = timedelta(minutes=5)
UNKNOWN_WAIT = timedelta(seconds=15)
HOPELESS = frozenset({Outcome.RECIPIENT, Outcome.REQUEST})


@dataclass(slots=True)
class HandOver:
    """Sends rows to desks and to people; every method returns the state the row is left in."""

    registry: Registry
    contacts: ContactStore
    health: HealthStore
    believer: Believer
    clock: Clock
    put_by: PutBy
    tokens: Tokens = field(default_factory=Tokens)

    def to_desk(self, row: Row, situation: Situation) -> RowState:
        """Hand a contact to the best desk, then the next, until one takes it or none is left."""
        options = situation.plan.options(row.purpose, row.market)
        known = self.health.read({path for option in options for path in option.paths})
        began = self.clock.now()
        while True:
            now = self.clock.now()
            fresh = self._fresh(situation, known, now)
            decision = self._choose(row, fresh, now)
            if decision.desk == LAST_RANK or now - began > TIME_FOR_ONE_BELL:
                return self.put_by.no_desk(row, fresh, decision, now)
            errand = for_desk(row, fresh.plan, decision.desk)
            row, result = self._send(row, fresh, errand, decision.compact())
            known = self._learn(errand, result, known)
            if row.work.state is not RowState.ACCEPTED:
                return row.work.state

    def to_person(self, row: Row, situation: Situation) -> RowState:
        """Write a reply or a notice to the person, on the channel they wrote on."""
        now = self.clock.now()
        errand = for_person(row, situation.plan)
        known = self.health.read([errand.path])
        fresh = self._fresh(situation, known, now)
        case = Case(key=row.key, purpose=row.purpose, market=row.market, medium=row.contact.medium)
        window = self._window(errand, situation)
        reason = against_person(
            fresh.plan.channels[errand.channel],
            case,
            fresh,
            now=now,
            window=window,
            heard=row.contact.sent_at,
        )
        if reason is not None:
            return self.put_by.no_way(row, reason, now)
        row, result = self._send(row, fresh, errand, to_person(errand.channel))
        self._learn(errand, result, known)
        if result.outcome in HOPELESS:
            self.contacts.save(row.key, moved(row.work, RowState.DEAD), Due.CLEAR)
            return RowState.DEAD
        return self.put_by.refused(row, now) if row.work.state is RowState.ACCEPTED else row.work.state

    def again(self, row: Row, situation: Situation) -> RowState:
        """Repeat an ambiguous send with the same key where the provider does it only once.

        Whatever but OK comes of the repeat says nothing of the first send: the row stays unknown.
        """
        now = self.clock.now()
        desk = situation.plan.desks.get(row.work.desk)
        errand = for_desk(row, situation.plan, desk.id) if desk else for_person(row, situation.plan)
        if desk is not None and not self.tokens.take(self.contacts, desk, now):
            return self.put_by.still_unknown(row, now)
        row, result = self._send(row, situation, errand, row.work.attempts[-1].decision)
        self._learn(errand, result, self.health.read([errand.path]))
        return self.put_by.still_unknown(row, now) if row.work.state is RowState.ACCEPTED else row.work.state

    def channel_tried(self, row: Row, situation: Situation) -> Channel | None:
        """The channel of the row's last attempt, or None when the plan has it no more."""
        desk = situation.plan.desks.get(row.work.desk)
        try:
            return self.registry.get(situation.plan, desk.channel if desk else row.channel)
        except (Missing, ChannelError):
            return None

    def _choose(self, row: Row, situation: Situation, now: datetime) -> Decision:
        def take(desk: Desk) -> bool:
            return self.tokens.take(self.contacts, desk, now)

        return choose(row, situation, row.work.tried, now, take)

    def _send(self, row: Row, situation: Situation, errand: Errand, decision: str) -> tuple[Row, Result]:
        """Claim, send, record: the claim is the last write before this one send. Raises Stale when another has it."""
        now = self.clock.now()
        work = claimed(row.work, errand.desk, decision, now)
        self.contacts.save(row.key, work)
        result = attempt(lambda: self.registry.get(situation.plan, errand.channel), errand.message, now)
        return self._recorded(replace(row, work=work), errand, result), result

    def _recorded(self, row: Row, errand: Errand, result: Result) -> Row:
        now, provider_id = self.clock.now(), result.sent.provider_id if result.sent else ""
        state, due, wait = RowState.ACCEPTED, Due.KEEP, timedelta()
        if result.outcome is Outcome.UNKNOWN:
            state, due, wait = RowState.UNKNOWN, Due.SET, UNKNOWN_WAIT
        elif result.sent is not None and result.sent.receipt_due:
            state, due, wait = RowState.SENT, Due.SET, RECEIPT_WAIT
        elif result.outcome is Outcome.OK:
            state, due = RowState.DELIVERED, Due.CLEAR
        if provider_id and provider_id != row.key:
            self.contacts.alias(errand.alias(provider_id), row.key)
        work = recorded(row.work, state, result.outcome, detail=result.detail, provider_id=provider_id)
        self.contacts.save(row.key, work, due, now + wait if due is Due.SET else None)
        if state is RowState.UNKNOWN:
            self.put_by.ring_later(row, UNKNOWN_WAIT)
        return replace(row, work=work)

    def _learn(
        self, errand: Errand, result: Result, known: Mapping[str, PathHealth]
    ) -> Mapping[str, PathHealth]:
        signal = result.signal(self.clock.now(), self.believer.vantage)
        self.believer.learn(errand.path, signal, known.get(errand.path))
        return {**known, **self.health.read([errand.path])} if result.outcome is not Outcome.OK else known

    def _fresh(self, situation: Situation, known: Mapping[str, PathHealth], now: datetime) -> Situation:
        beliefs = {path: believe(health, now, self.believer.rules) for path, health in known.items()}
        return replace(situation, beliefs={**situation.beliefs, **beliefs})

    def _window(self, errand: Errand, situation: Situation) -> timedelta | None:
        try:
            return self.registry.get(situation.plan, errand.channel).window
        except ChannelError:
            return None
