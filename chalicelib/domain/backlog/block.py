"""Blocks of ten seconds: what a desk can take in each second of one, and who goes when."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.domain.load import shard_tokens, shards

BLOCK = 10
"""Seconds that are planned at once."""
LEAD = 3
"""Seconds before its begin at which a block is planned."""
AHEAD = 8
"""Blocks that one minute's tick has planned: two more than a minute has, for ticks that come late."""
UNRATED = 50
"""Rows a second for a desk without a rate, and for a channel of words."""


def next_blocks(now: datetime) -> list[tuple[int, int]]:
    """The blocks to plan from now on, and in how many seconds each is to be planned."""
    seconds = int(now.timestamp())
    first = (seconds + LEAD) // BLOCK + 1
    return [(block, max(0, block * BLOCK - LEAD - seconds)) for block in range(first, first + AHEAD)]


def tokens_in(rate: float | None, second: int) -> int:
    """What a desk takes in one clock second, all its shards together."""
    if rate is None:
        return UNRATED
    return sum(shard_tokens(rate, shard, second) for shard in range(shards(rate)))


def purse_of(desk: str, second: int) -> tuple[str, int, int]:
    """What of a desk's second is already promised: the purse's name, its shard, and the block it is of."""
    return f"block/{desk}", second % BLOCK, second // BLOCK


@dataclass(slots=True)
class Slots:
    """The seconds of one block that a desk still has room in, earliest first. `lease(second, want)` promises them.

    Leases are made second by second, so that two who plan the same block share it, and one who dies has kept little.
    """

    second: int
    until: int
    rate: float | None
    lease: Callable[[int, int, int], int]
    _left: int = field(default=0)

    @property
    def full(self) -> bool:
        """True when `take` has found no second left."""
        return self.second >= self.until

    def take(self, wanted: int) -> int | None:
        """The second in which one more row may go, None when the block is full. `wanted` rows at most will follow."""
        while self._left <= 0:
            if self.second >= self.until:
                return None
            most = tokens_in(self.rate, self.second)
            self._left = self.lease(self.second, min(wanted, most), most) if most else 0
            if self._left <= 0:
                self.second += 1
        self._left -= 1
        second = self.second
        if self._left <= 0:
            self.second += 1
        return second
