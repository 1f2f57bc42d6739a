"""What came of a bell, and whether it kept the promise to a person: to be with a desk, or with them, by a deadline."""

from dataclasses import dataclass
from enum import StrEnum

from chalicelib.domain.model import ContactKind
from chalicelib.domain.outbox import Row, RowState

OPEN = frozenset({RowState.ACCEPTED, RowState.SENDING, RowState.DEFERRED, RowState.UNKNOWN})
"""Before a bell: nobody had it yet. A row that was `sent` has been counted already."""


class Came(StrEnum):
    """What came of one bell."""

    DELIVERED = "delivered"
    SENT = "sent"
    DEFERRED = "deferred"
    UNKNOWN = "unknown"
    DEAD = "dead"
    EXPIRED = "expired"
    ABANDONED = "abandoned"
    WAITS = "waits"
    JUDGED = "judged"
    REFUSED = "refused"
    GONE = "gone"
    OBSERVED = "observed"


KEPT = frozenset({Came.DELIVERED, Came.SENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came of one bell, and of the promise to the person behind it (`unserved` as the function below tells)."""

    came: Came
    lane: str = ""
    unserved: int | None = None


def unserved(before: Row, came: Came) -> int | None:
    """1 when its deadline passed with this bell, 0 when it was handed over, None when neither is so.

    Our own canaries are nobody's, a request that is passed on is the vendor's; what needs a person's word (`dead`)
    or was given up by the caller (`abandoned`) is not mixed with either.
    """
    if before.kind in (ContactKind.CANARY, ContactKind.FORWARD) or before.work.state not in OPEN:
        return None
    if came is Came.EXPIRED:
        return 1
    return 0 if came in KEPT else None
