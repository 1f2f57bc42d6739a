"""Belief: what decisions know of a path, apart from the machines that it comes from: the intake needs no more."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from chalicelib.domain.model import EvidenceClass

UP, TRIAL, DOWN, UNKNOWN = "up", "trial", "down", "unknown"
_SPREAD = float(2**64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """What to make of a path now. `state` is up, trial, down or unknown; `weight` its share, 0 to 1.

    `weight` is 0 when down, the trial's share in a trial, and unknown keeps the last one: draw whenever it
    is less than 1. `gen` is the generation under which a sender's outcome is to be folded (hard evidence),
    `salt` the number to draw with; `age` is seconds since the newest evidence (None: there never was any).
    """

    state: str
    weight: float
    suspect: bool = False
    gen: int = 0
    salt: int = 0
    score: int = 0
    worst: EvidenceClass | None = None
    account: bool = False
    throttled_until: datetime | None = None
    because: str = ""
    last_at: datetime | None = None
    age: int | None = None


NEVER_SEEN = Belief(state=UNKNOWN, weight=1.0, because="no evidence yet")


def drawn(key: str, gen: int, share: float) -> bool:
    """True when this row takes part at this share: fixed for a key in one generation, new in the next."""
    salted = f"{gen}:{key}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(salted, digest_size=8).digest(), "big") / _SPREAD < share
