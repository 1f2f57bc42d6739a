"""Contacts in memory, with the same answers as the table."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.domain.keys import cursor_of, due_shard, parts_of
from chalicelib.domain.outbox import Due, Row, Work
from chalicelib.domain.regions.works import whole
from chalicelib.domain.upgrade.schema import READS
from chalicelib.memory.lots import MemoryLots
from chalicelib.ports import DUE_SHARDS, Ahead, Missing

_AHEAD = 60


class MemoryContacts(MemoryLots):
    """ContactStore."""

    def __init__(self) -> None:
        super().__init__()
        self._aliases: dict[str, str] = {}
        self._tokens: dict[tuple[str, int], tuple[int, int]] = {}

    def add(self, row: Row) -> Row | None:
        """The stored row of a duplicate is given as it was accepted, without later work."""
        with self._open():
            known = self._rows.get(row.key)
            if known is None:
                self._rows[row.key] = row
            return _readable(known) if known else None

    def get(self, key: str) -> Row:
        """The row and its work."""
        with self._open():
            if key not in self._rows:
                raise Missing(f"no contact {key}")
            return _readable(self._whole(key))

    def save(self, key: str, work: Work, due: Due = Due.KEEP, due_at: datetime | None = None) -> None:
        """Compare and set, and the due time with it."""
        if due is Due.SET and due_at is None:
            raise ValueError("a due time to set is missing")
        with self._open():
            self._save_work(key, work)
            if due is not Due.KEEP:
                self._move(key, due_at if due is Due.SET else None)

    def due(self, shard: int, now: datetime, limit: int) -> Sequence[tuple[str, str, datetime]]:
        """Oldest first."""
        with self._open():
            ripe = [
                (row.due_at, row.key, row.lane)
                for row in self._rows.values()
                if row.due_at is not None
                and row.due_at <= now
                and not row.lot
                and due_shard(row.key, DUE_SHARDS) == shard
            ]
        return [(key, lane, due_at) for due_at, key, lane in sorted(ripe)[:limit]]

    def history(
        self, party: str, limit: int, *, before: datetime | None = None, after: datetime | None = None
    ) -> Sequence[str]:
        """Both bounds are exclusive."""
        with self._open():
            found = [
                (row.accepted_at, row.key)
                for row in self._rows.values()
                if row.party == party
                and (before is None or row.accepted_at < before)
                and (after is None or row.accepted_at > after)
            ]
        return [key for _, key in sorted(found, reverse=after is None)[:limit]]

    def page(self, limit: int, cursor: str = "") -> tuple[Sequence[Row], str]:
        """In the order of acceptance."""
        with self._open():
            keys = list(self._rows)
            start = 0
            if cursor:
                last = parts_of(cursor, 1)[0]
                if last not in self._rows:
                    raise ValueError("not a cursor of this list")
                start = keys.index(last) + 1
            wanted = keys[start : start + limit]
            following = cursor_of(wanted[-1]) if start + limit < len(keys) else ""
            return [_readable(self._whole(key)) for key in wanted], following

    def alias(self, alias: str, key: str) -> None:
        """The last word holds."""
        with self._open():
            self._aliases[alias] = key

    def find(self, alias: str) -> str:
        """The key behind an alias."""
        with self._open():
            if alias not in self._aliases:
                raise Missing("no row is known by this alias")
            return self._aliases[alias]

    def lease(self, desk: str, shard: int, want: int, second: int, most: int) -> int:
        """Each second gives its own budget; a caller whose second is past draws on the newer one."""
        with self._open():
            stored, left = self._tokens.get((desk, shard), (-1, 0))
            if not second <= stored <= second + _AHEAD:
                stored, left = second, most
            grant = max(0, min(want, left))
            if grant:
                self._tokens[desk, shard] = (stored, left - grant)
            return grant

    def _whole(self, key: str) -> Row:
        row = self._rows[key]
        row = replace(row, work=self._works[key]) if key in self._works else row
        later = {term: works[key] for term, works in self._of_terms.items() if key in works}
        if not later:
            return row
        known = (row.work, *later.values())
        return replace(row, work=whole(known), works=known)


def _readable(row: Row) -> Row:
    if row.schema > READS:
        raise Ahead(f"the stored row has schema {row.schema}")
    return row
