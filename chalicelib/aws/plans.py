"""Plans and orders: immutable versions (long ones in S3 by digest, a copy of each for when the table is gone)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from chalicelib.aws.errors import ConditionFailed, understanding
from chalicelib.aws.objects import Bucket
from chalicelib.aws.table import Table
from chalicelib.domain.orders import Orders
from chalicelib.domain.snapshot import dump_orders, read_orders
from chalicelib.domain.upgrade.times import millis, moment
from chalicelib.ports import Missing, PlanVersion, Stale, Unavailable

PLAN = "plan"
_LONGEST = 300_000
_JSON = "application/json"
_HEADS = "#version, #digest, #author, #reason, #at"


class AwsPlans:
    """PlanStore. Versions are never changed or removed, so "n-1 is there, n is not" is one write's affair."""

    def __init__(self, table: Table, state: Bucket) -> None:
        self._table = table
        self._state = state

    def publish(self, plan: PlanVersion) -> None:
        """A GetItem of the version before, a long plan to S3, one conditional PutItem, then the copy to S3."""
        if plan.version > 1 and not self._table.get({"pk": PLAN, "version": plan.version - 1}):
            raise Stale(f"version {plan.version - 1} was never published")
        item = self.item_of(plan)
        try:
            self._table.put(item, "attribute_not_exists(#pk)")
        except ConditionFailed as taken:
            if taken.item != item:
                raise Stale(f"version {plan.version} is already published") from taken
        self.keep_copy(plan, item)

    def item_of(self, plan: PlanVersion) -> dict[str, Any]:
        """A version's item; the words of a long plan are in S3 from then on, where nothing leads to them yet."""
        return {"pk": PLAN, "version": plan.version, **_heading(plan), **self._placed(plan)}

    def keep_copy(self, plan: PlanVersion, item: dict[str, Any]) -> None:
        """The copy in S3 of a version that stands, for when the table is gone."""
        self._state.write(_copy(plan.version), json.dumps({**item, **_words(plan)}), ContentType=_JSON)

    def version(self, number: int) -> PlanVersion:
        """One consistent GetItem, and a GetObject for a long plan; the copy when the table is gone."""
        try:
            item = self._table.get({"pk": PLAN, "version": number})
        except Unavailable:
            item = json.loads(self._state.read(_copy(number)).text)
        if not item:
            raise Missing(f"no plan version {number}")
        return self._whole(item)

    def current(self) -> PlanVersion:
        """One consistent Query."""
        options = {"Limit": 1, "ScanIndexForward": False, "ConsistentRead": True}
        found = self._table.query("#pk = :pk", options, pk=PLAN)
        if not found:
            raise Missing("no plan was ever published")
        return self._whole(found[0])

    def versions(self, limit: int, below: int | None = None) -> Sequence[PlanVersion]:
        """One Query; the texts are left empty."""
        options = {
            "Limit": limit,
            "ScanIndexForward": False,
            "ConsistentRead": True,
            "ProjectionExpression": _HEADS,
        }
        highest = 10**9 if below is None else below - 1
        found = self._table.query("#pk = :pk AND #version <= :highest", options, pk=PLAN, highest=highest)
        return [_head(item) for item in found]

    def _placed(self, plan: PlanVersion) -> dict[str, str]:
        """What of the words the item itself keeps: all, or nothing when they are too long for one."""
        words = _words(plan)
        if sum(len(text.encode()) for text in words.values()) <= _LONGEST:
            return words
        self._state.write(_object(plan.digest), json.dumps(words), ContentType=_JSON)
        return dict.fromkeys(words, "")

    def _whole(self, item: dict[str, Any]) -> PlanVersion:
        head = _head(item)
        words = item if item["text"] else json.loads(self._state.read(_object(head.digest)).text)
        return replace(head, text=words["text"], compiled=words["compiled"])


class AwsOrders:
    """OrderStore."""

    KEY: ClassVar[Mapping[str, str]] = {"pk": "orders"}

    def __init__(self, table: Table) -> None:
        self._table = table

    def item_of(self, orders: Orders) -> dict[str, Any]:
        """The orders' item."""
        text = json.dumps(dump_orders(orders), separators=(",", ":"))
        return {**self.KEY, "version": orders.version, "orders": text}

    @understanding("the stored orders")
    def read(self) -> Orders:
        """One consistent GetItem."""
        item = self._table.get(self.KEY)
        return read_orders(json.loads(item["orders"])) if item else Orders()

    def write(self, orders: Orders) -> None:
        """One conditional PutItem; finding exactly these orders stored means that our own answer was lost."""
        item = self.item_of(orders)
        try:
            if orders.version == 1:
                self._table.put(item, "attribute_not_exists(#pk)")
            else:
                self._table.put(item, "#version = :before", before=orders.version - 1)
        except ConditionFailed as refused:
            if refused.item != item:
                raise Stale(f"orders {orders.version} do not follow the stored ones") from refused


def _heading(plan: PlanVersion) -> dict[str, Any]:
    return {"digest": plan.digest, "author": plan.author, "reason": plan.reason, "at": millis(plan.at)}


def _words(plan: PlanVersion) -> dict[str, str]:
    return {"text": plan.text, "compiled": plan.compiled}


def _head(item: dict[str, Any]) -> PlanVersion:
    return PlanVersion(
        version=item["version"],
        text="",
        digest=item["digest"],
        author=item["author"],
        reason=item["reason"],
        at=moment(item["at"]),
    )


def _object(digest: str) -> str:
    return f"plans/{digest}.json"


def _copy(version: int) -> str:
    return f"plans/{version}.json"
