"""Load: what a desk can take, how full it is by readings that grow old, and the shares of its rate."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

FRESH = timedelta(seconds=120)
SHARD_RATE = 400.0
"""Hand-overs per second that one token item may carry: well under the 1,000 writes/s of one DynamoDB key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """`rate` hand-overs per second (asynchronous media), `concurrent` at once (voice, chat); None: no limit."""

    rate: float | None = None
    concurrent: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Contacts served at once (`agents`), their mean `handling`, people's mean `patience`; None: not known."""

    agents: int | None = None
    handling: timedelta | None = None
    patience: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One reading of a desk: contacts in hand, free agents, people waiting. None: the desk does not say."""

    at: datetime
    in_use: int | None = None
    free: int | None = None
    waiting: int | None = None

    def full(self, concurrent: int | None, now: datetime) -> bool:
        """True when a fresh reading says that there is no room. An old reading says nothing, never "free"."""
        if now - self.at > FRESH:
            return False
        if self.free is not None and self.free <= 0:
            return True
        return concurrent is not None and self.in_use is not None and self.in_use >= concurrent

    def room(self, concurrent: int | None, now: datetime) -> int | None:
        """How many more a fresh reading leaves room for; None when it does not say."""
        if now - self.at > FRESH:
            return None
        left = [self.free] if self.free is not None else []
        if concurrent is not None and self.in_use is not None:
            left.append(concurrent - self.in_use)
        return max(0, min(left)) if left else None


def shards(rate: float) -> int:
    """Into how many token items a desk's rate is split."""
    return max(1, ceil(rate / SHARD_RATE))


def shard_tokens(rate: float, shard: int, second: int) -> int:
    """Tokens of one shard in one clock second; all shards over any run of seconds sum to the rate.

    Whole tokens: a rate of 0.5 gives one token every other second, 2.5 gives 2, 3, 2, 3, ...
    """
    share = rate / shards(rate)
    start = second + shard / shards(rate)
    return int((start + 1) * share) - int(start * share)
