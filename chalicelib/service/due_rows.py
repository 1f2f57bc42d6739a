"""The sweep: rings for every row whose due time has come, and knows for how long the oldest has been due."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.ports import DUE_SHARDS, Ring
from chalicelib.service.stores import Stores

MOST_PER_SHARD = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """How many were rung for, and for how many whole seconds the oldest has been due (0: none is)."""

    rung: int = 0
    oldest: int = 0


def ring_due(stores: Stores, now: datetime, early: timedelta) -> Swept:
    """Ring for the rows that are due, or will be within `early`; one query a shard. Raises Unavailable."""
    rung, oldest = 0, now
    for shard in range(DUE_SHARDS):
        for key, lane, due_at in stores.contacts.due(shard, now + early, MOST_PER_SHARD):
            stores.queues.bell(Ring(key=key, lane=lane))
            rung, oldest = rung + 1, min(oldest, due_at)
    return Swept(rung=rung, oldest=int((now - oldest).total_seconds()))
