"""Three sums over counts that vary more than chance (Page's test): two rise with a surge, one with a drop."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from math import log

from chalicelib.domain.detection.usual import HALF, Usual, expected, half_of, size

RISE, STEEP, FALL = 2.0, 5.0, 0.5
"""Times what is usual: what each sum finds soonest. Less than (RISE - 1) / ln RISE = 1.44 times is never found."""
ENOUGH = 12.0
"""Nats: at this a sum says surge, or drop. It is kept below twice that, so that the end is seen, too."""
SLACK = 1.0
"""Contacts a minute expected at least: what is more than usual on a quiet stream needs nothing made ready."""
_CLUSTERS = 2.0
"""The variance of counts within minutes, as a multiple of their mean: people call twice, and in pairs."""
_WAVES = timedelta(minutes=10)
_LEVEL_LEAST, _LEVEL_MOST = 0.3, 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Contacts expected in a slot: the most and the least that is usual, and the variance ratio for each."""

    most: float
    least: float
    most_ratio: float
    least_ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """In nats. `since` is when a rising one last left zero."""

    rise: float = 0.0
    steep: float = 0.0
    down: float = 0.0
    since: datetime | None = None

    @property
    def up(self) -> float:
        """The higher of the two that rise with a surge."""
        return max(self.rise, self.steep)


def due_in(usual: Usual, start: datetime, length: timedelta, zone: tzinfo) -> Due | None:
    """What is expected from `start` on for so long (at most a half hour); None while it is not known.

    The means of this half hour and of the one that it is nearer to are its bounds: opening hours begin sharply. The
    day's own level, from the hours before, moves the upper one up (1.5 times at most) and the lower one down. How much
    counts vary is Var/mean = 2 + M / r, M being what is expected in ten minutes and 1/r how much levels vary, which is
    learned (`usual.size`): levels come in waves of some ten minutes, so short slots are no independent witnesses.
    """
    half = start.replace(minute=start.minute // 30 * 30, second=0, microsecond=0)
    nearer = half + (HALF if start - half >= HALF / 2 else -HALF)
    means = [expected(usual, half_of(each, zone)) for each in (half, nearer)]
    if None in means:
        return None
    known, r = [mean for mean in means if mean is not None], size(usual)
    level, share = (r + usual.near) / (r + usual.near_due), length / HALF
    most = max(known) * share * min(_LEVEL_MOST, max(1.0, level))
    most = max(most, SLACK * length.total_seconds() / 60)
    least = min(known) * share * max(_LEVEL_LEAST, min(1.0, level))
    waves = _WAVES / length / r
    return Due(
        most=most, least=least, most_ratio=_CLUSTERS + most * waves, least_ratio=_CLUSTERS + least * waves
    )


def added(sums: Sums, seen: int, due: Due, at: datetime) -> Sums:
    """The sums with one more slot that began at `at`.

    Counts divided by their variance ratio v are taken for Poisson (quasi-likelihood; Lucas, 1985, for the sum): with
    mean m and R times as many to be found, each slot adds (x ln R - (R - 1) m) / v. Where that model holds, chance
    reaches h from one start with a probability of at most exp(-h).
    """
    rise = _sum(sums.rise, _weight(seen, due.most, RISE) / due.most_ratio)
    steep = _sum(sums.steep, _weight(seen, due.most, STEEP) / due.most_ratio)
    down = _sum(sums.down, _weight(seen, due.least, FALL) / due.least_ratio)
    return Sums(rise=rise, steep=steep, down=down, since=(sums.since or at) if rise or steep else None)


def _sum(before: float, weight: float) -> float:
    return min(2 * ENOUGH, max(0.0, before + weight))


def _weight(seen: int, mean: float, times: float) -> float:
    return seen * log(times) - (times - 1) * mean
