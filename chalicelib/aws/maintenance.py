"""Maintenance windows: one item beside the orders, compared and set by version."""

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from chalicelib.aws.errors import ConditionFailed, understanding
from chalicelib.aws.table import Table
from chalicelib.domain.planned_work.record import read_windows, windows_text
from chalicelib.domain.planned_work.windows import Windows
from chalicelib.ports import Stale


class AwsMaintenance:
    """MaintenanceStore."""

    KEY: ClassVar[Mapping[str, str]] = {"pk": "maintenance"}

    def __init__(self, table: Table) -> None:
        self._table = table

    def item_of(self, windows: Windows) -> dict[str, Any]:
        """The windows' item."""
        return {**self.KEY, "version": windows.version, "windows": windows_text(windows)}

    @understanding("the stored windows")
    def read(self) -> Windows:
        """One consistent GetItem."""
        item = self._table.get(self.KEY)
        return read_windows(json.loads(item["windows"])) if item else Windows()

    def write(self, windows: Windows) -> None:
        """One conditional PutItem; finding exactly these windows stored means that our own answer was lost."""
        item = self.item_of(windows)
        try:
            if windows.version == 1:
                self._table.put(item, "attribute_not_exists(#pk)")
            else:
                self._table.put(item, "#version = :before", before=windows.version - 1)
        except ConditionFailed as refused:
            if refused.item != item:
                raise Stale(f"windows {windows.version} do not follow the stored ones") from refused
