"""Permission on AWS: plan, orders, windows and their record compared and set by one transaction over two tables.

DynamoDB API of 2012-08-10: `TransactWriteItems` with `ConditionCheck` on what is not written.
"""

from typing import Any

from chalicelib.aws.clients import Clients
from chalicelib.aws.errors import Cancelled, understanding
from chalicelib.aws.maintenance import AwsMaintenance
from chalicelib.aws.names import Names
from chalicelib.aws.objects import Bucket
from chalicelib.aws.plans import PLAN, AwsOrders, AwsPlans
from chalicelib.aws.table import Plain, Table, plain
from chalicelib.domain.permission.record import Record, read_record, record_text
from chalicelib.ports import Change, Stale, Standing, Unavailable

_RECORD = {"pk": "permission"}
_LOST = frozenset({"ConditionalCheckFailed", "TransactionConflict", "DuplicateItem"})
"""Why a transaction is cancelled when somebody else was faster, or is at it at this moment."""


class AwsPermission:
    """PermissionStore. A document that a release without this port writes is noticed too: by its own version."""

    def __init__(self, clients: Clients, names: Names) -> None:
        plans, orders = Table(clients, names.plans_table), Table(clients, names.orders_table)
        self._plan_table, self._order_table = plans, orders
        self._plans = AwsPlans(plans, Bucket(clients, names.state_bucket))
        self._orders, self._windows = AwsOrders(orders), AwsMaintenance(orders)

    @understanding("the stored record of permission")
    def read(self) -> Standing:
        """A consistent Query and three consistent GetItems."""
        newest = self._plans.versions(1)
        item = self._order_table.get(_RECORD)
        return Standing(
            plan=newest[0].version if newest else 0,
            orders=self._orders.read(),
            windows=self._windows.read(),
            record=read_record(item["record"]) if item else Record(),
        )

    def write(self, seen: Standing, change: Change) -> None:
        """One transaction of four parts; a long plan's words go to S3 before it, the plan's copy after it.

        Finding stored exactly what was to be stored means that our own answer was lost.
        """
        wanted = self._items(seen, change)
        try:
            self._order_table.together([self._plan_part(seen, change, wanted), *self._parts(seen, wanted)])
        except Cancelled as refused:
            if not _ours(list(wanted.values()), refused):
                raise _meant(refused) from refused
        if change.plan is not None:
            self._plans.keep_copy(change.plan, wanted["plan"] or {})

    def _items(self, seen: Standing, change: Change) -> dict[str, Plain | None]:
        """What is to be written of each document; None for what is only checked. Raises Stale."""
        orders, windows, record = change.orders, change.windows, change.record
        known = (seen.plan, seen.orders.version, seen.windows.version, seen.record.version)
        made = (change.plan, orders, windows, record)
        if any(one is not None and one.version != was + 1 for one, was in zip(made, known, strict=True)):
            raise Stale("a document does not follow the one that was seen")
        text = {} if record is None else {"version": record.version, "record": record_text(record)}
        return {
            "plan": self._plans.item_of(change.plan) if change.plan is not None else None,
            "orders": self._orders.item_of(orders) if orders is not None else None,
            "windows": self._windows.item_of(windows) if windows is not None else None,
            "record": {**_RECORD, **text} if text else None,
        }

    def _plan_part(self, seen: Standing, change: Change, wanted: dict[str, Plain | None]) -> Plain:
        """The version after the newest: to be made, or to be absent still."""
        if change.plan is not None:
            return self._plan_table.putting(wanted["plan"] or {}, "attribute_not_exists(#pk)")
        key = {"pk": PLAN, "version": seen.plan + 1}
        return self._plan_table.checking(key, "attribute_not_exists(#pk)")

    def _parts(self, seen: Standing, wanted: dict[str, Plain | None]) -> list[Plain]:
        """The three documents of the orders' table, each as it was seen."""
        keys = {"orders": AwsOrders.KEY, "windows": AwsMaintenance.KEY, "record": _RECORD}
        versions = {
            "orders": seen.orders.version,
            "windows": seen.windows.version,
            "record": seen.record.version,
        }
        return [self._part(dict(keys[name]), wanted[name], versions[name]) for name in keys]

    def _part(self, key: Plain, item: Plain | None, version: int) -> Plain:
        only_if = "#version = :seen" if version else "attribute_not_exists(#pk)"
        values: dict[str, Any] = {"seen": version} if version else {}
        if item is None:
            return self._order_table.checking(key, only_if, **values)
        return self._order_table.putting(item, only_if, **values)


def _ours(wanted: list[Plain | None], refused: Cancelled) -> bool:
    """True when all that was to be written is what is stored."""
    stored = [plain(item) for item in refused.items]
    pairs = [(item, found) for item, found in zip(wanted, stored, strict=False) if item is not None]
    return bool(pairs) and all(item == found for item, found in pairs)


def _meant(refused: Cancelled) -> Exception:
    if any(code in _LOST for code in refused.codes):
        return Stale(f"plan, orders, windows or the record of permission have changed: {refused}")
    return Unavailable(f"dynamodb:TransactWriteItems: {refused}")
