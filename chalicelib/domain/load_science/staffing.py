"""How many agents a target needs."""

from dataclasses import dataclass
from math import sqrt

from chalicelib.domain.load_science.answered import answered
from chalicelib.domain.load_science.demand import MOST, Demand, Misgiven, Overloaded, finite, share
from chalicelib.domain.load_science.redial import with_redials


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """`share` (0 to 1) of all attempts answered within `within` seconds. 80 % in 20 s is a habit, not a law."""

    share: float = 0.8
    within: float = 20.0

    def __post_init__(self) -> None:
        share("share", self.share)
        finite("within", self.within)


def least_agents(first: Demand, target: Target, redial: float = 0.0) -> int:
    """The fewest agents that reach the target, redials included: more agents never answer fewer, so by halving.

    Raises Misgiven, also when more than MOST agents would be needed.
    """
    low, high = -1, int(first.load + 2 * sqrt(first.load)) + 1
    while not _reached(first, target, redial, high):
        if high >= MOST:
            raise Misgiven("share", f"would need more than {MOST} agents")
        low, high = high, min(2 * high, MOST)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _reached(first, target, redial, middle) else (middle, high)
    return high


def _reached(first: Demand, target: Target, redial: float, agents: int) -> bool:
    try:
        if answered(first, agents, target.within) < target.share:
            return False  # redials only add to it, and to look for their rate takes ten times as long
        return answered(with_redials(first, agents, redial), agents, target.within) >= target.share
    except Overloaded:
        return False
