"""Calibration: what a path's own quiet weeks make of the rules."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.detection.calibration import ENOUGH, MOST_P0, Baseline, baseline, calibrated, upper
from chalicelib.domain.health import Rules

RULES = Rules()


def hours(share, count=720, seen=120, seed=1):
    draw = Random(seed)  # noqa: S311 - a test must be repeatable
    return [(seen, sum(draw.random() < share(hour) for _ in range(seen))) for hour in range(count)]


def test_independent_failures_do_not_clump():
    found = baseline(hours(lambda _: 0.03))

    assert found.seen == 86_400
    assert found.bad / found.seen == pytest.approx(0.03, abs=0.003)
    assert found.spread < 1.2


def test_an_hour_of_trouble_now_and_then_clumps():
    found = baseline(hours(lambda hour: 0.15 if hour % 12 == 0 else 0.02))

    assert found.spread > 3


def test_a_path_that_does_better_than_the_rules_expect_keeps_them():
    assert calibrated(RULES, Baseline(seen=100_000, bad=300)) == RULES


def test_too_few_outcomes_change_nothing():
    assert calibrated(RULES, Baseline(seen=ENOUGH - 1, bad=400, spread=9.0)) == RULES


def test_three_per_cent_of_errors_double_into_what_the_path_may_do():
    rules = calibrated(RULES, Baseline(seen=86_400, bad=2_592))

    assert rules.p0 == pytest.approx(0.0623, abs=0.0005)
    assert rules.p1 == pytest.approx(rules.p0 + 0.25)
    assert (rules.trip, rules.fine_trip) == (13_800, 13_800)
    assert rules.bad < RULES.bad


def test_what_clumps_raises_both_thresholds():
    rules = calibrated(RULES, Baseline(seen=86_400, bad=2_592, spread=2.5))

    assert (rules.trip, rules.fine_trip) == (34_500, 34_500)


@pytest.mark.parametrize("counts", [[], [(0, 0)], [(5, 0), (7, 0)], [(3, 3), (4, 4)], [(10, 2)]])
def test_hours_that_say_nothing_of_a_spread_give_none(counts):
    assert baseline(counts).spread == 1.0


def test_wilsons_upper_end_is_above_the_share_and_comes_down_to_it():
    assert upper(0, 1_000) == pytest.approx(0.0038, abs=0.0001)
    assert upper(10, 1_000) > upper(100, 10_000) > upper(1_000, 100_000) > 0.01


@given(seen=st.integers(ENOUGH, 10**6), share=st.floats(0, 1), spread=st.floats(1, 50))
def test_calibration_never_makes_a_path_easier_to_trip(seen, share, spread):
    rules = calibrated(RULES, Baseline(seen=seen, bad=int(seen * share), spread=spread))

    assert RULES.p0 <= rules.p0 < rules.p1 < 1
    assert rules.p0 <= MOST_P0
    assert rules.fine_p0 < rules.fine_p1
    assert rules.trip / rules.bad >= RULES.trip / RULES.bad
    assert rules.good < 0 < rules.bad
