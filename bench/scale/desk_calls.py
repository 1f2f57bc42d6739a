"""How many of our calls a desk answers 429: our tokens are of clock seconds, its own count is not."""

from collections import deque
from collections.abc import Iterator
from random import Random

from chalicelib.domain.load import shard_tokens, shards

MINUTE = 60.0
QUICKEST, SLOWEST = 0.02, 0.5
"""Seconds between taking a token and the desk's counting of the call: assumed."""


def refused(planned: float, quota: float, seconds: int, seed: int = 1) -> dict[str, float]:
    """Percent of calls refused by a desk that counts clock minutes, and by one that counts the last 60 seconds.

    `planned` and `quota` are calls a minute: what our plan says of the desk, and what the desk takes.
    """
    calls = sorted(_calls(planned / MINUTE, seconds, Random(seed)))  # noqa: S311 - repeatable
    return {
        "by the clock": 100 * _by_clock(calls, quota) / len(calls),
        "by the last minute": 100 * _by_window(calls, quota) / len(calls),
    }


def _calls(rate: float, seconds: int, draw: Random) -> Iterator[float]:
    """When the desk counts each call: somebody always waits, so every token is used as soon as it is there."""
    parts = shards(rate)
    for second in range(seconds):
        for shard in range(parts):
            for _ in range(shard_tokens(rate, shard, second)):
                yield second + draw.random() * 0.2 + draw.uniform(QUICKEST, SLOWEST)


def _by_clock(calls: list[float], most: float) -> int:
    gone, minute, counted = 0, -1, 0
    for at in calls:
        if int(at // MINUTE) != minute:
            minute, counted = int(at // MINUTE), 0
        counted += 1
        gone += counted > most
    return gone


def _by_window(calls: list[float], most: float) -> int:
    gone, last = 0, deque[float]()
    for at in calls:
        while last and last[0] <= at - MINUTE:
            last.popleft()
        if len(last) >= most:
            gone += 1
        else:
            last.append(at)
    return gone
