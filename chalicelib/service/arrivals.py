"""Looks for unusual silence: learns what is usual from half hours that are over, judges the contacts of today."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

from chalicelib.domain.detection.arrival import judge, signal_of
from chalicelib.domain.detection.arrival_paths import judged, zone_of
from chalicelib.domain.detection.traffic import BLOCK, SLOT, Traffic, slot_of, summed
from chalicelib.domain.detection.usual import HALF, Usual, learn
from chalicelib.domain.health import PathHealth, Rules, State, hinted, measured
from chalicelib.domain.plan import Plan
from chalicelib.ports import Stale, TrafficStore, Unavailable
from chalicelib.service.believe import Believer

SETTLED = timedelta(minutes=10)
"""A half hour is learned this long after its end: contacts that waited in a queue have been counted by then."""
IN_DOUBT = 0.25
"""What a half hour teaches in which the path was in doubt: little, so that trouble never comes to look usual."""
_SLOTS = int(HALF.total_seconds()) // SLOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """One look at all paths."""

    traffic: TrafficStore
    believer: Believer
    now: datetime

    def listen(self, plan: Plan, health: Mapping[str, PathHealth]) -> int:
        """Judge every path that customers use: one batch read, writes only in doubt; how many came into doubt.

        A store that does not answer gives no verdict. Raises Unavailable when the health store does not.
        """
        wanted, zone, found = judged(plan), zone_of(plan), 0
        try:
            stored = self.traffic.read(wanted)
        except Unavailable:
            return 0
        for path, parts in wanted.items():
            known = {part: stored[part] for part in parts if part in stored}
            if known:
                usual = stored[path].usual if path in stored else None
                believed = health.get(path, PathHealth(path=path))
                seen = self._learned(summed(path, known, usual), believed, zone)
                found += self._judged(seen, believed, zone)
        return found

    def _learned(self, seen: Traffic, believed: PathHealth, zone: tzinfo) -> Traffic:
        """The half hours that are over and still counted, learned; when two ticks do it, one of them stores."""
        before = seen.usual or Usual(path=seen.path, until=_next_half(self.now))
        usual = replace(before, until=max(before.until, _oldest(self.now)))
        trust = (
            1.0 if self._sound(believed) and not hinted(believed, self.now, self._rules(seen)) else IN_DOUBT
        )
        while usual.until + HALF + SETTLED <= self.now:
            first = slot_of(usual.until)
            count = sum(seen.counts.get(slot, 0) for slot in range(first, first + _SLOTS))
            usual = learn(usual, count, zone, trust)
        if seen.usual is None or usual.learned > before.learned:
            usual = replace(usual, version=before.version + 1)
            with suppress(Stale, Unavailable):
                self.traffic.keep(usual)
        return replace(seen, usual=usual)

    def _judged(self, seen: Traffic, believed: PathHealth, zone: tzinfo) -> int:
        """One verdict as evidence; a path that is down, on trial or in maintenance is silent for a reason."""
        if seen.usual is None or not self._sound(believed):
            return 0
        returned = max(
            (cls.since for cls in measured(believed).values() if cls.gen and cls.since), default=None
        )
        verdict = judge(seen.usual, seen.counts, self.now, zone, returned)
        signal = signal_of(verdict, self.now, self.believer.vantage)
        was = hinted(believed, self.now, self._rules(seen))
        self.believer.learn(seen.path, signal, believed)
        return int(signal.weight > 0 and not was)

    def _rules(self, seen: Traffic) -> Rules:
        return self.believer.rules_of(seen.path)

    def _sound(self, believed: PathHealth) -> bool:
        closed = all(cls.state is State.CLOSED for cls in measured(believed).values())
        return closed and not believed.blocked and not self.believer.planned(believed.path, self.now)


def _next_half(now: datetime) -> datetime:
    return datetime.fromtimestamp((slot_of(now) // _SLOTS + 1) * _SLOTS * SLOT, UTC)


def _oldest(now: datetime) -> datetime:
    """The beginning of the counts that a store still has."""
    return datetime.fromtimestamp((slot_of(now) // BLOCK - 1) * BLOCK * SLOT, UTC)
