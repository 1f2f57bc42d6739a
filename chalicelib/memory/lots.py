"""Backlogs in memory: the part of the contact store where rows wait for whoever can take them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.domain.backlog.lot import LOT_SHARDS
from chalicelib.domain.keys import due_shard
from chalicelib.domain.outbox import Work
from chalicelib.memory.sends import MemorySends
from chalicelib.ports import Missing, Stale


class MemoryLots(MemorySends):
    """What MemoryContacts has of a ContactStore for rows that wait."""

    def __init__(self) -> None:
        super().__init__()
        self._parked: dict[tuple[str, int], set[str]] = {}
        self._lots: dict[str, datetime] = {}

    def park(self, key: str, work: Work, lot: str, serve_by: datetime) -> None:
        """Compare and set, and its place in the lot."""
        with self._open():
            self._save_work(key, work)
            self._move(key, serve_by, lot)

    def waiting(
        self,
        shard: tuple[str, int],
        limit: int,
        *,
        after: datetime | None = None,
        until: datetime | None = None,
    ) -> Sequence[tuple[str, str, datetime]]:
        """Earliest first."""
        with self._open():
            rows = [self._rows[key] for key in self._parked.get(shard, ())]
        found = [
            (row.due_at, row.key, row.lane)
            for row in rows
            if row.due_at is not None
            and (after is None or row.due_at > after)
            and (until is None or row.due_at <= until)
        ]
        return [(key, lane, at) for at, key, lane in sorted(found)[:limit]]

    def unpark(self, key: str, lot: str, due_at: datetime) -> bool:
        """Exactly one caller gets True."""
        with self._open():
            if key not in self._rows or self._rows[key].lot != lot:
                return False
            self._move(key, due_at)
            return True

    def open_lot(self, lot: str, now: datetime) -> bool:
        """The last word holds."""
        with self._open():
            new = lot not in self._lots
            self._lots[lot] = now if new else max(now, self._lots[lot])
            return new

    def close_lot(self, lot: str, opened: datetime) -> None:
        """Nothing, when it was opened again."""
        with self._open():
            if lot in self._lots and self._lots[lot] <= opened:
                del self._lots[lot]

    def lots(self) -> Mapping[str, datetime]:
        """By name."""
        with self._open():
            return dict(self._lots)

    def _save_work(self, key: str, work: Work) -> None:
        works = self._of_terms.setdefault(work.term, {}) if work.term else self._works
        stored = works.get(key) or (self._rows[key].work if key in self._rows else None)
        before = 0 if work.term and key not in works else stored.version if stored else -1
        if stored is None or before != work.version - 1:
            raise Stale(f"version {work.version} of {key} is not the next one")
        works[key] = work

    def _move(self, key: str, due_at: datetime | None, lot: str = "") -> None:
        if key not in self._rows:
            raise Missing(f"no contact {key}")
        self._leave(key)
        self._rows[key] = replace(self._rows[key], due_at=due_at, lot=lot)
        if lot:
            self._parked.setdefault((lot, due_shard(key, LOT_SHARDS)), set()).add(key)

    def _leave(self, key: str) -> None:
        for keys in self._parked.values():
            keys.discard(key)
