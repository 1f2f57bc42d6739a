"""Requests that may come again, in memory."""

from datetime import datetime

from chalicelib.domain.access.repeats import KEPT, RUNNING, Kept
from chalicelib.memory.port import MemoryPort


class MemoryRepeats(MemoryPort):
    """RepeatStore. `kept` is everything, by key: when it was claimed, and the request."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, tuple[datetime, Kept]] = {}

    def claim(self, key: str, request: str, now: datetime) -> Kept | None:
        """None when it was free."""
        with self._open():
            if key in self.kept:
                since, known = self.kept[key]
                if now < since + (KEPT if known.code else RUNNING):
                    return known
            self.kept[key] = (now, Kept(request=request))
            return None

    def keep(self, key: str, kept: Kept, now: datetime) -> None:
        """By the claim's own time."""
        with self._open():
            if self._claimed(key, now):
                self.kept[key] = (now, kept)

    def release(self, key: str, now: datetime) -> None:
        """Likewise."""
        with self._open():
            if self._claimed(key, now):
                del self.kept[key]

    def _claimed(self, key: str, now: datetime) -> bool:
        return key in self.kept and self.kept[key][0] == now and not self.kept[key][1].code
