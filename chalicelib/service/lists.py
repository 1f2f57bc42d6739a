"""Asks a provider's own list: did an ambiguous send go, where is a missing receipt, was a receipt true."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.channels import Capability, Channel, ChannelError, Sought, Trace
from chalicelib.domain.model import Direction, Outcome, Receipt, ReceiptState, path_id
from chalicelib.domain.outbox import LEASE, RECEIPT_WAIT, Due, Row, RowState, recorded
from chalicelib.domain.plan import Plan
from chalicelib.domain.routing import Situation
from chalicelib.domain.vendor_lists.seen import ARRIVED, Recent, Seen, audited, seen_of
from chalicelib.http_types import MaybeSent, NotSent
from chalicelib.ports import Clock, Missing, Note
from chalicelib.service.errand import Errand, for_desk, for_person
from chalicelib.service.hand_over import HandOver
from chalicelib.service.one_deadline import limited
from chalicelib.service.proof import write_seen
from chalicelib.service.registry import tried_channel
from chalicelib.service.wire import Evidence, dump_evidence

ASKS_A_MINUTE = 60
"""Questions to one channel's list, whoever asks."""
SETTLED = timedelta(seconds=60)
"""A list may have a send only some time after it: before that, not being in it says nothing."""


class Doubt(StrEnum):
    """What became of an ambiguous send."""

    WENT = "went"
    DID_NOT = "did_not"
    UNSURE = "unsure"
    LATER = "later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """Questions about single rows. `recent` is this container's memory of answers."""

    hands: HandOver
    clock: Clock
    recent: Recent

    def doubt(self, row: Row, channel: Channel, situation: Situation, now: datetime) -> Doubt:
        """Look an ambiguous send up; one that went is recorded as such. Raises Stale, Unavailable."""
        if not self._may_ask(channel, now):
            return Doubt.LATER
        errand, sent_at = errand_of(row, situation.plan), row.work.attempts[-1].at
        trace = self._asked(row, channel, errand, now)
        if trace is None:
            return Doubt.UNSURE
        found = [(receipt, name) for receipt, name in trace.named() if self._free(errand, name, row)]
        if found:
            self._went(row, errand, *found[0], now)
            return Doubt.WENT
        strange = any(self._free(errand, name, row) for name in trace.others)
        sure = trace.whole and not strange and now - sent_at >= SETTLED
        return Doubt.DID_NOT if sure else Doubt.UNSURE

    def missing(self, row: Row, situation: Situation, now: datetime) -> tuple[Seen | None, bool]:
        """What the list has of a send whose receipt is overdue, None where no list can be asked; and whether it was.

        A failure that we were not told of goes the way of every receipt. Where the minute's questions are used up,
        the answer is that of another send, and says nothing of this very one. Raises Unavailable.
        """
        channel = self._channel(row, situation)
        if channel is None:
            return None, False
        path = path_of(channel)
        if not self._may_ask(channel, now):
            return self.recent.stand_in(path, row.key), False
        trace = self._asked(row, channel, errand_of(row, situation.plan), now)
        last = trace.receipts[-1] if trace and trace.receipts else None
        unsure = trace is None or (last is None and not trace.whole)
        seen = Seen.UNSURE if unsure else seen_of(last.state if last else None)
        self.recent.note(path, seen)
        write_seen(self.hands.believer.ledger, row, path, seen, now)
        if last is not None and seen is Seen.FAILED:
            self._tell(errand_of(row, situation.plan), last)
        return seen, True

    def contradicted(self, row: Row, situation: Situation, now: datetime) -> bool:
        """True when the list denies what a receipt told us; one row in twenty is asked about. Raises Unavailable."""
        channel = self._channel(row, situation) if audited(row.key) else None
        if channel is None or not self._may_ask(channel, now):
            return False
        trace = self._asked(row, channel, errand_of(row, situation.plan), now)
        if trace is None or not trace.whole:
            return False
        if any(one.state is not ReceiptState.FAILED for one in trace.receipts):
            return False
        write_seen(self.hands.believer.ledger, row, path_of(channel), Seen.CONTRADICTED, now)
        return True

    def _channel(self, row: Row, situation: Situation) -> Channel | None:
        """The row's channel, if it has a list and what was sent has an id there that is its own."""
        channel = tried_channel(self.hands.registry, row, situation.plan)
        if channel is None or Capability.RESOLVE not in channel.capabilities:
            return None
        return channel if row.work.provider_id and row.work.attempts else None

    def _may_ask(self, channel: Channel, now: datetime) -> bool:
        minute = int(now.timestamp()) // 60
        return self.hands.contacts.lease(f"resolve/{channel.config.id}", 0, 1, minute, ASKS_A_MINUTE) == 1

    def _asked(self, row: Row, channel: Channel, errand: Errand, now: datetime) -> Trace | None:
        """The list's answer; None when it gives none."""
        sent_at = row.work.attempts[-1].at
        sought = Sought(
            message=errand.message, provider_id=row.work.provider_id, since=sent_at, until=sent_at + LEASE
        )
        try:
            return limited(channel, self.clock).resolve(sought, now)
        except (ChannelError, NotSent, MaybeSent):
            return None

    def _free(self, errand: Errand, name: str, row: Row) -> bool:
        """True for an item of the list that is no other row's."""
        try:
            return self.hands.contacts.find(errand.alias(name)) == row.key
        except Missing:
            return True

    def _went(self, row: Row, errand: Errand, receipt: Receipt, name: str, now: datetime) -> None:
        """The send as if its answer had come: what the list says beyond that is heard like a receipt."""
        for each in {receipt.provider_id, name}:
            self.hands.contacts.alias(errand.alias(each), row.key)
        state = RowState.DELIVERED if receipt.state in ARRIVED else RowState.SENT
        work = recorded(
            row.work,
            state,
            Outcome.OK,
            detail="found in the provider's list",
            provider_id=receipt.provider_id,
        )
        due = Due.SET if state is RowState.SENT else Due.CLEAR
        self.hands.contacts.save(
            row.key, replace(work, round=0), due, now + RECEIPT_WAIT if due is Due.SET else None
        )
        if receipt.state is ReceiptState.FAILED:
            self._tell(errand, receipt)

    def _tell(self, errand: Errand, receipt: Receipt) -> None:
        evidence = Evidence(channel=errand.channel, account=errand.account, about=receipt)
        self.hands.believer.queues.put(Note(queue="evidence", body=dump_evidence(evidence)))


def errand_of(row: Row, plan: Plan) -> Errand:
    """What the row's last attempt was. Raises Missing when the plan has its channel no more."""
    desk = plan.desks.get(row.work.desk)
    return for_desk(row, plan, desk.id) if desk else for_person(row, plan)


def path_of(channel: Channel) -> str:
    """The path that sends on a channel are evidence of."""
    return path_id(channel.config.id, Direction.OUT, channel.config.market)
