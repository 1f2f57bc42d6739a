"""People who give up and call again: the rate of attempts at which that stands still."""

from collections.abc import Callable
from dataclasses import replace

from chalicelib.domain.load_science.demand import Demand, share
from chalicelib.domain.load_science.impatience import measured

_PRECISE = 1e-10
_ROUNDS = 100


def with_redials(first: Demand, agents: int, redial: float) -> Demand:
    """The demand in attempts, when the share `redial` (0 <= p < 1) of those who give up calls again, each time anew.

    Solves L = l + p P(abandon; L) L, then Erlang A holds for L. L (1 - p P(abandon)) is what is served plus what is
    given up for good; both grow with L, so there is one solution, and it lies between l and l / (1 - p).
    Callers who come back are taken to mix with the others (they come back after longer than a wait).
    Source of the idea: Ding, Remerova, van der Mei and Zwart, arXiv 1311.6248. Raises Misgiven, and Overloaded
    without patience.
    """
    share("redial", redial)
    if first.patience is None or redial == 0 or first.load == 0:
        measured(first, agents)
        return first

    def excess(rate: float) -> float:
        return (
            rate * (1 - redial * measured(replace(first, arrivals=rate), agents).abandoned) - first.arrivals
        )

    return replace(first, arrivals=_root(excess, first.arrivals, first.arrivals / (1 - redial)))


def given_up(total: Demand, first: Demand, agents: int, redial: float) -> float:
    """Share of the first calls that never reaches an agent: (1 - p) P(abandon) L / l. Raises like `with_redials`."""
    if first.load == 0:
        return 0.0
    lost = (1 - redial) * measured(total, agents).abandoned * total.arrivals / first.arrivals
    return min(1.0, lost)


def _root(excess: Callable[[float], float], low: float, high: float) -> float:
    """Where a growing function passes 0 between two points: false position, the stale end's value halved (Illinois)."""
    below, above = excess(low), excess(high)
    if below >= 0 or above <= 0:
        return low if below >= 0 else high
    side = 0
    for _ in range(_ROUNDS):
        middle = (low * above - high * below) / (above - below)
        found = excess(middle)
        if abs(found) <= _PRECISE * low or high - low <= _PRECISE * low:
            break
        if found < 0:
            low, below, above = middle, found, above / 2 if side < 0 else above
            side = -1
        else:
            high, above, below = middle, found, below / 2 if side > 0 else below
            side = 1
    return middle
