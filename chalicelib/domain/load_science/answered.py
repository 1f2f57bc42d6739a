"""The share of all who arrive that is answered within a time (service level), with and without impatience."""

from collections.abc import Callable
from itertools import pairwise
from math import exp, expm1, log

from chalicelib.domain.load_science.demand import Demand, finite
from chalicelib.domain.load_science.erlang import answered_endless
from chalicelib.domain.load_science.impatience import measured

TOLERANCE = 1e-11
_DEEP = 50.0
"""Where a density is exp(-50) of its peak its tail ends for us."""
_FINEST = 40


def answered(demand: Demand, agents: int, within: float) -> float:
    """Share of all arrivals answered within `within` seconds; who gives up first counts as not answered.

    In Erlang A the wait V of somebody who never gives up has, beside its mass at 0, the density
    v(x) ~ exp(lambda (1 - exp(-theta x)) / theta - n mu x), whose integral is P(wait); the share is
    P(V = 0) plus the integral of exp(-theta x) v(x) up to `within`. Here x is counted in patiences from the
    density's peak, where the exponent needs no large numbers. Source: Baccelli and Hebuterne 1981;
    Zeltyn and Mandelbaum, QUESTA 51 (2005). Raises Misgiven, and Overloaded without patience.
    """
    if demand.patience is None:
        return answered_endless(demand, agents, within)
    limit = finite("within", within) / demand.patience
    wait_share = measured(demand, agents).delayed
    if wait_share == 0 or agents == 0:
        return 1.0 - wait_share
    return min(1.0, max(0.0, 1.0 - wait_share + wait_share * _reached(demand, agents, limit)))


def _reached(demand: Demand, agents: int, limit: float) -> float:
    """Of those who must wait, the share that is answered within `limit` patiences."""
    come, go = demand.load / demand.haste, agents / demand.haste
    peak = max(0.0, log(come / go))

    def depth(z: float) -> float:
        return max(go - come, 0.0) * z + min(go, come) * (expm1(-z) + z)

    low, high = -_edge(lambda z: depth(-z), peak), _edge(depth)
    fine = TOLERANCE * (_edge(depth, deep=1.0) + _edge(lambda z: depth(-z), peak, deep=1.0))
    whole = _area(lambda z: exp(-depth(z)), (low, 0.0, high), fine)
    cut = min(max(limit - peak, low), high)
    marks = (low, 0.0, cut) if cut > 0 else (low, cut)
    heard = _area(lambda z: exp(-depth(z) - z - peak), marks, fine)
    return heard / whole


def _edge(depth: Callable[[float], float], most: float | None = None, *, deep: float = _DEEP) -> float:
    """The distance at which `depth`, which grows from 0, reaches `deep`; `most` when it does not before."""
    if most is not None and depth(most) <= deep:
        return most
    low, high = 0.0, 1.0
    while depth(high) < deep:
        low, high = high, 2 * high
    while depth(high / 2) > deep:
        high /= 2
        low = 0.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if depth(middle) < deep else (low, middle)
    return high if most is None else min(high, most)


def _area(curve: Callable[[float], float], marks: tuple[float, ...], fine: float) -> float:
    """The integral from the first mark to the last, to `fine`: Simpson's rule, halved where it is not yet good."""
    found = 0.0
    for left, right in pairwise(marks):
        ends = (curve(left), curve((left + right) / 2), curve(right))
        parts = [(left, right, *ends, _FINEST)] if left < right else []
        while parts:
            a, b, fa, fm, fb, more = parts.pop()
            m = (a + b) / 2
            fl, fr = curve((a + m) / 2), curve((m + b) / 2)
            once = (b - a) * (fa + 4 * fm + fb) / 6
            twice = (b - a) * (fa + 4 * fl + 2 * fm + 4 * fr + fb) / 12
            if more == 0 or abs(twice - once) <= 15 * fine * (b - a) / (right - left):
                found += twice + (twice - once) / 15
            else:
                parts += [(a, m, fa, fl, fm, more - 1), (m, b, fm, fr, fb, more - 1)]
    return found
