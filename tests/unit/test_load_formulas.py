"""Erlang's formulas against published vectors, exact sums, and by-hand limits; what they refuse, by name."""

from fractions import Fraction
from math import erfc, exp, inf, nan, sqrt
from time import process_time

import pytest

from chalicelib.domain.load_science.answered import answered
from chalicelib.domain.load_science.demand import Demand, Misgiven, Overloaded
from chalicelib.domain.load_science.erlang import blocked, delayed, endless
from chalicelib.domain.load_science.impatience import measured
from chalicelib.domain.load_science.many_agents import garnett, halfin_whitt, square_root
from chalicelib.domain.load_science.redial import given_up, with_redials
from chalicelib.domain.load_science.staffing import Target, least_agents

README = Demand(arrivals=200, handling=180)
RUSH = Demand(arrivals=2000, handling=180, patience=120)
BIG = 100_000


@pytest.mark.parametrize(
    ("agents", "load", "expected"),
    [
        (11, 10, 0.682118), (14, 10, 0.174132), (50, 48, 0.694456), (55, 48, 0.238701), (105, 100, 0.515707),
        (110, 100, 0.237008), (1016, 1000, 0.503704),
    ],
)  # fmt: skip
def test_erlang_c_is_as_published(agents, load, expected):
    assert delayed(load, agents) == pytest.approx(expected, abs=5e-7)


@pytest.mark.parametrize(
    ("agents", "load", "expected"), [(16, 10, 0.022302), (17, 10, 0.012949), (30, 25, 0.052603)]
)
def test_erlang_b_is_as_published(agents, load, expected):
    assert blocked(load, agents) == pytest.approx(expected, abs=5e-7)


@pytest.mark.parametrize(
    ("agents", "expected"), [(11, 0.3896), (12, 0.6402), (13, 0.7956), (14, 0.8884), (15, 0.9415)]
)
def test_the_service_level_is_as_published(agents, expected):
    assert answered(README, agents, 20) == pytest.approx(expected, abs=5e-5)


def test_a_published_case_of_erlang_c_as_a_whole():
    demand = Demand(arrivals=720, handling=240)

    found = endless(demand, 55)

    assert found.delayed == pytest.approx(0.238701, abs=5e-7)
    assert found.mean_wait == pytest.approx(8.184, abs=5e-4)
    assert found.occupancy == pytest.approx(48 / 55)
    assert answered(demand, 55, 15) == pytest.approx(0.845883, abs=5e-7)


def test_a_published_case_of_erlang_a_as_a_whole():
    found = measured(Demand(arrivals=2880, handling=60, patience=120), 50)

    assert found.delayed == pytest.approx(0.467774, abs=5e-7)
    assert found.abandoned == pytest.approx(0.030912, abs=5e-7)
    assert found.mean_wait == pytest.approx(3.7095, abs=5e-5)
    assert found.occupancy == pytest.approx(0.930324, abs=5e-7)


@pytest.mark.parametrize(("agents", "abandoned", "wait"), [(60, 0.400004, 48.00), (100, 0.043879, 5.2655)])
def test_erlang_a_is_as_published_in_a_rush_and_at_balance(agents, abandoned, wait):
    found = measured(RUSH, agents)

    assert found.abandoned == pytest.approx(abandoned, abs=5e-7)
    assert found.mean_wait == pytest.approx(wait, abs=5e-4)


def test_the_service_level_of_erlang_a_is_that_of_the_released_library():
    demand = Demand(arrivals=200, handling=180, patience=300)

    assert answered(demand, 13, 20) == pytest.approx(0.858178, abs=5e-7)
    assert measured(demand, 13).abandoned == pytest.approx(0.024963, abs=5e-7)
    assert measured(demand, 13).delayed == pytest.approx(0.225797, abs=5e-7)


@pytest.mark.parametrize(("beta", "expected"), [(0.5, 0.5045), (1, 0.2234), (2, 0.0269)])
def test_the_limit_of_many_agents_is_as_published(beta, expected):
    assert halfin_whitt(beta) == pytest.approx(expected, abs=5e-5)


def test_the_limits_are_what_the_formulas_come_to():
    agents = square_root(10_000, 0.5)
    patient = Demand(arrivals=36_000, handling=1000, patience=500)

    assert agents == 10_050
    assert delayed(10_000, agents) == pytest.approx(halfin_whitt(0.5), rel=0.01)
    assert measured(patient, agents).delayed == pytest.approx(garnett(0.5, 2.0), rel=0.01)
    assert garnett(0.5, 1e-9) == pytest.approx(halfin_whitt(0.5), abs=1e-6)
    assert garnett(1.3, 1.0) == pytest.approx(erfc(1.3 / sqrt(2)) / 2)
    assert (garnett(-40, 1), garnett(40, 1)) == (pytest.approx(1), pytest.approx(0))


REDIALS = [
    (1.2, (1.00, 1.04, 1.20, 1.75), (0.08, 0.10)),
    (1.5, (1.00, 1.13, 1.62, 3.40), (0.265, 0.275)),
    (2.0, (1.00, 1.22, 2.05, 5.05), (0.445, 0.455)),
    (3.0, (1.00, 1.31, 2.48, 6.70), (0.625, 0.635)),
    (5.0, (1.00, 1.38, 2.82, 8.02), (0.775, 0.785)),
]


@pytest.mark.parametrize(("surge", "attempts", "lost"), REDIALS)
def test_redials_multiply_the_attempts_and_save_nobody(surge, attempts, lost):
    first = Demand(arrivals=2000 * surge, handling=180, patience=120)

    for redial, expected in zip((0, 0.33, 0.70, 0.90), attempts, strict=True):
        total = with_redials(first, 110, redial)

        assert total.arrivals / first.arrivals == pytest.approx(expected, abs=5.1e-3)
        assert lost[0] <= given_up(total, first, 110, redial) <= lost[1]


def test_the_fewest_agents_for_eighty_in_twenty_are_those_of_the_published_row():
    assert least_agents(README, Target(share=0.8, within=20)) == 14


@pytest.mark.parametrize(
    ("load", "haste", "agents"), [("5/2", "1/3", 3), ("7", "2", 4), ("1/10", "1", 1), ("9", "5", 0)]
)
def test_erlang_a_is_the_exact_sum_of_its_states(load, haste, agents):
    a, theta = Fraction(load), Fraction(haste)
    demand = Demand(arrivals=float(a) * 36, handling=100, patience=float(100 / theta))
    weights = [Fraction(1)]
    for k in range(1, 150):
        weights.append(weights[-1] * a / (min(k, agents) + max(k - agents, 0) * theta))
    waiting = sum(max(k - agents, 0) * weight for k, weight in enumerate(weights)) / sum(weights)

    found = measured(demand, agents)

    assert found.delayed == pytest.approx(float(sum(weights[agents:]) / sum(weights)), rel=1e-12)
    assert found.abandoned == pytest.approx(float(theta * waiting / a), rel=1e-12)
    assert found.mean_wait == pytest.approx(float(100 * waiting / a), rel=1e-12)


def test_a_hundred_thousand_agents_overflow_nothing_and_take_a_moment():
    began = process_time()
    level = Demand(arrivals=BIG * 60, handling=60, patience=60)

    shares = [blocked(BIG, BIG), delayed(BIG - 1, BIG), blocked(10, BIG), delayed(10, BIG)]
    lines = [measured(level, BIG), measured(level, 0), measured(level, 100), measured(level, 2 * BIG)]
    levels = [answered(level, agents, 20) for agents in (0, 100, BIG, 2 * BIG)]

    assert all(0 <= share <= 1 for share in [*shares, *levels])
    assert [round(line.abandoned, 3) for line in lines] == [0.001, 1, 0.999, 0]
    assert shares[0] == pytest.approx(sqrt(2 / 3.141592653589793 / BIG), rel=0.01)
    assert process_time() - began < 3


def test_nobody_gives_up_for_ever_while_there_is_more_work_than_agents():
    for agents in (0, 47, 48):
        with pytest.raises(Overloaded, match="say the patience"):
            endless(Demand(arrivals=2880, handling=60), agents)
        with pytest.raises(Overloaded):
            delayed(48, agents)

    with pytest.raises(Overloaded):
        with_redials(Demand(arrivals=2880, handling=60), 48, 0.5)


@pytest.mark.parametrize("value", [-1, nan, inf, -inf, True, "3", None])
@pytest.mark.parametrize("argument", ["arrivals", "handling", "patience"])
def test_what_is_no_quantity_is_refused_by_its_name(argument, value):
    if (argument, value) == ("patience", None):
        return  # which says that nobody gives up
    with pytest.raises(Misgiven, match=argument) as refused:
        Demand(**{"arrivals": 10, "handling": 60, "patience": 60, argument: value})

    assert refused.value.argument == argument


@pytest.mark.parametrize("agents", [-1, 2.5, nan, inf, True, "3", 10_000_000])
def test_agents_are_counted_in_whole_numbers(agents):
    asked = [lambda: blocked(1, agents), lambda: delayed(1, agents), lambda: measured(RUSH, agents)]

    for ask in asked:
        with pytest.raises(Misgiven, match="agents"):
            ask()


@pytest.mark.parametrize(
    ("ask", "argument"),
    [
        (lambda: Demand(arrivals=1, handling=0), "handling"),
        (lambda: Demand(arrivals=1, handling=1, patience=0), "patience"),
        (lambda: Demand(arrivals=1, handling=1, patience=2e6), "patience"),
        (lambda: Demand(arrivals=1e12, handling=60), "arrivals"),
        (lambda: blocked(-1, 3), "load"),
        (lambda: blocked(nan, 3), "load"),
        (lambda: blocked(1e9, 3), "load"),
        (lambda: with_redials(RUSH, 60, 1.0), "redial"),
        (lambda: with_redials(RUSH, 60, -0.1), "redial"),
        (lambda: Target(share=1.0), "share"),
        (lambda: Target(within=-1), "within"),
        (lambda: answered(RUSH, 60, -1), "within"),
        (lambda: halfin_whitt(0), "beta"),
        (lambda: square_root(10, 26), "beta"),
        (lambda: garnett(1, 0), "haste"),
        (lambda: garnett(nan, 1), "beta"),
    ],
)
def test_every_refusal_names_the_argument(ask, argument):
    with pytest.raises(Misgiven) as refused:
        ask()

    assert refused.value.argument == argument


def test_no_agents_answer_nobody_and_no_arrivals_wait_for_nothing():
    nobody = measured(RUSH, 0)
    quiet = measured(Demand(arrivals=0, handling=60, patience=60), 3)

    assert (nobody.abandoned, nobody.delayed, nobody.occupancy) == (pytest.approx(1), 1, 0)
    assert nobody.mean_wait == pytest.approx(120)
    assert answered(RUSH, 0, 1e6) == 0
    assert (quiet.abandoned, quiet.delayed, quiet.mean_wait) == (0, 0, 0)
    assert given_up(Demand(arrivals=0, handling=60), Demand(arrivals=0, handling=60), 3, 0.5) == 0


def test_patience_as_long_as_a_call_makes_it_a_row_of_infinitely_many_agents():
    load, agents = 6.0, 8
    poisson, term = 0.0, exp(-load)
    for k in range(agents):
        poisson += term
        term *= load / (k + 1)

    found = measured(Demand(arrivals=360, handling=60, patience=60), agents)

    assert found.delayed == pytest.approx(1 - poisson, rel=1e-12)
