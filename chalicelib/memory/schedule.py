"""Publications that are planned for a time, in memory."""

from chalicelib.domain.plan_schedule.schedule import Schedule
from chalicelib.memory.port import MemoryPort
from chalicelib.ports import Missing, Stale


class MemorySchedule(MemoryPort):
    """ScheduleStore."""

    def __init__(self) -> None:
        super().__init__()
        self._schedule = Schedule()
        self._texts: dict[str, str] = {}

    def read(self) -> Schedule:
        """The schedule."""
        with self._open():
            return self._schedule

    def write(self, schedule: Schedule) -> None:
        """The next version only."""
        with self._open():
            if schedule.version != self._schedule.version + 1:
                raise Stale(f"schedule {schedule.version} does not follow the stored one")
            self._schedule = schedule

    def keep(self, digest: str, text: str) -> None:
        """One text."""
        with self._open():
            self._texts[digest] = text

    def text(self, digest: str) -> str:
        """One text."""
        with self._open():
            if digest not in self._texts:
                raise Missing(f"no text {digest}")
            return self._texts[digest]
