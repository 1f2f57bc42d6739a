"""Global tables as AWS has them by default: a write comes to the other regions later, and the last writer wins.

Ministack's own copies are there at once. The file `cut-off` in its working folder cuts all regions off; what was
written meanwhile comes over when it is gone. Ministack's interpreter runs this; it imports nothing of Bascule.
"""

import copy
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

LAG = 0.5
"""Seconds until a write is in the other region, as AWS's figures have it on a good day."""
CUT = "cut-off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One item, or its end (`new` is None), on its way to a region."""

    at: float
    stamp: int
    region: str
    account: str
    table: str
    key: tuple[str, str]
    new: Any


class Late:
    """Keeps back what ministack would copy at once. `service` is its module of DynamoDB."""

    def __init__(
        self, service: ModuleType, clock: Callable[[], float] = time.time, folder: Path | None = None
    ) -> None:
        self._service, self._clock, self._cut = service, clock, (folder or Path.cwd()) / CUT
        self._waiting: list[Copy] = []
        self._stamps: dict[tuple[str, str, str, tuple[str, str]], int] = {}
        self._count = 0

    def replicate(self, table: Any, _event: str, old: Any, new: Any) -> None:
        """Take a write of a table that has replicas; a later one has a higher stamp, whichever region it was in."""
        service = self._service
        regions = service._replica_group(table)  # noqa: SLF001 - what is changed
        if not regions:
            return
        self._count += 1
        account, here = service.get_account_id(), service.get_region()
        key = self._key(table, new if new is not None else old)
        self._stamps[account, here, table["TableName"], key] = self._count
        self._waiting += [
            Copy(
                at=self._clock() + LAG, stamp=self._count, region=region, account=account, table=table["TableName"],
                key=key, new=copy.deepcopy(new),
            )
            for region in regions
            if region != here
        ]  # fmt: skip

    def let_through(self) -> None:
        """Bring what is due to its region, unless the regions are cut off."""
        if not self._waiting or self._cut.exists():
            return
        now = self._clock()
        due = [each for each in self._waiting if each.at <= now]
        self._waiting = [each for each in self._waiting if each.at > now]
        for each in due:
            place = (each.account, each.region, each.table, each.key)
            if each.stamp > self._stamps.get(place, 0):
                self._stamps[place] = each.stamp
                self._write(each)

    def _key(self, table: Any, item: Any) -> tuple[str, str]:
        take = self._service._extract_key_val  # noqa: SLF001 - what is changed
        sort = table["sk_name"]
        return take(item.get(table["pk_name"])), take(item.get(sort)) if sort else "__no_sort__"

    def _write(self, each: Copy) -> None:
        with self._service.request_scope(each.account, each.region):
            replica = self._service._tables.get(each.table)  # noqa: SLF001 - what is changed
            if replica is None:
                return
            if each.new is None:
                self._service._remove_item(replica, *each.key)  # noqa: SLF001 - what is changed
            else:
                self._service._set_item(replica, *each.key, each.new)  # noqa: SLF001 - what is changed


def copy_late(service: ModuleType) -> None:
    """Have ministack copy so; a version that names its parts otherwise raises AttributeError."""
    late, handle = Late(service), service.handle_request

    async def handle_request(*given: Any, **named: Any) -> Any:
        late.let_through()
        return await handle(*given, **named)

    for name, replacement in {"_replicate_write": late.replicate, "handle_request": handle_request}.items():
        getattr(service, name)  # it must be there
        setattr(service, name, replacement)
