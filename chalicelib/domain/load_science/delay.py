"""How long somebody who joins a line now will wait: two estimates, and the range that is honest to tell."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import log1p, sqrt

from chalicelib.domain.load_science.demand import Misgiven, counted, positive

STEPS = (0, 1, 2, 5, 10, 15, 20, 30, 45, 60)
"""Minutes that customers are told; beyond the last it is "more than"."""
LIKELY = 1.2815515655446004
"""Standard deviations on either side of eight waits in ten."""
_ONE_BY_ONE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """A wait to come, in seconds: its mean, and the range `low` to `high` that holds about eight in ten."""

    mean: float
    low: float
    high: float


NO_WAIT = Delay(mean=0.0, low=0.0, high=0.0)


def last_to_enter(entries: Iterable[tuple[float, float]]) -> float | None:
    """The wait, in seconds, of whoever was answered last; `entries` are (joined, answered) in seconds. None: nobody.

    Needs no rates, and so stands by itself where handling times are not known.
    Source: Armony, Shimkin and Whitt, Operations Research 57 (2009).
    """
    last = max(entries, key=lambda entry: entry[1], default=None)
    return None if last is None else last[1] - last[0]


def behind(waiting: int, agents: int, handling: float, patience: float | None = None) -> Delay:
    """The wait behind `waiting` people while all `agents` are busy, if one does not give up.

    One must see Q + 1 departures, which come at the rates n mu + i theta, i = Q ... 0: the mean is the sum of
    1 / (n mu + i theta), which is (Q + 1) / (n mu) when nobody gives up; the variance is the sum of the squares.
    The range takes the sum as gamma distributed (Wilson and Hilferty 1931 for its quantiles). Source of the
    estimate: Ibrahim and Whitt, MSOM 11 (2009), "QLm". `handling`, `patience` in seconds. Raises Misgiven.
    """
    people, servers = counted("waiting", waiting), counted("agents", agents)
    if servers == 0:
        raise Misgiven("agents", "must be at least 1")
    rate = servers / positive("handling", handling)
    leave = 1 / positive("patience", patience) if patience is not None else 0.0
    mean, variance = _sums(people + 1, rate, leave)
    shape = mean * mean / variance
    return Delay(mean=mean, low=mean * _quantile(shape, -LIKELY), high=mean * _quantile(shape, LIKELY))


def told(delay: Delay) -> tuple[int, int | None] | None:
    """The range in whole minutes (from, to), widened to STEPS; to None: or longer. None: nothing worth saying."""
    low = max(step for step in STEPS if step * 60 <= delay.low)
    high = next((step for step in STEPS[1:] if step * 60 >= delay.high), None)
    return None if high is None and low == 0 else (low, high)


def _sums(terms: int, rate: float, leave: float) -> tuple[float, float]:
    """Sums of 1 / (rate + i leave) and of its squares, i < terms; those past the first thousand as an integral."""
    if leave == 0:
        return terms / rate, terms / rate**2
    first = [1 / (rate + i * leave) for i in range(min(terms, _ONE_BY_ONE))]
    mean, variance = sum(first), sum(one * one for one in first)
    if terms > _ONE_BY_ONE:
        start, span = rate + (_ONE_BY_ONE - 0.5) * leave, (terms - _ONE_BY_ONE) * leave
        mean += log1p(span / start) / leave
        variance += span / (start * (start + span)) / leave
    return mean, variance


def _quantile(shape: float, deviations: float) -> float:
    """Of a gamma distribution with mean 1."""
    return max(0.0, 1 - 1 / (9 * shape) + deviations / (3 * sqrt(shape))) ** 3
