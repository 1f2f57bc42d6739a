"""Plans, orders, the snapshot and the front door's documents in memory."""

from collections.abc import Sequence
from dataclasses import replace

from chalicelib.domain.orders import Orders
from chalicelib.memory.port import MemoryPort
from chalicelib.ports import Missing, PlanVersion, Stale, Unavailable


class MemoryPlans(MemoryPort):
    """PlanStore."""

    def __init__(self) -> None:
        super().__init__()
        self._versions: list[PlanVersion] = []

    def publish(self, plan: PlanVersion) -> None:
        """The next version only."""
        with self._open():
            if plan.version != len(self._versions) + 1:
                raise Stale(f"version {plan.version} is not the next one")
            self._versions.append(plan)

    def version(self, number: int) -> PlanVersion:
        """One version."""
        with self._open():
            if not 1 <= number <= len(self._versions):
                raise Missing(f"no plan version {number}")
            return self._versions[number - 1]

    def current(self) -> PlanVersion:
        """The newest."""
        with self._open():
            if not self._versions:
                raise Missing("no plan was ever published")
            return self._versions[-1]

    def versions(self, limit: int, below: int | None = None) -> Sequence[PlanVersion]:
        """The newest first, without their texts."""
        with self._open():
            found = [
                replace(plan, text="", compiled="")
                for plan in self._versions
                if below is None or plan.version < below
            ]
            return found[::-1][:limit]


class MemoryOrders(MemoryPort):
    """OrderStore."""

    def __init__(self) -> None:
        super().__init__()
        self._orders = Orders()

    def read(self) -> Orders:
        """The orders."""
        with self._open():
            return self._orders

    def write(self, orders: Orders) -> None:
        """The next version only."""
        with self._open():
            if orders.version != self._orders.version + 1:
                raise Stale(f"orders {orders.version} do not follow the stored ones")
            self._orders = orders


class MemorySnapshots(MemoryPort):
    """SnapshotStore. `down` takes the table away, `objects_down` the object storage."""

    def __init__(self) -> None:
        super().__init__()
        self.objects_down = False
        self._table: tuple[int, str] | None = None
        self._object: tuple[int, str] | None = None
        self._feeds: dict[str, str] = {}

    def publish(self, version: int, text: str) -> None:
        """A newer version only."""
        with self._open():
            if self._table is not None and self._table[0] >= version:
                raise Stale(f"snapshot {version} is not newer than {self._table[0]}")
            self._table = (version, text)
            self._need_objects()
            self._object = (version, text)

    def read(self) -> tuple[int, str]:
        """From the table."""
        with self._open():
            return _present(self._table)

    def fallback(self) -> tuple[int, str]:
        """From object storage."""
        with self._lock:
            self._need_objects()
            return _present(self._object)

    def feed(self, name: str, text: str) -> None:
        """Publish one document."""
        with self._lock:
            self._need_objects()
            self._feeds[name] = text

    def read_feed(self, name: str) -> str:
        """One document."""
        with self._lock:
            self._need_objects()
            if name not in self._feeds:
                raise Missing(f"no object {name}")
            return self._feeds[name]

    def _need_objects(self) -> None:
        if self.objects_down:
            raise Unavailable("object storage is down")


def _present(kept: tuple[int, str] | None) -> tuple[int, str]:
    if kept is None:
        raise Missing("no snapshot was published")
    return kept
