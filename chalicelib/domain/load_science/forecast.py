"""What a stream of contacts does to a desk, redials included: shares, waits, and who never got through."""

from dataclasses import dataclass

from chalicelib.domain.load_science.answered import answered
from chalicelib.domain.load_science.demand import Demand, Measures
from chalicelib.domain.load_science.impatience import measured
from chalicelib.domain.load_science.redial import given_up, with_redials


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """A desk once things have settled. `total` counts attempts; shares in `line` and `answered` are of attempts."""

    agents: int
    total: Demand
    amplification: float
    """Attempts for one first contact."""
    line: Measures
    answered: float
    """The share answered within the target's time."""
    lost: float
    """The share of first contacts that never reaches an agent."""


def outlook(first: Demand, agents: int, redial: float, within: float) -> Outlook:
    """The desk with so many agents; `within` in seconds. Raises Misgiven, and Overloaded without patience."""
    total = with_redials(first, agents, redial)
    return Outlook(
        agents=agents,
        total=total,
        amplification=total.arrivals / first.arrivals if first.arrivals else 1.0,
        line=measured(total, agents),
        answered=answered(total, agents, within),
        lost=given_up(total, first, agents, redial),
    )
