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
from chalicelib.domain.outbox import Due, Row, RowState, deferred, moved
from chalicelib.ports import Clock, Missing, Ring
from chalicelib.service.believe import Believer
from chalicelib.service.errand import alias_of
from chalicelib.service.rows import words_row
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
STRANGE_AFTER = 3
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
        if receipt.state in (ReceiptState.DELIVERED, ReceiptState.READ):
            return self._advance(row, RowState.DELIVERED)
        if receipt.state is not ReceiptState.FAILED:
            return "noted"
        if row.work.state not in (RowState.SENT, RowState.UNKNOWN):
            return "late"
        if receipt.outcome in (Outcome.RECIPIENT, Outcome.REQUEST):
            self.stores.contacts.save(row.key, moved(row.work, RowState.DEAD), Due.CLEAR)
            return "dead"
        *before, last = row.work.attempts
        refused = replace(
            row.work, attempts=(*before, replace(last, outcome=receipt.outcome, detail=receipt.detail))
        )
        work, at = deferred(refused, last.decision, now)
        self.stores.contacts.save(row.key, work, Due.SET, at)
        self._signal(evidence, Signal(outcome=receipt.outcome, at=now, detail=f"receipt: {receipt.detail}"))
        return "deferred"

    def _desk(self, evidence: Evidence, outcome: DeskOutcome, now: datetime) -> str:
        row = self._row(evidence, outcome.reference)
        if outcome.word is DeskWord.REPLY and outcome.text:
            name = f"{evidence.channel}:{outcome.provider_id or outcome.text}"
            reply = words_row(row, ContactKind.REPLY, name, outcome.text, now)
            if self.stores.contacts.add(reply) is None:
                self.stores.queues.bell(Ring(key=reply.key, lane=reply.lane))
        self._advance_others(row, WORD_STATES[outcome.word])
        return self._advance(row, WORD_STATES[outcome.word])

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
        """The channel itself, then its siblings: one vendor address may bring the receipts of several accounts."""
        channels = self.situations.read(self.clock.now()).plan.channels
        own = channels.get(evidence.channel)
        siblings = [
            c for c in channels.values() if own and c.kind == own.kind and c.id != own.id and c.account
        ]
        return [(evidence.channel, evidence.account), *((c.id, c.account) for c in siblings)]
