"""Days of arrivals in five-minute slots as a detector meets them: what is usual is learned on the way, never ahead."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import pi, sin
from random import Random

from chalicelib.domain.detection.usual import HALF, Usual
from chalicelib.domain.surge.lessons import taught
from chalicelib.domain.surge.sums import Due, due_in

SLOT = timedelta(minutes=5)
_A_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """One slot of a day: when, how many came, and what was expected of it then."""

    at: datetime
    seen: int
    due: Due


def days(counts: Mapping[datetime, int], warm_up: int) -> Iterator[list[Met]]:
    """Every day that has slots, but the first so many: only what was recorded, against what was known that morning.

    Raises ValueError when nothing is expected yet although the warm-up is over.
    """
    first, last = min(counts), max(counts)
    usual = Usual(path="bench", until=first.replace(hour=0, minute=0))
    passed = 0
    while usual.until <= last:
        day, until = [], usual.until + _A_DAY
        while usual.until < until:
            slots = [usual.until + SLOT * place for place in range(HALF // SLOT)]
            day += [Met(at=at, seen=counts[at], due=_due(usual, at)) for at in slots if at in counts]
            seen = sum(counts.get(at, 0) for at in slots)
            usual = taught(usual, seen, UTC)
        passed += bool(day)
        if day and passed > warm_up:
            if any(met.due.most_ratio <= 0 for met in day):
                raise ValueError("nothing is usual yet: the warm-up is too short")
            yield day


def made(count: int, seed: int) -> Mapping[datetime, int]:
    """So many days of made-up calls, 7:00 to 21:00, not on weekends: a hump of 200; days and quarters of an hour vary.

    For a quick check where the real data is not at hand.
    """
    random, counts = Random(seed), {}  # noqa: S311 - a simulation
    monday = datetime(2026, 3, 2, tzinfo=UTC)
    dates = [day for day in (monday + _A_DAY * n for n in range(2 * count)) if day.weekday() < _SATURDAY]
    for day in dates[:count]:
        level, wave = random.gammavariate(60, 1 / 60), 1.0
        for place in range(168):
            wave = random.gammavariate(80, 1 / 80) if place % 3 == 0 else wave
            mean = level * wave * (60 + 140 * sin(pi * (place + 10) / 190))
            counts[day + timedelta(hours=7) + SLOT * place] = max(0, round(random.gauss(mean, mean**0.5)))
    return counts


def _due(usual: Usual, at: datetime) -> Due:
    return due_in(usual, at, SLOT, UTC) or Due(most=0.0, least=0.0, most_ratio=0.0, least_ratio=0.0)
