"""Sends one row: decides with fresh health, leases a token, claims, sends, records; then the next desk if it must."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from chalicelib.channels import Channel
from chalicelib.domain.backlog.lot import way_to_people
from chalicelib.domain.decision import LAST_RANK, Decision, Reason, to_person
from chalicelib.domain.health import PathHealth, believe
from chalicelib.domain.model import Outcome
from chalicelib.domain.outbox import HOPELESS, RECEIPT_WAIT, Due, Row, RowState, claimed, moved, recorded
from chalicelib.domain.plan import Desk, Plan
from chalicelib.domain.routing import Case, Situation, against, against_person
from chalicelib.ports import Clock, ContactStore, HealthStore, Missing, Unavailable
from chalicelib.service.attempt import Result, attempt
from chalicelib.service.believe import Believer
from chalicelib.service.capacity import Tokens, choose
from chalicelib.service.errand import Errand, for_desk, for_person
from chalicelib.service.lane_time import LaneTime
from chalicelib.service.noting import note
from chalicelib.service.one_deadline import LeaseTooShort, limited
from chalicelib.service.put_by import PutBy
from chalicelib.service.registry import Registry, window_of
from chalicelib.service.retries import Retries
from chalicelib.service.rows import WORDS

TIME_FOR_ONE_BELL = timedelta(seconds=40)
"""No send starts later than this: the function lives 60 s and one send takes up to 8."""
UNKNOWN_WAIT = timedelta(seconds=15)


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
    time: LaneTime = field(default_factory=LaneTime)
    retries: Retries = field(default_factory=Retries)

    def to_desk(self, row: Row, situation: Situation) -> RowState:
        """Hand a contact to the best desk, then the next, until one takes it or none is left."""
        options = situation.plan.options(row.purpose, row.market)
        known = self._known({path for option in options for path in option.paths})
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
        try:
            errand = for_person(row, situation.plan)
        except Missing:  # a plan can be rolled back: the words wait until their own deadline
            return self.put_by.no_way(row, Reason.UNREADY, situation.plan, now)
        known = self._known([errand.path])
        fresh = self._fresh(situation, known, now)
        reason = self._against(row, fresh, errand, now)
        if reason is not None:
            return self.put_by.no_way(row, reason, situation.plan, now)
        if not self._may(row, _way(fresh, errand), fresh.plan, now):
            return self.put_by.no_way(row, Reason.FULL, situation.plan, now)
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
        known = self._known([errand.path])
        fresh = self._fresh(situation, known, now)
        if (  # a trial that did not draw it may have it all the same: only traffic ends a trial, and a repeat is that
            self._against(row, fresh, errand, now) not in (None, Reason.TRIAL_NOT_DRAWN)
            or not self.time.may(self.contacts, row.lane, errand.channel, now)
            or not self.tokens.take(self.contacts, desk or _way(fresh, errand), now)
        ):
            return self.put_by.still_unknown(row, now)
        decision = row.work.attempts[-1].decision
        row, result = self._send(row, fresh, errand, decision, doubts=row.work.round + 1)
        self._learn(errand, result, known)
        return row.work.state

    def _choose(self, row: Row, situation: Situation, now: datetime) -> Decision:
        return choose(
            row, situation, row.work.tried, now, lambda desk: self._may(row, desk, situation.plan, now)
        )

    def _may(self, row: Row, desk: Desk, plan: Plan, now: datetime) -> bool:
        """False when the desk, or its channel, has had its share: of second tries, of the lane's time, of its rate."""
        again = "" if row.kind in WORDS else desk.id
        return (
            self.retries.may(row, desk.channel, again, now)
            and self.time.may(self.contacts, row.lane, desk.channel, now)
            and self.put_by.backlogs.may(row, desk, plan, now)
            and self.tokens.take(self.contacts, desk, now)
        )

    def _send(
        self, row: Row, situation: Situation, errand: Errand, decision: str, *, doubts: int = 0
    ) -> tuple[Row, Result]:
        """Claim, send, record: the claim is the last write before this one send. Raises Stale when another has it.

        Raises Unavailable, with the row as it was before, when claiming took so long that the lease might not last,
        or when the provider's secrets are out of reach.
        `doubts` counts the sends before this one of which nobody knows whether they went: while there are any,
        a refusal does not free the row for another desk.
        """
        now = self.clock.now()
        work = claimed(row.work, errand.desk, decision, now)
        self.contacts.save(row.key, work)
        began = self.clock.now()
        try:
            result = attempt(lambda: self._ready(situation, errand, work.lease_until), errand.message, now)
        except (LeaseTooShort, Unavailable):  # surely not sent: nobody need be in doubt of it
            self.contacts.save(row.key, replace(row.work, version=work.version + 1))
            raise Unavailable("our own stores are too slow, or out of reach, to send anything") from None
        self.time.learn(errand.channel, self.clock.now() - began)
        return self._recorded(replace(row, work=work), errand, result, doubts), result

    def _ready(self, situation: Situation, errand: Errand, lease_until: datetime | None) -> Channel:
        return limited(self.registry.get(situation.plan, errand.channel), self.clock, lease_until)

    def _recorded(self, row: Row, errand: Errand, result: Result, doubts: int) -> Row:
        now, provider_id = self.clock.now(), result.sent.provider_id if result.sent else ""
        state, due, wait = RowState.ACCEPTED, Due.KEEP, timedelta()
        if result.outcome is Outcome.UNKNOWN or (doubts and result.outcome is not Outcome.OK):
            state, due, wait = RowState.UNKNOWN, Due.SET, UNKNOWN_WAIT * 2 ** min(doubts, 4)
        elif result.sent is not None and result.sent.receipt_due:
            state, due = RowState.SENT, Due.SET
            wait = result.promise.wait if result.promise else RECEIPT_WAIT
        elif result.outcome is Outcome.OK:
            state, due = RowState.DELIVERED, Due.CLEAR
        for name in result.names(row.key):
            self.contacts.alias(errand.alias(name), row.key)
        note(self.contacts, row, errand, result, now)
        work = recorded(row.work, state, result.outcome, detail=result.detail, provider_id=provider_id)
        work = replace(work, round=doubts) if state is RowState.UNKNOWN else work
        self.contacts.save(row.key, work, due, now + wait if due is Due.SET else None)
        if state is RowState.UNKNOWN or result.promise:
            self.put_by.ring_later(row, wait)
        return replace(row, work=work)

    def _learn(
        self, errand: Errand, result: Result, known: Mapping[str, PathHealth]
    ) -> Mapping[str, PathHealth]:
        signal = result.signal(self.clock.now(), self.believer.vantage)
        with suppress(Unavailable):
            self.believer.learn(errand.path, signal, known.get(errand.path))
            if result.outcome is not Outcome.OK:
                return {**known, **self.health.read([errand.path])}
        return known

    def _known(self, paths: Iterable[str]) -> Mapping[str, PathHealth]:
        """Health as it is now; while its store is down the snapshot's beliefs must do."""
        try:
            return self.health.read(paths)
        except Unavailable:
            return {}

    def _against(self, row: Row, situation: Situation, errand: Errand, now: datetime) -> Reason | None:
        """The first reason against this one errand now."""
        case = Case(key=row.key, purpose=row.purpose, market=row.market, medium=row.contact.medium)
        if errand.desk:
            option = situation.plan.option(errand.desk, row.market)
            return against(option, case, situation, now=now, tried=())
        channel = situation.plan.channels[errand.channel]
        window = window_of(self.registry, situation.plan, channel.id)
        return against_person(channel, case, situation, now=now, window=window, heard=row.contact.sent_at)

    def _fresh(self, situation: Situation, known: Mapping[str, PathHealth], now: datetime) -> Situation:
        beliefs = {p: believe(health, now, self.believer.rules_of(p)) for p, health in known.items()}
        return replace(situation, beliefs={**situation.beliefs, **beliefs})


def _way(situation: Situation, errand: Errand) -> Desk:
    return way_to_people(situation.plan.channels[errand.channel])
