"""Peaks that are known beforehand: when more is kept ready before anybody has come."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from chalicelib.domain.planned_work.recurrence import Rule, instant, starts
from chalicelib.domain.surge.levers import Posture

AHEAD = timedelta(days=400)
"""How far a series is looked along for its next start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """An announced peak: its posture is asked for from `lead` before each of its starts until `lasts` after it.

    `begins` is a local time (naive) in `zone`; `repeats` is the text of its `rule` (RFC 5545), "" for once.
    """

    posture: Posture
    begins: datetime
    zone: ZoneInfo
    lasts: timedelta
    lead: timedelta
    repeats: str = ""
    rule: Rule | None = None

    def asks_at(self, now: datetime) -> bool:
        """True while it wants its posture. Environments and warmth take minutes to come: that is what `lead` is for."""
        return any(start + self.lasts > now for start in self._begun(now))

    def _begun(self, now: datetime) -> Iterator[datetime]:
        """The starts whose lead has begun, as instants."""
        last = now + self.lead
        if self.rule is not None:
            yield from (instant(each, self.zone) for each in starts(self.begins, self.zone, self.rule, last))
        elif (once := instant(self.begins, self.zone)) <= last:
            yield once


def announced(peaks: tuple[Peak, ...], now: datetime) -> Posture:
    """The highest posture that any peak wants now; CALM when none does."""
    wanted = (peak.posture for peak in peaks if peak.asks_at(now))
    return max(wanted, key=lambda posture: posture.rank, default=Posture.CALM)
