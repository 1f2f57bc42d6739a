"""Shares with their intervals, and the test that tells loss from chance: published examples and hand-made ones."""

import random
from math import exp, log
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.proof.proportion import wilson
from chalicelib.domain.proof.sequential import ALARM, MISS, THRESHOLD, Said, found_out, verdict


@pytest.mark.parametrize(
    ("found", "seen", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_intervals_of_the_published_table(found, seen, low, high):
    # R. G. Newcombe, Two-sided confidence intervals for the single proportion, Stat. Med. 17 (1998), table I, method 3
    assert wilson(found, seen) == pytest.approx((low, high), abs=0.00005)


def test_wilson_by_hand():
    # 5 of 10, z = 2: middle (0.5 + 0.2) / 1.4 = 0.5; half 2 * sqrt(0.025 + 0.01) / 1.4 = 0.26726
    assert wilson(5, 10, z=2) == pytest.approx((0.23274, 0.76726), abs=0.00001)


@given(st.integers(0, 500), st.integers(0, 500))
def test_an_interval_holds_its_share_and_stays_a_share(found, more):
    seen = found + more

    low, high = wilson(found, seen)

    assert 0 <= low <= high <= 1
    assert not seen or low <= found / seen <= high


def test_nothing_seen_says_nothing_and_no_share_is_refused():
    assert wilson(0, 0) == (0.0, 1.0)
    with pytest.raises(ValueError, match="no share"):
        wilson(3, 2)


def test_losses_in_a_row_cross_where_the_sums_say():
    bad = log(0.3 / 0.01)  # 3.4012: five reach 13.8, four do not

    four, five = (verdict([True] * n, 0.01, 0.3) for n in (4, 5))

    assert (four.said, four.crossed) == (Said.UNDECIDED, 0)
    assert (five.said, five.crossed, five.began) == (Said.LOSS, 5, 1)
    assert five.score == pytest.approx(5 * bad)


def test_a_loss_is_found_where_it_began():
    found = verdict([False] * 400 + [True, False] * 40, 0.01, 0.3)

    assert found.said is Said.LOSS
    assert (found.began, found.crossed) == (401, 409)


def test_enough_good_ones_exclude_a_loss():
    good = log(0.7 / 0.99)  # -0.34662: twenty reach ln(0.001) = -6.9078, nineteen do not

    assert [verdict([False] * n, 0.01, 0.3).said for n in (19, 20)] == [Said.UNDECIDED, Said.NO_LOSS]
    assert 19 * good > log(MISS) > 20 * good


def test_the_error_rates_are_those_of_the_bounds():
    found = verdict([False] * 1_000, 0.01, 0.3)

    assert found.false_alarm == pytest.approx(1_000 * exp(-THRESHOLD))
    assert (found.miss, found.seen) == (MISS, 1_000)


def test_chance_alone_is_called_a_loss_less_often_than_the_bound_says():
    draws = random.Random(7)  # noqa: S311 - a simulation
    tries, count, threshold = 400, 200, 4.0

    alarms = sum(
        verdict((draws.random() < 0.01 for _ in range(count)), 0.01, 0.3, threshold).said is Said.LOSS
        for _ in range(tries)
    )

    assert alarms / tries <= count * exp(-threshold)
    assert alarms / tries < 0.25


def test_a_whole_record_is_judged_at_one_chance_in_a_thousand_by_hand():
    # 30 sends, one in three lost, 5 % usual. Threshold ln(60 / 0.001) = 11.0021; against 30 %: a loss adds
    # ln(0.3 / 0.05) = 1.79176, a good one ln(0.7 / 0.95) = -0.30538: the ninth stands at 9 x 1.79176 - 16 x 0.30538
    found = found_out([number % 3 == 0 for number in range(30)], 0.05)

    assert (found.said, found.crossed, found.began) == (Said.LOSS, 25, 1)
    assert found.threshold == pytest.approx(11.0021, abs=0.0001)
    assert found.false_alarm == pytest.approx(ALARM)


def test_a_small_loss_and_a_grave_one_are_both_found_and_the_usual_is_not():
    grave = found_out([True] * 8, 0.05)
    small = found_out([number % 6 == 0 for number in range(600)], 0.05)
    usual = found_out([number % 20 == 0 for number in range(600)], 0.05)

    assert (grave.said, grave.p1) == (Said.LOSS, pytest.approx(0.30))
    assert (small.said, small.p1) == (Said.LOSS, pytest.approx(0.15))
    assert usual.said is Said.NO_LOSS


def test_an_empty_record_says_nothing():
    found = found_out([], 0.0)

    assert (found.said, found.seen) == (Said.UNDECIDED, 0)


@pytest.mark.parametrize(("p0", "p1"), [(0.0, 0.5), (0.5, 0.5), (0.1, 1.0)])
def test_a_test_between_nothing_is_refused(p0, p1):
    with pytest.raises(ValueError, match="p0 < p1"):
        verdict([], p0, p1)


def test_the_figures_in_the_page_on_health_are_those_of_the_formulas():
    text = " ".join((Path(__file__).resolve().parents[2] / "docs" / "health.md").read_text().split())
    low, high = wilson(10, 30)
    at_the_ninth = 9 * log(0.30 / 0.05) + 16 * log(0.70 / 0.95)

    assert f"between {low:.0%} and {high:.0%}".replace("%", "", 1).replace("%", " %") in text
    assert f"is {at_the_ninth:.2f}, and ln(60/0.001) is {log(60 / 0.001):.2f}" in text
