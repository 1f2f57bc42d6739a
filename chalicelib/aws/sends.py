"""Sends by path and hour in the contacts table: one item each, written once, found without an index."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from chalicelib.aws.erasures import change_of, left_of
from chalicelib.aws.errors import ConditionFailed
from chalicelib.aws.table import Plain, Table
from chalicelib.aws.work_writes import work_name
from chalicelib.aws.works import work_of
from chalicelib.domain.model import Outcome
from chalicelib.domain.outbox import Row, Work
from chalicelib.domain.proof.dispatch import Dispatch, hours_between
from chalicelib.domain.upgrade.times import millis, moment


class Sends:
    """The part of a ContactStore that proves. pk = path and hour; sk = row, time and attempt, so that writes spread."""

    def __init__(self, table: Table, clock: Callable[[], float], kept: int) -> None:
        self._table, self._clock, self._kept = table, clock, kept

    def note(self, sent: Dispatch) -> None:
        """One PutItem; the same send again is the same item."""
        self._table.put(_item(sent) | {"expires_at": int(self._clock()) + self._kept})

    def sent(self, path: str, since: datetime, until: datetime, most: int) -> Sequence[Dispatch]:
        """One Query for each hour and megabyte, strongly consistent; no further page once there are enough."""
        found: list[Dispatch] = []
        for hour in hours_between(since, until):
            for page in self._pages(partition(path, hour)):
                found += [one for item in page if since <= (one := _dispatch(path, item)).at < until]
                if len(found) >= most:
                    break
            if len(found) >= most:
                break
        return sorted(found, key=lambda one: (one.at, one.key))[:most]

    def works(self, keys: Iterable[str], term: str) -> Mapping[str, Work]:
        """BatchGetItem, a hundred rows at a time."""
        items = self._table.gather({"pk": key, "sk": work_name(term)} for key in dict.fromkeys(keys))
        return {item["pk"]: work_of(item) for item in items}

    def erase(self, row: Row, sends: Iterable[tuple[str, datetime]]) -> None:
        """The sends' references first: what fails is found again by the row's person, who goes last."""
        for name in {partition(path, at) for path, at in sends}:
            condition = "#pk = :pk AND begins_with(#sk, :mine)"
            mine = self._table.query(condition, {"ConsistentRead": True}, pk=name, mine=f"s#{row.key}#")
            for item in mine:
                if "provider_id" in item:
                    self._table.update({"pk": item["pk"], "sk": item["sk"]}, "REMOVE #provider_id")
        left = left_of(row)
        with suppress(ConditionFailed):  # it has expired meanwhile
            self._table.update({"pk": row.key, "sk": "c"}, change_of(left), "attribute_exists(#pk)", **left)

    def _pages(self, partition: str) -> Iterator[list[Plain]]:
        after = "s#"
        while page := self._table.query(
            "#pk = :pk AND #sk > :after", {"ConsistentRead": True}, pk=partition, after=after
        ):
            yield page
            after = page[-1]["sk"]


def partition(path: str, hour: datetime) -> str:
    """The key under which the sends of a path and hour lie."""
    return f"sent#{path}#{hour:%Y-%m-%dT%H}"


def _item(sent: Dispatch) -> dict[str, Any]:
    item = {
        "pk": partition(sent.path, sent.at),
        "sk": f"s#{sent.key}#{millis(sent.at)}#{sent.attempt}",
        "at": millis(sent.at),
        "outcome": sent.outcome.value,
        "desk": sent.desk,
        "provider_id": sent.provider_id,
        "receipt_at": millis(sent.due_at) if sent.due_at else 0,
        "promised": int(sent.promised),
    }
    return {name: value for name, value in item.items() if value not in ("", 0)}


def _dispatch(path: str, item: Mapping[str, Any]) -> Dispatch:
    _, key, _, attempt = item["sk"].split("#")
    receipt_at = item.get("receipt_at")
    return Dispatch(
        path=path, key=key, attempt=int(attempt), at=moment(item["at"]), outcome=Outcome(item["outcome"]),
        desk=item.get("desk", ""), provider_id=item.get("provider_id", ""),
        due_at=moment(receipt_at) if receipt_at else None, promised=bool(item.get("promised")),
    )  # fmt: skip
