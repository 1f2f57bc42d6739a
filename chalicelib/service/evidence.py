"""Takes in what was heard: receipts move rows, desk outcomes end them or become replies, signals feed health."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.model import (
    ContactKind,
    DeskOutcome,
    DeskWord,
    Direction,
    Outcome,
    Receipt,
    ReceiptState,
    Signal,
    path_id,
)
from chalicelib.domain.outbox import HOPELESS, Due, Row, RowState, deferred, moved, recorded
from chalicelib.ports import Clock, Missing, Stale, Unavailable
from chalicelib.service.believe import Believer
from chalicelib.service.canary_verdicts import heard
from chalicelib.service.errand import alias_of
from chalicelib.service.rows import ring_for, words_row
from chalicelib.service.situation import SituationReader
from chalicelib.service.stores import Stores
from chalicelib.service.wire import Evidence, read_evidence

WORD_STATES = {
    DeskWord.ANSWERED: RowState.ANSWERED,
    DeskWord.REPLY: RowState.ANSWERED,
    DeskWord.CLOSED: RowState.CLOSED,
    DeskWord.ABANDONED: RowState.ABANDONED,
}
MOST_IN_A_CONVERSATION = 20
STRANGE_AFTER = 4
"""Tries after which nobody knows a receipt's message: at least as long as a cut-off send needs to be told of."""
RANK = {
    RowState.SENT: 1,
    RowState.UNKNOWN: 1,
    RowState.DELIVERED: 2,
    RowState.ANSWERED: 3,
    RowState.ABANDONED: 3,
    RowState.CLOSED: 4,
}
"""States only advance: words may come late and out of order."""


@dataclass(slots=True)
class Hearing:
    """The evidence function's one verb."""

    stores: Stores
    situations: SituationReader
    believer: Believer
    clock: Clock

    def take(self, body: str, tries: int = 1) -> str:
        """Handle one evidence message, delivered for the `tries`-th time, and say in a word what it did.

        Raises ValueError on any other message; Missing when the row it speaks of is not known (yet: a receipt may
        overtake our own record of the send); Stale and Unavailable: the message comes back. A receipt that nobody
        knows after some tries is for a message that somebody else sent on the same account.
        """
        evidence = read_evidence(body)
        now = self.clock.now()
        match evidence.about:
            case Receipt() as receipt:
                strange = tries >= STRANGE_AFTER
                return self._receipt_if_ours(evidence, receipt, now, strange=strange)
            case DeskOutcome() as outcome:
                return self._desk(evidence, outcome, now)
            case Signal() as signal:
                return self._signal(evidence, signal)

    def _receipt_if_ours(self, evidence: Evidence, receipt: Receipt, now: datetime, *, strange: bool) -> str:
        try:
            return self._receipt(evidence, receipt, now)
        except Missing:
            if strange:
                return "not ours"
            raise

    def _receipt(self, evidence: Evidence, receipt: Receipt, now: datetime) -> str:
        row = self._row(evidence, receipt.provider_id)
        if row.kind is ContactKind.CANARY:
            return heard(self.stores.contacts, row, receipt, now)
        if receipt.state in (ReceiptState.DELIVERED, ReceiptState.READ):
            return self._advance(row, RowState.DELIVERED)
        if receipt.state is not ReceiptState.FAILED:
            return "noted"
        if row.work.state is RowState.SENDING:
            raise Stale("the receipt overtook our own record of the send")
        own = receipt.provider_id in (row.work.provider_id, row.key)  # else it speaks of an earlier send
        if row.work.state not in (RowState.SENT, RowState.UNKNOWN) or not own:
            return "late"
        came = self._failed(row, receipt, now)
        signal = Signal(outcome=receipt.outcome, at=now, detail=f"receipt: {receipt.detail}")
        self._signal(replace(evidence, path=self._path_of(row)), signal)
        return came

    def _failed(self, row: Row, receipt: Receipt, now: datetime) -> str:
        """The next desk may take what one desk's address did not; words to a person have no other way."""
        outcome = Outcome.UNKNOWN if receipt.outcome is Outcome.OK else receipt.outcome
        refused = recorded(row.work, RowState.ACCEPTED, outcome, detail=receipt.detail)
        if row.work.desk:
            self.stores.contacts.save(row.key, refused, Due.SET, now)
            self._ring(row)
            return "next desk"
        if outcome in HOPELESS:
            self.stores.contacts.save(row.key, replace(refused, state=RowState.DEAD), Due.CLEAR)
            return "dead"
        work, at = deferred(replace(refused, version=row.work.version), refused.attempts[-1].decision, now)
        self.stores.contacts.save(row.key, work, Due.SET, at)
        return "deferred"

    def _desk(self, evidence: Evidence, outcome: DeskOutcome, now: datetime) -> str:
        row = self._row(evidence, outcome.reference)
        if outcome.word is DeskWord.REPLY and outcome.text and row.erased_at is None:
            own_name = outcome.provider_id or f"{row.key}:{outcome.text}"
            name = f"{evidence.channel}:{own_name}"
            reply = words_row(row, ContactKind.REPLY, name, outcome.text, now)
            if self.stores.contacts.add(reply) is None:
                self._ring(reply)
        self._advance_others(row, WORD_STATES[outcome.word])
        return self._advance(row, WORD_STATES[outcome.word])

    def _ring(self, row: Row) -> None:
        with suppress(Unavailable):  # the sweeper finds it
            self.stores.queues.bell(ring_for(row))

    def _advance(self, row: Row, state: RowState) -> str:
        if RANK.get(row.work.state, 0) >= RANK[state]:
            return "late"
        self.stores.contacts.save(row.key, moved(row.work, state), Due.CLEAR)
        return state.value

    def _advance_others(self, row: Row, state: RowState) -> None:
        """A desk's conversation may hold several contacts of one person: its word counts for those before, too."""
        if not row.work.provider_id or row.work.provider_id == row.key:
            return
        for key in self.stores.contacts.history(row.party, MOST_IN_A_CONVERSATION, before=row.accepted_at):
            with suppress(Missing):  # the index may be behind a row that has expired
                other = self.stores.contacts.get(key)
                if (other.work.desk, other.work.provider_id) == (row.work.desk, row.work.provider_id):
                    self._advance(other, state)

    def _signal(self, evidence: Evidence, signal: Signal) -> str:
        path = evidence.path or self._own_path(evidence.channel)
        if not path:
            return "unknown channel"
        known = self.stores.health.read([path]).get(path)
        flip = self.believer.learn(path, signal, known)
        return f"flip {flip.after.value}" if flip else "learned"

    def _path_of(self, row: Row) -> str:
        desk = self.situations.read(self.clock.now()).plan.desks.get(row.work.desk)
        return self._own_path(desk.channel if desk else row.channel)

    def _own_path(self, channel: str) -> str:
        found = self.situations.read(self.clock.now()).plan.channels.get(channel)
        return path_id(found.id, Direction.OUT, found.market) if found else ""

    def _row(self, evidence: Evidence, reference: str) -> Row:
        """The row that a provider's id, or our own key, stands for. Raises Missing."""
        for channel, account in self._senders(evidence):
            with suppress(Missing):
                return self.stores.contacts.get(
                    self.stores.contacts.find(alias_of(channel, account, reference))
                )
        return self.stores.contacts.get(reference)

    def _senders(self, evidence: Evidence) -> list[tuple[str, str]]:
        """The channel itself, then its siblings: one vendor address may bring the receipts of several accounts.

        A desk's words only count within its own account: desks number their conversations 1, 2, 3.
        """
        channels = self.situations.read(self.clock.now()).plan.channels
        own = channels.get(evidence.channel)
        found = [(evidence.channel, evidence.account)]
        if own is None:
            return found
        anywhere = isinstance(evidence.about, Receipt)
        kin = [c for c in channels.values() if c.kind == own.kind and c.id != own.id and c.account]
        near = [c for c in kin if anywhere or (c.account, c.base) == (own.account, own.base)]
        return [*found, *((c.id, c.account) for c in near)]
