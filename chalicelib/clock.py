"""The one place that reads the system's clock."""

from datetime import UTC, datetime


class SystemClock:
    """The time now, aware, UTC."""

    def now(self) -> datetime:
        """Read once per event."""
        return datetime.now(UTC)
