"""The lines that are simulated, and what the formulas say of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

from chalicelib.domain.load_science.answered import answered
from chalicelib.domain.load_science.demand import Demand
from chalicelib.domain.load_science.erlang import blocked
from chalicelib.domain.load_science.impatience import measured
from chalicelib.domain.load_science.many_agents import garnett, halfin_whitt, square_root
from chalicelib.domain.load_science.redial import given_up, with_redials

WITHIN = 20.0
LIMIT_ERROR = 0.02
"""How far a limit of infinitely many agents may be from a line of some hundred."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One line. `model` says which formula it is for; `contacts` are simulated in each run, beside those to warm up."""

    model: str
    name: str
    demand: Demand
    agents: int
    redial: float = 0.0
    contacts: int
    slack: float = 0.0


def _limit(load: float, beta: float, patience: float | None) -> Case:
    demand = Demand(arrivals=load * 18, handling=200, patience=patience)
    name = f"{load:g} E, beta {beta:g}" + (f", patience {patience:g} s" if patience else "")
    agents = square_root(load, beta)
    return Case(model="limit", name=name, demand=demand, agents=agents, contacts=200_000, slack=LIMIT_ERROR)


def _line(model: str, demand: Demand, agents: int, *, redial: float = 0.0, contacts: int) -> Case:
    name = f"{demand.load:.4g} E, {agents} agents" + (f", redial {redial:g}" if redial else "")
    return Case(model=model, name=name, demand=demand, agents=agents, redial=redial, contacts=contacts)


README = Demand(arrivals=200, handling=180)
MITAN = Demand(arrivals=720, handling=240)
PALM = Demand(arrivals=2880, handling=60, patience=120)
RUSH = Demand(arrivals=2000, handling=180, patience=120)
CASES = (
    _line("erlang B", Demand(arrivals=200, handling=180), 17, contacts=100_000),
    _line("erlang B", Demand(arrivals=900, handling=100), 30, contacts=100_000),
    _line("erlang C", README, 14, contacts=150_000),
    _line("erlang C", MITAN, 55, contacts=400_000),
    _line("erlang A", PALM, 50, contacts=200_000),
    _line("erlang A", RUSH, 60, contacts=100_000),
    _line("erlang A", RUSH, 100, contacts=200_000),
    _line("erlang A", Demand(arrivals=50, handling=200, patience=60), 3, contacts=60_000),
    _line("redial", Demand(arrivals=2400, handling=180, patience=120), 110, redial=0.33, contacts=60_000),
    _line("redial", Demand(arrivals=3000, handling=180, patience=120), 110, redial=0.7, contacts=60_000),
    _line("redial", Demand(arrivals=4000, handling=180, patience=120), 110, redial=0.5, contacts=60_000),
    _line("delay", MITAN, 52, contacts=200_000),
    _limit(400, 1.0, None),
    _limit(400, 0.0, 100),
)


def expected(case: Case) -> Mapping[str, float]:
    """What the formulas say, by figure; times in seconds."""
    demand, agents = case.demand, case.agents
    if case.model == "erlang B":
        return {"blocked": blocked(demand.load, agents)}
    if case.model == "delay":
        return {"wait less estimate": 0.0, "waits within range": 0.8}
    if case.model == "limit":
        beta = (agents - demand.load) / sqrt(demand.load)
        return {"delayed": garnett(beta, demand.haste) if demand.patience else halfin_whitt(beta)}
    if case.model == "redial":
        total = with_redials(demand, agents, case.redial)
        attempts = total.arrivals / demand.arrivals
        return {
            "attempts per contact": attempts,
            "never served": given_up(total, demand, agents, case.redial),
        }
    line = measured(demand, agents)
    found = {
        "delayed": line.delayed, "mean wait": line.mean_wait, "answered in 20 s": answered(demand, agents, WITHIN),
        "occupancy": line.occupancy,
    }  # fmt: skip
    return found | ({"abandoned": line.abandoned} if demand.patience else {})
