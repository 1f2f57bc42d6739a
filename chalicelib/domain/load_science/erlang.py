"""Erlang's two formulas: lines in which nobody gives up, and switchboards in which nobody can wait."""

from math import exp

from chalicelib.domain.load_science.demand import (
    MOST_LOAD,
    Demand,
    Measures,
    Misgiven,
    Overloaded,
    counted,
    finite,
)


def blocked(load: float, agents: int) -> float:
    """Erlang B: the share that finds all agents busy and leaves at once. `load` in erlangs.

    By the recursion B(k) = a B(k-1) / (k + a B(k-1)), B(0) = 1, which only ever meets numbers from 0 to 1; n steps.
    Source: A. K. Erlang 1917; the recursion is the textbooks' own. Raises Misgiven.
    """
    _measured(load)
    found = 1.0
    for k in range(1, counted("agents", agents) + 1):
        found = load * found / (k + load * found)
    return found


def delayed(load: float, agents: int) -> float:
    """Erlang C: the share that must wait when everybody waits as long as it takes. `load` in erlangs.

    C = n B / (n - a (1 - B)). Source: A. K. Erlang 1917. Raises Misgiven, and Overloaded when a >= n.
    """
    _measured(load)
    if load >= counted("agents", agents):
        raise Overloaded(load, agents)
    lost = blocked(load, agents)
    return min(1.0, agents * lost / (agents - load + load * lost))


def endless(demand: Demand, agents: int) -> Measures:
    """M/M/n in balance, whatever the demand's patience.

    ASA = C handling / (n - a), occupancy = a / n; the mean line is arrivals times ASA (Little 1961).
    Raises Misgiven, Overloaded.
    """
    wait_share = delayed(demand.load, agents)
    mean = wait_share * demand.handling / (agents - demand.load)
    return Measures(
        delayed=wait_share,
        abandoned=0.0,
        mean_wait=mean,
        occupancy=demand.load / agents,
        waiting=mean * demand.arrivals / 3600,
    )


def answered_endless(demand: Demand, agents: int, within: float) -> float:
    """Share answered within so many seconds, 1 - C exp(-(n - a) t / handling). Raises Misgiven, Overloaded."""
    decay = (agents - demand.load) * finite("within", within) / demand.handling
    return 1.0 - delayed(demand.load, agents) * exp(-decay)


def _measured(load: float) -> None:
    if finite("load", load) > MOST_LOAD:
        raise Misgiven("load", f"must be at most {MOST_LOAD:g} erlangs")
