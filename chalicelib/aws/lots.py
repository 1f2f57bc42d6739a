"""Backlogs in the contacts table: partitions of the due index beside those of the sweep, and the list of open ones."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from chalicelib.aws.errors import ConditionFailed
from chalicelib.aws.table import Plain, Table
from chalicelib.domain.backlog.lot import LOT_SHARDS
from chalicelib.domain.keys import due_shard
from chalicelib.domain.upgrade.times import millis, moment
from chalicelib.ports import DUE_SHARDS

_LIST = "lots"
_FIRST, _LAST = 0, 10**15


class Lots:
    """The part of a ContactStore where rows wait. pk = "lots", sk = a lot's name: the list of open lots."""

    def __init__(self, table: Table, clock: Callable[[], float], kept: int) -> None:
        self._table, self._clock, self._kept = table, clock, kept

    def waiting(
        self,
        shard: tuple[str, int],
        limit: int,
        *,
        after: datetime | None = None,
        until: datetime | None = None,
    ) -> Sequence[tuple[str, str, datetime]]:
        """One Query of the due index (eventually consistent), earliest first."""
        first = millis(after) + 1 if after else _FIRST
        last = millis(until) if until else _LAST
        found = self._table.query(
            "#due_shard = :shard AND #due_at BETWEEN :first AND :last",
            {"IndexName": "due", "Limit": limit},
            shard=_name(*shard),
            first=first,
            last=last,
        )
        return [(item["pk"], item["lane"], moment(item["due_at"])) for item in found]

    def unpark(self, key: str, lot: str, due_at: datetime) -> bool:
        """One conditional UpdateItem: exactly one caller gets True."""
        change = "SET #due_shard = :shard, #due_at = :due_at"
        values = {"shard": sweep_shard(key), "due_at": millis(due_at), "lot": lot_shard(lot, key)}
        try:
            self._table.update({"pk": key, "sk": "c"}, change, "#due_shard = :lot", **values)
        except ConditionFailed:
            return False
        return True

    def open(self, lot: str, now: datetime) -> bool:
        """One UpdateItem."""
        change = "SET #opened = :opened, #expires_at = :expires_at REMOVE #closed"
        before = self._change(lot, change, opened=millis(now), expires_at=int(self._clock()) + self._kept)
        return not before or "closed" in before

    def close(self, lot: str, opened: datetime) -> None:
        """One conditional UpdateItem."""
        try:
            self._change(lot, "SET #closed = :opened", "#opened <= :opened", opened=millis(opened))
        except ConditionFailed:
            return

    def _change(self, lot: str, change: str, only_if: str = "", **values: int) -> Plain:
        return self._table.update({"pk": _LIST, "sk": lot}, change, only_if, **values)

    def everything(self) -> Mapping[str, datetime]:
        """One consistent Query."""
        found = self._table.query("#pk = :pk", {"ConsistentRead": True}, pk=_LIST)
        return {item["sk"]: moment(item["opened"]) for item in found if "closed" not in item}


def sweep_shard(key: str) -> str:
    """The partition of the due index in which the sweep finds a row."""
    return shard_name(due_shard(key, DUE_SHARDS))


def shard_name(shard: int) -> str:
    """A partition of the sweep."""
    return f"due#{shard:02}"


def lot_shard(lot: str, key: str) -> str:
    """The partition of the due index in which a row waits."""
    return _name(lot, due_shard(key, LOT_SHARDS))


def _name(lot: str, shard: int) -> str:
    return f"{lot}#{shard}"
