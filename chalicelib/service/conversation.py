"""Order within a conversation: what must go first, and whose turn is next."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from chalicelib.domain.model import ContactKind, Outcome
from chalicelib.domain.outbox import Row, RowState
from chalicelib.ports import ContactStore, Missing, Queues, Unavailable
from chalicelib.service.rows import ring_for

LOOK_BACK = timedelta(minutes=15)
"""How far back an unfinished contact of the same person delays a later one."""
MOST_BEFORE = 5
MOST_ROWS = 25
"""Rows of one person looked at, replies and notices among them."""
REFUSED_AS_BAD = frozenset({Outcome.RECIPIENT, Outcome.REQUEST})


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A person's rows of one kind and one purpose, on a medium where order is heard."""

    contacts: ContactStore
    queues: Queues

    def must_wait(self, row: Row) -> bool:
        """True when an earlier row of the conversation must go first; its end rings this one."""
        if not ordered(row):
            return False
        looked = 0
        for key in self.contacts.history(row.party, MOST_ROWS, before=row.accepted_at):
            older = self._row(key)
            if older is None or not together(older, row):
                continue
            looked += 1
            if looked > MOST_BEFORE or row.accepted_at - older.accepted_at > LOOK_BACK:
                return False
            if older.work.state.blocks_later and not refused_as_bad(older):
                return True
        return False

    def ring_next(self, row: Row) -> None:
        """Ring the row that may have waited for this one; where the bell fails, the sweeper rings."""
        if not ordered(row):
            return
        for key in self.contacts.history(row.party, MOST_ROWS, after=row.accepted_at):
            later = self._row(key)
            if later is None or not together(later, row):
                continue
            if later.work.state in (RowState.ACCEPTED, RowState.DEFERRED):
                with suppress(Unavailable):
                    self.queues.bell(ring_for(later))
                return

    def _row(self, key: str) -> Row | None:
        """None: the index may be behind a row that has expired."""
        try:
            return self.contacts.get(key)
        except Missing:
            return None


def ordered(row: Row) -> bool:
    """True for rows that have a place in a conversation; a notice of ours has none."""
    return row.contact.medium.ordered and row.kind is not ContactKind.NOTICE


def together(one: Row, other: Row) -> bool:
    """True for rows of the same conversation: another purpose may wait for other hours and other desks."""
    return one.kind is other.kind and one.purpose == other.purpose


def refused_as_bad(row: Row) -> bool:
    """True when some desk found the contact itself at fault: it may stay for long, and holds nobody back."""
    return any(attempt.outcome in REFUSED_AS_BAD for attempt in row.work.attempts)
