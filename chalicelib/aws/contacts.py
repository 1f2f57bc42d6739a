"""Contacts in one table: sk "c" the row as accepted, "w" its work (w#TERM), "a" an alias, "t" tokens, "s#.." a send."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.aws.errors import ConditionFailed, understanding
from chalicelib.aws.lots import Lots, lot_shard, shard_name, sweep_shard
from chalicelib.aws.rows import row_item, row_of
from chalicelib.aws.table import Plain, Table
from chalicelib.aws.tokens import Tokens
from chalicelib.aws.work_writes import WorkWrites, stamp
from chalicelib.domain.keys import cursor_of, parts_of
from chalicelib.domain.outbox import Due, Row, Work
from chalicelib.domain.upgrade.times import millis, moment
from chalicelib.ports import Missing

if TYPE_CHECKING:
    from chalicelib.aws.sends import Sends
    from chalicelib.domain.proof.dispatch import Dispatch

KEPT = 90 * 86_400
_NEW = "attribute_not_exists(#pk)"
_NOT_LATER = "(attribute_not_exists(#due_version) OR #due_version {} :version)"
_PAGES = 20


class DynamoContacts:
    """ContactStore. Times are kept in milliseconds; rows expire after 90 days."""

    def __init__(self, table: Table, clock: Callable[[], float]) -> None:
        self._table = table
        self._clock = clock
        self._works = WorkWrites(table, clock, KEPT)
        self.lease = Tokens(table).lease
        lots = Lots(table, clock, KEPT)
        self.waiting, self.unpark, self.lots = lots.waiting, lots.unpark, lots.everything
        self.open_lot, self.close_lot = lots.open, lots.close

    @cached_property
    def _sends(self) -> "Sends":
        from chalicelib.aws.sends import Sends  # noqa: PLC0415 - the intake notes none

        return Sends(self._table, self._clock, KEPT)

    def note_sent(self, sent: "Dispatch") -> None:
        """One PutItem."""
        self._sends.note(sent)

    def sent(self, path: str, since: datetime, until: datetime, most: int) -> "Sequence[Dispatch]":
        """One Query for each hour and megabyte."""
        return self._sends.sent(path, since, until, most)

    @understanding("a stored row's work")
    def works(self, keys: Iterable[str], term: str = "") -> Mapping[str, Work]:
        """BatchGetItem, a hundred rows at a time."""
        return self._sends.works(keys, term)

    @understanding("the stored row")
    def add(self, row: Row) -> Row | None:
        """One conditional PutItem. A duplicate's stored row is given as accepted, without later work."""
        expires_at = millis(row.accepted_at) // 1000 + KEPT
        item = {"pk": row.key, "sk": "c", **row_item(row), "expires_at": expires_at}
        if row.due_at:
            item |= {"due_shard": sweep_shard(row.key), "due_at": millis(row.due_at)}
        try:
            self._table.put(item, _NEW)
        except ConditionFailed as known:
            return row_of(known.item)
        return None

    @understanding("the stored row")
    def get(self, key: str) -> Row:
        """One consistent Query for the row and its work."""
        parts = {
            item["sk"]: item for item in self._table.query("#pk = :pk", {"ConsistentRead": True}, pk=key)
        }
        if "c" not in parts:
            raise Missing(f"no contact {key}")
        return row_of(parts["c"], *(item for sk, item in parts.items() if sk[0] == "w"))

    def save(self, key: str, work: Work, due: Due = Due.KEEP, due_at: datetime | None = None) -> None:
        """Compare and set. The due time is SET before the work, CLEARed after: a crash never loses it."""
        if due is Due.SET:
            if due_at is None:
                raise ValueError("a due time to set is missing")
            self._set_due(key, stamp(work), millis(due_at), sweep_shard(key))
        self._works.save(key, work)
        if due is Due.CLEAR:
            self._clear_due(key, stamp(work))

    def due(self, shard: int, now: datetime, limit: int) -> Sequence[tuple[str, str, datetime]]:
        """One Query of the due index (eventually consistent), oldest first."""
        found = self._table.query(
            "#due_shard = :shard AND #due_at <= :now",
            {"IndexName": "due", "Limit": limit},
            shard=shard_name(shard),
            now=millis(now),
        )
        return [(item["pk"], item["lane"], moment(item["due_at"])) for item in found]

    def park(self, key: str, work: Work, lot: str, serve_by: datetime) -> None:
        """The place in the index BEFORE the work, as for a due time: a crash never loses it."""
        self._set_due(key, stamp(work), millis(serve_by), lot_shard(lot, key))
        self._works.save(key, work)

    def history(
        self, party: str, limit: int, *, before: datetime | None = None, after: datetime | None = None
    ) -> Sequence[str]:
        """One Query of the party index (eventually consistent); both bounds are exclusive."""
        first = millis(after) + 1 if after else 0
        last = millis(before) - 1 if before else 10**15
        if first > last:
            return []
        found = self._table.query(
            "#party = :party AND #received_at BETWEEN :first AND :last",
            {"IndexName": "party", "Limit": limit, "ScanIndexForward": after is not None},
            party=party,
            first=first,
            last=last,
        )
        return [item["pk"] for item in found]

    @understanding("a stored row")
    def page(self, limit: int, cursor: str = "") -> tuple[Sequence[Row], str]:
        """At most `limit` rows (fewer when other items lie between: go on while there is a cursor)."""
        start = dict(zip(("pk", "sk"), parts_of(cursor, 2), strict=True)) if cursor else {}
        rows: list[Plain] = []
        for _ in range(_PAGES):
            items, start = self._table.scan(start, limit - len(rows))
            rows += [item for item in items if item["sk"] == "c"]
            if not start or len(rows) >= limit:
                break
        works = {item["pk"]: item for item in self._table.gather({"pk": r["pk"], "sk": "w"} for r in rows)}
        following = cursor_of(start["pk"], start["sk"]) if start else ""
        return [row_of(r, *([works[r["pk"]]] if r["pk"] in works else ())) for r in rows], following

    def erase(self, row: Row, sends: Iterable[tuple[str, datetime]] = ()) -> None:
        """One UpdateItem; for each of the sends a Query and an UpdateItem before."""
        self._sends.erase(row, sends)

    def alias(self, alias: str, key: str) -> None:
        """One PutItem; the last word holds."""
        self._table.put({"pk": alias, "sk": "a", "target": key, "expires_at": int(self._clock()) + KEPT})

    def find(self, alias: str) -> str:
        """One consistent GetItem."""
        item = self._table.get({"pk": alias, "sk": "a"})
        if not item:
            raise Missing("no row is known by this alias")
        return str(item["target"])

    def _set_due(self, key: str, version: int, due_at: int, shard: str) -> None:
        change = "SET #due_shard = :shard, #due_at = :due_at, #due_version = :version"
        self._change_due(key, change, "<", version=version, shard=shard, due_at=due_at)

    def _clear_due(self, key: str, version: int) -> None:
        self._change_due(key, "SET #due_version = :version REMOVE #due_shard, #due_at", "<=", version=version)

    def _change_due(self, key: str, change: str, versions: str, **values: str | int) -> None:
        only_if = "attribute_exists(#pk) AND " + _NOT_LATER.format(versions)
        try:
            self._table.update({"pk": key, "sk": "c"}, change, only_if, **values)
        except ConditionFailed as refused:
            # A later version has already said when the row is due: its word holds.
            if not refused.item:
                raise Missing(f"no contact {key}") from refused
