"""What a kind of channel promises about receipts: apart from what they weigh, for the intake needs no scores."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPromise:
    """It reports on every message that it took within `wait`; `missing` is the usual share that it does not.

    A kind whose receipts depend on the person (a telephone that is switched off) promises nothing.
    """

    wait: timedelta
    missing: float = 0.0
