"""Opening hours: per weekday the spans of local time, and the dates on which a desk is closed."""

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When a desk is open: per weekday (0 = Monday) the spans of local time, and the dates it is closed."""

    zone: ZoneInfo
    spans: tuple[tuple[tuple[time, time], ...], ...]
    closed: frozenset[str] = frozenset()

    def open_at(self, now: datetime) -> bool:
        """True when `now` (aware) falls in a span, its start included and its end not."""
        local = now.astimezone(self.zone)
        if self.closed and local.date().isoformat() in self.closed:
            return False
        moment = local.time()
        return any(
            start <= moment < end or (end == time.min and start <= moment)
            for start, end in self.spans[local.weekday()]
        )
