"""Looks at all streams for surges and drops, and learns what is usual from half hours that are over."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

from chalicelib.domain.detection.arrival_paths import zone_of
from chalicelib.domain.detection.traffic import Traffic
from chalicelib.domain.detection.usual import HALF, HALVES, Usual
from chalicelib.domain.plan import Plan
from chalicelib.domain.surge.lessons import taught
from chalicelib.domain.surge.streams import SLOT, slot_of, streams
from chalicelib.domain.surge.sums import ENOUGH
from chalicelib.domain.surge.verdict import Verdict, judge, oldest_slot, turnout
from chalicelib.ports import Stale, TrafficStore, Unavailable

SETTLED = timedelta(minutes=3)
"""A half hour is learned this long after its end, and within six minutes: the counts are not kept for longer."""
_SLOTS = int(HALF.total_seconds()) // SLOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Surges:
    """One look."""

    traffic: TrafficStore
    now: datetime

    def look(self, plan: Plan, *, teach: bool) -> Mapping[str, Verdict]:
        """The verdicts on streams of which something is known to be usual, by the stream's name.

        Two batch reads; `teach`: what is over is learned, one write a stream and half hour. Raises Unavailable.
        """
        names, zone = streams(plan), zone_of(plan)
        stored, sketches = self.traffic.read(names), self.traffic.sketches(names)
        found = {}
        for name, seen in stored.items():
            verdict = judge(seen.usual, seen.counts, self.now, zone) if seen.usual else None
            if teach:
                self._teach(seen, verdict, zone)
            if verdict:
                people, attempts = turnout(sketches.get(name, {}), seen.counts, self.now)
                found[name] = replace(verdict, people=people, attempts=attempts)
        return found

    def _teach(self, seen: Traffic, verdict: Verdict | None, zone: tzinfo) -> None:
        """A half hour whose counts are not whole any more teaches nothing; of two ticks that learn, one stores."""
        before = seen.usual or Usual(path=seen.path, until=_half_of(self.now))
        usual = _not_too_old(before, self.now)
        odd = verdict is not None and (verdict.up >= ENOUGH or verdict.dropping)
        kept = oldest_slot(slot_of(self.now))
        while usual.until + HALF + SETTLED <= self.now:
            first = slot_of(usual.until)
            count = sum(seen.counts.get(slot, 0) for slot in range(first, first + _SLOTS))
            usual = taught(usual, count, zone, odd=odd, whole=first >= kept)
        if seen.usual is None or usual.learned > before.learned:
            with suppress(Stale, Unavailable):
                self.traffic.keep(replace(usual, version=before.version + 1))


def _half_of(now: datetime) -> datetime:
    """The next half hour: the running one was not counted from its beginning."""
    return datetime.fromtimestamp((slot_of(now) // _SLOTS + 1) * _SLOTS * SLOT, UTC)


def _not_too_old(usual: Usual, now: datetime) -> Usual:
    """After a long sleep of ours: the weeks between are passed over at once."""
    oldest = _half_of(now) - HALF * HALVES
    return replace(usual, until=max(usual.until, oldest))
