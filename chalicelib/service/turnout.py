"""Counts who comes, by purpose and market in half minutes: attempts as numbers, people as a sketch. Deliveries do."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chalicelib.domain.outbox import Row
from chalicelib.domain.plan import Plan
from chalicelib.domain.surge.people import highest, mark_of, window_of
from chalicelib.domain.surge.streams import slot_of, stream_of, streams
from chalicelib.ports import TrafficStore, Unavailable

APART = timedelta(seconds=10)
OLD = timedelta(minutes=20)
"""Later than this nobody looks at a slot any more."""


@dataclass(slots=True)
class Turnout:
    """One container's counts. What it misses makes a surge look a little smaller: nothing here fails a delivery."""

    traffic: TrafficStore
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)
    _marks: dict[tuple[str, int], dict[int, int]] = field(default_factory=dict)
    _fresh: dict[tuple[str, int], set[int]] = field(default_factory=dict)
    _streams: tuple[int, dict[str, tuple[str, str]]] = (-1, {})
    _wrote_at: datetime | None = None

    def count(self, row: Row, plan: Plan, now: datetime) -> None:
        """Take in a contact at its first bell, if the plan has postures to keep."""
        if plan.capacity is None:
            return
        if self._streams[0] != plan.version:
            self._streams = (plan.version, streams(plan))
        stream = stream_of(self._streams[1], row.purpose, row.market)
        counts, slot = self._counts.setdefault(stream, {}), slot_of(row.accepted_at)
        counts[slot] = counts.get(slot, 0) + 1
        self._meet(stream, window_of(row.accepted_at), row.party)
        if self._wrote_at is None or now - self._wrote_at >= APART:
            self._wrote_at = now
            self._write(now)

    def _meet(self, stream: str, window: int, party: str) -> None:
        """Only a mark above the register's highest so far says anything new: soon hardly any does."""
        known = self._marks.setdefault((stream, window), {})
        mark = mark_of(party, stream, window)
        [(register, rank)] = highest([mark]).items()
        if rank > known.get(register, 0):
            known[register] = rank
            self._fresh.setdefault((stream, window), set()).add(mark)

    def _write(self, now: datetime) -> None:
        """What could not be written waits for the next time, but not for ever."""
        for stream in list(self._counts):
            counts = {slot: n for slot, n in self._counts[stream].items() if slot > slot_of(now - OLD)}
            with suppress(Unavailable):
                if counts:
                    self.traffic.add(stream, counts)
                del self._counts[stream]
        for stream, window in list(self._fresh):
            with suppress(Unavailable):
                if window >= window_of(now - OLD):
                    self.traffic.meet(stream, window, self._fresh[stream, window])
                del self._fresh[stream, window]
        for stream, window in [each for each in self._marks if each[1] < window_of(now - OLD)]:
            del self._marks[stream, window]
