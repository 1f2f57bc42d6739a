"""Maintenance windows in memory."""

from chalicelib.domain.planned_work.windows import Windows
from chalicelib.memory.port import MemoryPort
from chalicelib.ports import Stale


class MemoryMaintenance(MemoryPort):
    """MaintenanceStore."""

    def __init__(self) -> None:
        super().__init__()
        self._windows = Windows()

    def read(self) -> Windows:
        """The windows."""
        with self._open():
            return self._windows

    def write(self, windows: Windows) -> None:
        """The next version only."""
        with self._open():
            if windows.version != self._windows.version + 1:
                raise Stale(f"windows {windows.version} do not follow the stored ones")
            self._windows = windows
