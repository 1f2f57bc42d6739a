"""When each vendor's status page has its turn: `every` in whole minutes, spread over them by a digest."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import blake2b
from math import ceil

from chalicelib.domain.plan import Plan
from chalicelib.domain.upgrade.times import millis

_MINUTE = timedelta(minutes=1)


def due(plan: Plan, now: datetime) -> Iterator[tuple[str, int]]:
    """The pages whose turn this minute is, each with a delay in seconds: spread by a digest of their ids."""
    minute = millis(now) // 60_000
    for page in plan.pages.values():
        spread = int.from_bytes(blake2b(page.id.encode(), digest_size=8).digest(), "big")
        turns = ceil(page.every / _MINUTE)
        if minute % turns == spread % turns:
            yield page.id, spread // turns % 55
