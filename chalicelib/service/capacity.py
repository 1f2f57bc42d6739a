"""A desk's rate, kept by token leases: asked for after a decision and before the send."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zlib import crc32

from chalicelib.domain.load import shard_tokens, shards
from chalicelib.domain.outbox import Row
from chalicelib.domain.plan import Desk
from chalicelib.domain.routing import Case, Decision, Situation, route
from chalicelib.ports import ContactStore


@dataclass(slots=True)
class Tokens:
    """Leases of this container: up to `block` tokens of one shard in one write, good for that clock second."""

    block: int = 1
    _held: dict[str, tuple[int, int]] = field(default_factory=dict)

    def take(self, store: ContactStore, desk: Desk, now: datetime) -> bool:
        """One token of the desk's rate; True when there is no rate. Raises Unavailable."""
        rate = desk.capacity.rate
        if rate is None:
            return True
        second = int(now.timestamp())
        held_second, left = self._held.get(desk.id, (0, 0))
        if held_second != second or left <= 0:
            left = self._lease(store, desk.id, rate, now)
        if left <= 0:
            return False
        self._held[desk.id] = (second, left - 1)
        return True

    def _lease(self, store: ContactStore, desk: str, rate: float, now: datetime) -> int:
        second, parts = int(now.timestamp()), shards(rate)
        shard = crc32(f"{desk}{now.microsecond}".encode()) % parts
        most = shard_tokens(rate, shard, second)
        return store.lease(desk, shard, min(self.block, most), second, most) if most > 0 else 0


def choose(
    row: Row, situation: Situation, tried: Sequence[str], now: datetime, take: Callable[[Desk], bool]
) -> Decision:
    """Decide, and take the chosen desk's token; a desk without one counts as full and the next is tried."""
    full: frozenset[str] = frozenset()
    while True:
        case = Case(key=row.key, purpose=row.purpose, market=row.market, medium=row.contact.medium, full=full)
        decision = route(case, situation, tried, now)
        desk = situation.plan.desks.get(decision.desk)
        if desk is None or take(desk):
            return decision
        full |= {decision.desk}
