"""Permission in memory: the plans, orders and windows that are there, changed under all their locks."""

from chalicelib.domain.permission.record import Record
from chalicelib.memory.maintenance import MemoryMaintenance
from chalicelib.memory.plans import MemoryOrders, MemoryPlans
from chalicelib.memory.port import MemoryPort
from chalicelib.ports import Change, Stale, Standing


class MemoryPermission(MemoryPort):
    """PermissionStore. When one of the three is down, so is this."""

    def __init__(self, plans: MemoryPlans, orders: MemoryOrders, windows: MemoryMaintenance) -> None:
        super().__init__()
        self._plans, self._orders, self._windows = plans, orders, windows
        self._record = Record()

    def read(self) -> Standing:
        """One after the other, as on AWS."""
        newest = self._plans.versions(1)
        orders, windows = self._orders.read(), self._windows.read()
        with self._open():
            return Standing(
                plan=newest[0].version if newest else 0, orders=orders, windows=windows, record=self._record
            )

    def write(self, seen: Standing, change: Change) -> None:
        """Under every lock, always taken in this order."""
        with self._open(), self._plans.locked(), self._orders.locked(), self._windows.locked():
            if _numbers(self.read()) != _numbers(seen) or not _follows(seen, change):
                raise Stale("plan, orders, windows or the record of permission have changed")
            if change.plan is not None:
                self._plans.publish(change.plan)
            if change.orders is not None:
                self._orders.write(change.orders)
            if change.windows is not None:
                self._windows.write(change.windows)
            self._record = change.record or self._record


def _numbers(standing: Standing) -> tuple[int, ...]:
    return standing.plan, standing.orders.version, standing.windows.version, standing.record.version


def _follows(seen: Standing, change: Change) -> bool:
    """True when each document is the next version of its own: then nothing is stored by halves."""
    made = (change.plan, change.orders, change.windows, change.record)
    return all(
        one is None or one.version == before + 1 for one, before in zip(made, _numbers(seen), strict=True)
    )
