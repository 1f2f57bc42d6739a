"""What must hold of every waiting line, whatever its numbers."""

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chalicelib.domain.load_science.answered import answered
from chalicelib.domain.load_science.demand import Demand
from chalicelib.domain.load_science.erlang import blocked, delayed, endless
from chalicelib.domain.load_science.impatience import measured
from chalicelib.domain.load_science.redial import given_up, with_redials
from chalicelib.domain.load_science.staffing import Target, least_agents

LOADS = st.floats(0.01, 3_000)
AGENTS = st.integers(1, 3_000)
HASTES = st.floats(0.02, 50)
FEW = settings(max_examples=150, deadline=None)
SLACK = 1e-9


def line(load, haste):
    return Demand(arrivals=load * 18, handling=200, patience=200 / haste)


@FEW
@given(load=LOADS, agents=AGENTS)
def test_blocking_is_a_share_that_falls_with_agents_and_grows_with_load(load, agents):
    found = blocked(load, agents)

    assert 0 <= found <= 1
    assert blocked(load, agents + 1) <= found <= blocked(load * 1.1, agents)


@FEW
@given(load=LOADS, agents=AGENTS)
def test_waiting_follows_from_blocking_with_one_agent_less(load, agents):
    assume(load < agents * 0.999)
    before = blocked(load, agents - 1)

    assert delayed(load, agents) == pytest.approx(load * before / (agents - load + load * before), rel=1e-9)
    assert blocked(load, agents) <= delayed(load, agents) <= 1


@FEW
@given(load=LOADS, agents=st.integers(0, 3_000), haste=HASTES)
def test_what_comes_is_served_or_gives_up(load, agents, haste):
    found = measured(line(load, haste), agents)

    assert all(0 <= share <= 1 for share in (found.delayed, found.abandoned, found.occupancy))
    assert found.occupancy * agents + found.waiting * haste == pytest.approx(load, rel=1e-9)
    assert found.mean_wait * 18 * load / 3600 == pytest.approx(found.waiting, rel=1e-9)
    assert found.abandoned == pytest.approx(found.mean_wait / (200 / haste), rel=1e-9)


@FEW
@given(agents=st.integers(1, 500), times=st.floats(3, 50), haste=HASTES)
def test_far_past_saturation_the_agents_serve_what_they_can(agents, times, haste):
    demand = line((agents + 60) * times, haste)
    found = measured(demand, agents)

    assert found.abandoned == pytest.approx(1 - agents / demand.load, abs=1e-4)
    assert found.mean_wait == pytest.approx(found.abandoned * demand.patience, rel=1e-9)


@FEW
@given(agents=st.integers(1, 400), rho=st.floats(0.05, 0.97))
def test_endless_patience_is_erlang_c(agents, rho):
    demand = line(agents * rho, 1e-6)
    patient, endlessly = measured(demand, agents), endless(demand, agents)

    assert patient.delayed == pytest.approx(endlessly.delayed, abs=2e-4)
    assert patient.mean_wait <= endlessly.mean_wait * (1 + SLACK)
    assert patient.mean_wait == pytest.approx(endlessly.mean_wait, rel=5e-3, abs=1e-6)
    assert answered(demand, agents, 60) == pytest.approx(
        answered(replace(demand, patience=None), agents, 60), abs=5e-4
    )


@FEW
@given(load=LOADS, agents=AGENTS, haste=HASTES)
def test_one_more_agent_never_makes_it_worse_and_more_load_never_better(load, agents, haste):
    here = measured(line(load, haste), agents)
    staffed, pressed = measured(line(load, haste), agents + 1), measured(line(load * 1.1, haste), agents)

    for name in ("delayed", "abandoned", "mean_wait"):
        assert getattr(staffed, name) <= getattr(here, name) + SLACK
        assert getattr(here, name) <= getattr(pressed, name) + SLACK


@FEW
@given(load=LOADS, agents=AGENTS, haste=HASTES, within=st.floats(0, 2_000))
def test_who_is_answered_and_who_gives_up_make_everybody(load, agents, haste, within):
    demand = line(load, haste)
    found = measured(demand, agents)

    assert answered(demand, agents, 0) == pytest.approx(1 - found.delayed, abs=SLACK)
    assert answered(demand, agents, 1e8) == pytest.approx(1 - found.abandoned, abs=SLACK)
    assert answered(demand, agents, within) <= answered(demand, agents, within * 1.5) + SLACK
    assert answered(demand, agents, within) <= answered(demand, agents + 1, within) + SLACK


@FEW
@given(load=LOADS, agents=AGENTS, haste=HASTES, redial=st.floats(0, 0.95))
def test_attempts_are_first_calls_and_those_who_came_back(load, agents, haste, redial):
    first = line(load, haste)
    total = with_redials(first, agents, redial)
    abandoned = measured(total, agents).abandoned

    assert first.arrivals <= total.arrivals <= first.arrivals / (1 - redial) * (1 + SLACK)
    assert total.arrivals == pytest.approx(first.arrivals + redial * abandoned * total.arrivals, rel=1e-7)
    served = (1 - abandoned) * total.arrivals / first.arrivals
    assert served + given_up(total, first, agents, redial) == pytest.approx(1, rel=1e-7)


@settings(max_examples=25, deadline=None)
@given(
    load=st.floats(0.01, 600), haste=HASTES, redial=st.sampled_from((0, 0.5, 0.9)), share=st.floats(0.05, 0.99),
    patient=st.booleans(),
)  # fmt: skip
def test_the_fewest_agents_reach_the_target_and_one_less_does_not(load, haste, redial, share, patient):
    first, target = line(load, haste), Target(share=share, within=30)
    first = replace(first, patience=None) if patient else first

    agents = least_agents(first, target, redial)

    def reached(count):
        return answered(with_redials(first, count, redial), count, 30) >= share

    assert reached(agents)
    assert agents == 0 or (patient and agents - 1 <= first.load) or not reached(agents - 1)
