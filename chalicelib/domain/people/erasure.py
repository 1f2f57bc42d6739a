"""What is left of a row whose person is forgotten: its account (times, states, desks), and no word of theirs."""

from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.domain.model import Contact, ContactKind, Party
from chalicelib.domain.outbox import Row, RowState, Work, lease_lost

UNSENT = frozenset({RowState.ACCEPTED, RowState.DEFERRED, RowState.UNKNOWN, RowState.SENDING})
"""A row of these states is closed: there is nobody left whose contact could be handed over."""


PASSED_ON = timedelta(days=2)
"""A request that was to be passed on for a day is of no use after it, and no person's erasure finds it."""


def busy(row: Row, now: datetime) -> bool:
    """True while somebody sends the row: its sender would write over what is erased now."""
    return row.work.state is RowState.SENDING and not lease_lost(row.work, now)


def erased(row: Row, now: datetime) -> Row:
    """The row without its person: no address, words, files, traits, provider's id; its work scrubbed likewise.

    The key stays, a digest, so that the same webhook once more is a duplicate and brings nobody back.
    """
    contact = Contact(
        account=row.contact.account,
        provider_id="",
        party=Party(address=""),
        medium=row.contact.medium,
        market=row.contact.market,
        kind=row.contact.kind,
    )
    return replace(
        row, contact=contact, party="", due_at=None, lot="", erased_at=now, work=scrubbed(row.work)
    )


def scrubbed(work: Work) -> Work:
    """A work without what providers called or said of the person; one that was still to be sent is closed."""
    return replace(
        work,
        state=RowState.CLOSED if work.state in UNSENT else work.state,
        version=work.version + 1,
        lease_until=None,
        provider_id="",
        attempts=tuple(replace(attempt, detail="") for attempt in work.attempts),
    )


def outlived(row: Row, kept_days: int, now: datetime) -> bool:
    """True when a row's words are older than they may be kept; our own canaries are nobody's."""
    if row.erased_at is not None or row.kind is ContactKind.CANARY:
        return False
    most = timedelta(days=kept_days)
    return now - row.accepted_at >= (min(most, PASSED_ON) if row.kind is ContactKind.FORWARD else most)


def forgotten(row: Row, erased_at: datetime | None) -> bool:
    """True when the row's person was erased at `erased_at`, and the row is not of a time after that."""
    return row.erased_at is None and erased_at is not None and row.accepted_at <= erased_at
