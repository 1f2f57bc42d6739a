"""Erlang A (M/M/n+M): lines that people leave when their patience, exponential in length, ends."""

from dataclasses import dataclass

from chalicelib.domain.load_science.demand import Demand, Measures, counted
from chalicelib.domain.load_science.erlang import endless

NEGLIGIBLE = 1e-20
"""A state this much rarer than all those counted before it ends the sum."""


def measured(demand: Demand, agents: int) -> Measures:
    """The line in balance: Erlang A where the demand has a patience, Erlang C where it has none.

    A birth and death chain: from k people to k + 1 at the arrivals' rate, back at min(k, n) mu + max(k - n, 0) theta.
    Deaths grow with k, so the states have one peak; the sums begin there and go outwards by ratios below 1, so that
    nothing overflows and only some ten standard deviations of states are visited, about sqrt(n) of them.
    P(abandon) = theta E[Q] / lambda, E[W] = E[Q] / lambda.
    Source: Palm 1957; Mandelbaum and Zeltyn, The Palm/Erlang-A queue. Raises Misgiven, and Overloaded without patience.
    """
    if demand.patience is None:
        return endless(demand, agents)
    return _measures(demand, counted("agents", agents))


def _measures(demand: Demand, servers: int) -> Measures:
    if demand.load == 0:
        return Measures(delayed=0.0, abandoned=0.0, mean_wait=0.0, occupancy=0.0, waiting=0.0)
    sums = _Sums()
    peak = _peak(demand, servers)
    _up(sums, demand, servers, peak)
    _down(sums, demand, servers, peak)
    waiting = sums.waiting / sums.all
    return Measures(
        delayed=min(1.0, sums.delayed / sums.all),
        abandoned=min(1.0, demand.haste * waiting / demand.load),
        mean_wait=waiting * demand.handling / demand.load,
        occupancy=min(1.0, sums.busy / sums.all / servers) if servers else 0.0,
        waiting=waiting,
    )


@dataclass(slots=True)
class _Sums:
    """Weights of the states, in units of the peak's."""

    all: float = 0.0
    delayed: float = 0.0
    busy: float = 0.0
    waiting: float = 0.0

    def add(self, people: int, servers: int, weight: float) -> None:
        self.all += weight
        self.busy += min(people, servers) * weight
        if people >= servers:
            self.delayed += weight
            self.waiting += (people - servers) * weight


def _peak(demand: Demand, servers: int) -> int:
    """The likeliest number of people: the largest whose departures do not outrun the arrivals."""
    if demand.load < servers:
        return int(demand.load)
    return servers + int((demand.load - servers) / demand.haste)


def _departures(people: int, demand: Demand, servers: int) -> float:
    """Per mean handling time."""
    return min(people, servers) + max(people - servers, 0) * demand.haste


def _up(sums: _Sums, demand: Demand, servers: int, peak: int) -> None:
    people, weight = peak, 1.0
    while weight > NEGLIGIBLE * sums.all:
        sums.add(people, servers, weight)
        people += 1
        weight *= demand.load / _departures(people, demand, servers)


def _down(sums: _Sums, demand: Demand, servers: int, peak: int) -> None:
    people, weight = peak, 1.0
    while people > 0:
        weight *= _departures(people, demand, servers) / demand.load
        people -= 1
        if weight <= NEGLIGIBLE * sums.all:
            return
        sums.add(people, servers, weight)
