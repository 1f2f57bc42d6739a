"""Notes each send for the proof: one small item that is never changed, apart from the row that is."""

from contextlib import suppress
from datetime import datetime

from chalicelib.domain.model import Direction, Outcome, path_id
from chalicelib.domain.observing.account import passed_path, seen_path
from chalicelib.domain.outbox import RECEIPT_WAIT, Row
from chalicelib.domain.proof.dispatch import Dispatch
from chalicelib.ports import ContactStore, Unavailable
from chalicelib.service.attempt import Result
from chalicelib.service.errand import Errand


def note(contacts: ContactStore, row: Row, errand: Errand, result: Result, now: datetime) -> None:
    """Write down what came of a claimed row's send, before the row itself says so: a crash between shows as unknown.

    A store that does not answer costs the proof one send, never the contact anything.
    """
    with suppress(Unavailable):
        contacts.note_sent(dispatch_of(row, errand, result, now))


def note_canary(contacts: ContactStore, row: Row, outcome: Outcome, provider_id: str) -> None:
    """Write down a claimed canary: on the way in, it must come to our door by the row's due time."""
    went = outcome is Outcome.OK
    sent = Dispatch(
        path=path_id(row.channel, Direction.IN, row.market),
        key=row.key,
        attempt=row.work.attempt,
        at=row.work.attempts[-1].at,
        outcome=outcome,
        provider_id=provider_id,
        due_at=row.due_at if went else None,
        promised=went,
    )
    with suppress(Unavailable):
        contacts.note_sent(sent)


def dispatch_of(row: Row, errand: Errand, result: Result, now: datetime) -> Dispatch:
    """The send as it is kept; a receipt is owed where the provider said so."""
    last, sent = row.work.attempts[-1], result.sent
    wait = (result.promise.wait if result.promise else RECEIPT_WAIT) if sent and sent.receipt_due else None
    return Dispatch(
        path=errand.path,
        key=row.key,
        attempt=row.work.attempt,
        at=last.at,
        outcome=result.outcome,
        desk=errand.desk,
        provider_id=sent.provider_id if sent else "",
        due_at=now + wait if wait is not None else None,
        promised=result.promise is not None,
    )


def note_seen(contacts: ContactStore, row: Row) -> None:
    """Write down a contact that was only seen: the desk that was decided for it, and its purpose as the reference."""
    desk = row.decision.partition("|")[0]
    seen = Dispatch(
        path=seen_path(row.channel),
        key=row.key,
        attempt=0,
        at=row.accepted_at,
        outcome=Outcome.OK,
        desk=desk,
        provider_id=row.purpose,
    )
    with suppress(Unavailable):
        contacts.note_sent(seen)


def note_passed(contacts: ContactStore, row: Row, outcome: Outcome) -> None:
    """Write down what came of passing a request on; `at` is when it came to us."""
    passed = Dispatch(
        path=passed_path(row.channel),
        key=row.key,
        attempt=row.work.attempt,
        at=row.accepted_at,
        outcome=outcome,
    )
    with suppress(Unavailable):
        contacts.note_sent(passed)
