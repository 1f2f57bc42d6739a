"""Plans and orders: immutable versions (long texts in S3 by digest), and one versioned item."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from chalicelib.aws.errors import ConditionFailed
from chalicelib.aws.objects import Bucket
from chalicelib.aws.table import Table
from chalicelib.domain.orders import Orders
from chalicelib.domain.snapshot import dump_orders, millis, moment, read_orders
from chalicelib.ports import Missing, PlanVersion, Stale

_PLAN = "plan"
_LONGEST = 300_000
_HEADS = "#version, #digest, #author, #reason, #at"


class AwsPlans:
    """PlanStore. Versions are never changed or removed, so "n-1 is there, n is not" is one write's affair."""

    def __init__(self, table: Table, state: Bucket) -> None:
        self._table = table
        self._state = state

    def publish(self, plan: PlanVersion) -> None:
        """A GetItem of the version before, the text to S3 when long, one conditional PutItem."""
        if plan.version > 1 and not self._table.get({"pk": _PLAN, "version": plan.version - 1}):
            raise Stale(f"version {plan.version - 1} was never published")
        item = {"pk": _PLAN, "version": plan.version, "digest": plan.digest, "author": plan.author}
        item |= {"reason": plan.reason, "at": millis(plan.at), "text": self._place(plan)}
        try:
            self._table.put(item, "attribute_not_exists(#pk)")
        except ConditionFailed as taken:
            if taken.item != item:
                raise Stale(f"version {plan.version} is already published") from taken

    def version(self, number: int) -> PlanVersion:
        """One consistent GetItem, and a GetObject for a long text."""
        item = self._table.get({"pk": _PLAN, "version": number})
        if not item:
            raise Missing(f"no plan version {number}")
        return self._whole(_head(item, item["text"]))

    def current(self) -> PlanVersion:
        """One consistent Query."""
        options = {"Limit": 1, "ScanIndexForward": False, "ConsistentRead": True}
        found = self._table.query("#pk = :pk", options, pk=_PLAN)
        if not found:
            raise Missing("no plan was ever published")
        return self._whole(_head(found[0], found[0]["text"]))

    def versions(self, limit: int, below: int | None = None) -> Sequence[PlanVersion]:
        """One Query; the texts are left empty."""
        options = {
            "Limit": limit,
            "ScanIndexForward": False,
            "ConsistentRead": True,
            "ProjectionExpression": _HEADS,
        }
        highest = 10**9 if below is None else below - 1
        found = self._table.query("#pk = :pk AND #version <= :highest", options, pk=_PLAN, highest=highest)
        return [_head(item, "") for item in found]

    def _place(self, plan: PlanVersion) -> str:
        if len(plan.text.encode()) <= _LONGEST:
            return plan.text
        self._state.write(_object(plan.digest), plan.text, ContentType="text/plain; charset=utf-8")
        return ""

    def _whole(self, plan: PlanVersion) -> PlanVersion:
        return plan if plan.text else replace(plan, text=self._state.read(_object(plan.digest)).text)


class AwsOrders:
    """OrderStore."""

    _KEY = {"pk": "orders"}  # noqa: RUF012 - never changed

    def __init__(self, table: Table) -> None:
        self._table = table

    def read(self) -> Orders:
        """One consistent GetItem."""
        item = self._table.get(self._KEY)
        return read_orders(json.loads(item["orders"])) if item else Orders()

    def write(self, orders: Orders) -> None:
        """One conditional PutItem; finding exactly these orders stored means that our own answer was lost."""
        text = json.dumps(dump_orders(orders), separators=(",", ":"))
        item = {**self._KEY, "version": orders.version, "orders": text}
        try:
            if orders.version == 1:
                self._table.put(item, "attribute_not_exists(#pk)")
            else:
                self._table.put(item, "#version = :before", before=orders.version - 1)
        except ConditionFailed as refused:
            if refused.item != item:
                raise Stale(f"orders {orders.version} do not follow the stored ones") from refused


def _head(item: dict[str, Any], text: str) -> PlanVersion:
    return PlanVersion(
        version=item["version"],
        text=text,
        digest=item["digest"],
        author=item["author"],
        reason=item["reason"],
        at=moment(item["at"]),
    )


def _object(digest: str) -> str:
    return f"plans/{digest}.yaml"
