"""What becomes of a canary: it came, it came late, or its time is up; judged once, as evidence of silent loss."""

from contextlib import suppress
from datetime import datetime, timedelta

from chalicelib.domain.detection.machine import State
from chalicelib.domain.detection.receipts import arrived, missing, receipt_rules, speaks
from chalicelib.domain.model import Direction, EvidenceClass, Receipt, path_id
from chalicelib.domain.outbox import Due, Row, RowState, moved
from chalicelib.ports import ContactStore, HealthStore, Queues, Unavailable
from chalicelib.service.believe import Believer
from chalicelib.service.canary_turns import hurried
from chalicelib.service.proof import write_loss

UNDERWAY = frozenset({RowState.SENDING, RowState.SENT, RowState.UNKNOWN})
SKEW = timedelta(seconds=2)
"""Two machines' clocks, and what of a moment a message keeps."""
JUDGED = frozenset({RowState.CLOSED, RowState.EXPIRED, RowState.DEAD})


def heard(contacts: ContactStore, row: Row, receipt: Receipt, now: datetime) -> str:
    """A canary came to our door; by its deadline, or it is late. Raises Stale: the word comes again.

    It counts when its time is up, as a missing one does: counted sooner, good ones would hide bad ones still due.
    """
    came_at = receipt.at or now
    # A call's word may be heard after the next call was made.
    in_time = row.accepted_at - SKEW <= came_at <= row.deadline
    if row.work.state not in UNDERWAY or not in_time:
        return "canary again" if row.work.state in (RowState.DELIVERED, RowState.CLOSED) else "late canary"
    contacts.save(row.key, moved(row.work, RowState.DELIVERED))
    return "canary"


def judge(contacts: ContactStore, health: HealthStore, believer: Believer, row: Row, now: datetime) -> str:
    """One observation on the channel's IN path once the canary's time is up; "" when it is not.

    The row is closed first, by compare and set (raises Stale): a crash in between costs one observation, nothing
    counts one twice. A canary of which nobody knows whether it went is none.
    """
    state = row.work.state
    if row.due_at is None or (now < row.due_at and state not in JUDGED):
        return ""
    came = state is RowState.DELIVERED
    end = state if state in JUDGED else RowState.CLOSED if came else RowState.EXPIRED
    contacts.save(row.key, moved(row.work, end), Due.CLEAR)
    if came or state is RowState.SENT:
        _learn(health, believer, row, now, came=came)
    return end.value


def _learn(health: HealthStore, believer: Believer, row: Row, now: datetime, *, came: bool) -> None:
    with suppress(Unavailable):  # one observation less
        path = path_id(row.channel, Direction.IN, row.market)
        known = health.read([path]).get(path)
        cls = known.classes.get(EvidenceClass.SILENT) if known else None
        if not came:
            write_loss(believer.ledger, row, path, now)
        if not speaks(cls, row.accepted_at):
            return
        signal = arrived(now, "canary") if came else missing(now, "a canary did not arrive")
        flip = believer.learn(path, signal, known, receipt_rules(believer.rules, 0.0))
        if not came and flip is None and (cls is None or cls.state is State.CLOSED):
            _hurry(believer.queues, row.channel, now)


def _hurry(queues: Queues, channel: str, now: datetime) -> None:
    for note in hurried(channel, now):
        queues.put(note)
