"""The one place that reads the system's clock, and waits by it."""

import time
from datetime import UTC, datetime


class SystemClock:
    """The time now, aware, UTC."""

    def now(self) -> datetime:
        """Read once per event."""
        return datetime.now(UTC)

    def pause(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)
