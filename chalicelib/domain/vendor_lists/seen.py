"""What a provider's list has shown of sends whose receipt did not come, and what that says of those not asked about."""

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b

from chalicelib.domain.model import ReceiptState

KEPT = 20
AUDITED = 20
"""One in so many receipts is held against the list."""


class Seen(StrEnum):
    """What the list has of one send.

    DELIVERED: it arrived, and only the word did not come to us. ON_ITS_WAY: the provider still has it or waits for the
    person. FAILED: it was lost behind the provider. ABSENT: the provider took it and does not know it. UNSURE: the list
    does not say. CONTRADICTED: a receipt told us of an arrival that the list denies.
    """

    DELIVERED = "delivered"
    ON_ITS_WAY = "on_its_way"
    FAILED = "failed"
    ABSENT = "absent"
    UNSURE = "unsure"
    CONTRADICTED = "contradicted"


ARRIVED = frozenset({ReceiptState.DELIVERED, ReceiptState.READ})
UNDECIDED = frozenset({Seen.ON_ITS_WAY, Seen.FAILED})
"""What is no word on silence: nobody's fault so far, or told and counted as a failure."""
_STATES = {
    **dict.fromkeys(ARRIVED, Seen.DELIVERED),
    ReceiptState.FAILED: Seen.FAILED,
    ReceiptState.ACCEPTED: Seen.ON_ITS_WAY,
    ReceiptState.SENT: Seen.ON_ITS_WAY,
}


def seen_of(state: ReceiptState | None) -> Seen:
    """What a listed state shows of a send whose receipt is missing; None: it is not in the list."""
    return Seen.ABSENT if state is None else _STATES.get(state, Seen.UNSURE)


def audited(key: str) -> bool:
    """True for the one row in AUDITED whose receipt is held against the list: a draw that is fixed for each row."""
    return _draw(key, b"audit") % AUDITED == 0


@dataclass(slots=True)
class Recent:
    """The last answers of each path, for those that could not be asked about: a minute bears only so many questions.

    Each of these takes the answer of one that was asked, drawn by its key. So an answer weighs as many as there were
    for each question, and the share of losses among all stays that among the asked (hot-deck imputation).
    """

    answers: dict[str, deque[Seen]] = field(default_factory=dict)

    def note(self, path: str, seen: Seen) -> None:
        """Keep an answer."""
        self.answers.setdefault(path, deque(maxlen=KEPT)).append(seen)

    def stand_in(self, path: str, key: str) -> Seen | None:
        """An answer for one that was not asked about; None while there is none."""
        known = self.answers.get(path)
        return known[_draw(key, b"stand-in") % len(known)] if known else None


def _draw(key: str, purpose: bytes) -> int:
    return int.from_bytes(blake2b(key.encode(), digest_size=8, person=purpose).digest())
