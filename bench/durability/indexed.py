"""The memory's contacts with an index by person and by due time, as the table has: many rows need them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.domain.keys import due_shard
from chalicelib.domain.outbox import Due, Row, Work
from chalicelib.memory import MemoryContacts
from chalicelib.ports import DUE_SHARDS


class IndexedContacts(MemoryContacts):
    """ContactStore with the memory's own answers, found without looking at every row."""

    def __init__(self) -> None:
        super().__init__()
        self._of_party: dict[str, list[str]] = {}
        self._awake: list[set[str]] = [set() for _ in range(DUE_SHARDS)]

    def add(self, row: Row) -> Row | None:
        """One conditional write, and its place in both indexes."""
        with self._open():
            known = super().add(row)
            if known is None:
                self._of_party.setdefault(row.party, []).append(row.key)
                self._index(row.key, row.due_at)
            return known

    def save(self, key: str, work: Work, due: Due = Due.KEEP, due_at: datetime | None = None) -> None:
        """Compare and set."""
        with self._open():
            super().save(key, work, due, due_at)
            if due is not Due.KEEP:
                self._index(key, due_at if due is Due.SET else None)

    def due(self, shard: int, now: datetime, limit: int) -> Sequence[tuple[str, str, datetime]]:
        """Oldest first."""
        with self._open():
            rows = [self._rows[key] for key in self._awake[shard]]
        ripe = [
            (row.due_at, row.key, row.lane)
            for row in rows
            if row.due_at is not None and row.due_at <= now and not row.lot
        ]
        return [(key, lane, due_at) for due_at, key, lane in sorted(ripe)[:limit]]

    def history(
        self, party: str, limit: int, *, before: datetime | None = None, after: datetime | None = None
    ) -> Sequence[str]:
        """Both bounds are exclusive."""
        with self._open():
            rows = [self._rows[key] for key in self._of_party.get(party, ())]
        found = [
            (row.accepted_at, row.key)
            for row in rows
            if row.party == party  # an erased row has nobody
            and (before is None or row.accepted_at < before)
            and (after is None or row.accepted_at > after)
        ]
        return [key for _, key in sorted(found, reverse=after is None)[:limit]]

    def awake(self) -> int:
        """How many rows have a due time."""
        with self._open():
            return sum(map(len, self._awake))

    def forget_version(self, key: str, work: Work) -> None:
        """Make the next save of this work succeed whatever was stored: for the fault that is planted."""
        with self._open():
            self._works[key] = replace(work, version=work.version - 1)

    def _index(self, key: str, due_at: datetime | None) -> None:
        awake = self._awake[due_shard(key, DUE_SHARDS)]
        if due_at is None:
            awake.discard(key)
        else:
            awake.add(key)
