"""A token bucket for each of many callers: how often one may ask, and how long to wait."""

from collections import OrderedDict
from datetime import datetime

MOST_KEPT = 1_000
"""Callers remembered; the one that asked longest ago is forgotten first, with a full bucket."""


class Buckets:
    """`rate` tokens a second for each caller, at most `burst` at once; no more is known than this container saw."""

    def __init__(self, rate: float, burst: int) -> None:
        self._rate, self._burst = rate, burst
        self._left: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def take(self, caller: str, now: datetime) -> float:
        """Seconds to wait for a token; 0.0 when one was taken. A clock that went back gives none."""
        left, seen = self._left.pop(caller, (float(self._burst), now))
        filled = min(float(self._burst), left + max(0.0, (now - seen).total_seconds()) * self._rate)
        taken = filled >= 1.0
        self._left[caller] = (filled - 1.0 if taken else filled, max(now, seen))
        if len(self._left) > MOST_KEPT:
            self._left.popitem(last=False)
        return 0.0 if taken else (1.0 - filled) / self._rate
