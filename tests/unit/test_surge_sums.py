"""Surges and drops: the formula, what is due, how soon each is found in half minutes, and how often wrongly."""

from datetime import UTC, datetime, timedelta
from math import log
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.detection.usual import HALVES, Usual
from chalicelib.domain.surge.lessons import taught
from chalicelib.domain.surge.streams import SLOT, slot_of
from chalicelib.domain.surge.sums import ENOUGH, FALL, RISE, STEEP, Due, Sums, added, due_in
from chalicelib.domain.surge.verdict import LAG, judge
from tests.unit.posture_side import flat

MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
HALF_MINUTE = timedelta(seconds=30)
LEVELS = 50.0
"""1/r of the usual's spread 0.02."""


def arrivals(per_minute, minutes, seed=0, change=None, until=MONDAY):
    """Counts by slot of so many minutes up to `until`: gamma levels in waves of ten minutes, Poisson within them.

    `change` is (minutes before the end, times).
    """
    random, counts, wave = Random(seed), {}, 1.0  # noqa: S311 - a simulation
    last = slot_of(until)
    for place, slot in enumerate(range(last - 2 * minutes, last)):
        wave = random.gammavariate(LEVELS, 1 / LEVELS) if place % 20 == 0 else wave
        since, times = change or (0, 1)
        mean = per_minute / 2 * wave * (times if slot >= last - 2 * since else 1)
        counts[slot] = poisson(random, mean)
    return counts


def poisson(random, mean):
    if mean > 50:
        return max(0, round(random.gauss(mean, mean**0.5)))
    left, count = mean, -1
    while left >= 0:
        left -= random.expovariate(1)
        count += 1
    return count


def verdict(counts, per_minute, until=MONDAY):
    return judge(flat(per_minute), counts, until + LAG, UTC)


def test_a_slot_adds_the_likelihood_ratio_over_the_variance_ratio():
    due = Due(most=10.0, least=8.0, most_ratio=3.0, least_ratio=2.5)

    sums = added(Sums(), 30, due, MONDAY)

    assert sums.rise == pytest.approx((30 * log(RISE) - (RISE - 1) * 10) / 3)
    assert sums.steep == 2 * ENOUGH or sums.steep == pytest.approx((30 * log(STEEP) - (STEEP - 1) * 10) / 3)
    assert (sums.down, sums.since) == (0.0, MONDAY)
    assert added(Sums(), 2, due, MONDAY).down == pytest.approx((2 * log(FALL) + (1 - FALL) * 8) / 2.5)


@given(st.lists(st.integers(0, 10_000), max_size=50), st.floats(0.5, 1_000), st.floats(1, 50))
def test_sums_stay_between_nothing_and_twice_enough(seen, mean, ratio):
    sums = Sums()
    for count in seen:
        sums = added(sums, count, Due(most=mean, least=mean / 2, most_ratio=ratio, least_ratio=ratio), MONDAY)

    assert all(0 <= each <= 2 * ENOUGH for each in (sums.rise, sums.steep, sums.down))
    assert (sums.since is None) == (sums.up == 0)


def test_nothing_is_due_before_a_week_was_learned():
    usual = Usual(path="p", until=MONDAY)

    assert due_in(usual, MONDAY, HALF_MINUTE, UTC) is None
    assert judge(usual, {}, MONDAY, UTC) is None


def test_what_is_due_lies_between_this_half_hour_and_the_next_and_varies_with_what_was_learned():
    sums = [180.0 * 5] * HALVES
    sums[24 + 1] = 360.0 * 5  # Monday 12:30, of which the second half of 12:00 knows
    usual = flat(6)
    usual = type(usual)(**{name: getattr(usual, name) for name in usual.__slots__} | {"sums": tuple(sums)})

    early, late = (due_in(usual, MONDAY + timedelta(minutes=m), HALF_MINUTE, UTC) for m in (5, 20))

    assert (early.most, early.least) == (pytest.approx(3.0), pytest.approx(3.0))
    assert late.least == pytest.approx(3.0)
    assert 5 < late.most < 6.1
    assert early.most_ratio == pytest.approx(2 + 60 / LEVELS, rel=0.01)


def test_a_quiet_stream_is_expected_to_have_one_contact_a_minute():
    due = due_in(flat(0.01), MONDAY, HALF_MINUTE, UTC)

    assert due.most == 0.5
    assert due.least < 0.01


@pytest.mark.parametrize(
    ("per_minute", "times", "within"), [(6, 10, 2), (60, 10, 1), (60, 5, 2), (60, 2, 32), (600, 3, 9)]
)
def test_a_surge_is_seen_within_so_many_slots(per_minute, times, within):
    found = [
        verdict(arrivals(per_minute, 30, seed, (within / 2, times)), per_minute).up >= ENOUGH
        for seed in range(20)
    ]

    assert sum(found) >= 18


@pytest.mark.parametrize(("per_minute", "within"), [(6, 30), (60, 15)])
def test_silence_is_seen_within_so_many_slots(per_minute, within):
    found = [
        verdict(arrivals(per_minute, 60, seed, (within / 2, 0)), per_minute).dropping for seed in range(20)
    ]

    assert sum(found) >= 18


def test_usual_days_raise_nothing_where_a_plain_poisson_test_cries_wolf():
    wolves, wrong = 0, 0
    for seed in range(120):
        counts = arrivals(60, 60, seed)
        found = verdict(counts, 60)
        wrong += found.surging or found.dropping
        wolves += any(count > 30 + 4 * 30**0.5 for count in counts.values())

    assert wrong == 0
    assert wolves >= 20


def test_a_surge_tells_how_many_times_the_usual_and_since_when():
    found = verdict(arrivals(60, 60, 3, (10, 6)), 60)

    assert found.surging
    assert found.multiple == pytest.approx(6, rel=0.25)
    assert abs(found.since - (MONDAY - timedelta(minutes=10))) <= timedelta(minutes=2)


def test_a_surge_that_has_passed_is_over_although_its_sum_is_still_high():
    counts = arrivals(6, 60, 5, (12, 10)) | arrivals(6, 3, 5)

    found = verdict(counts, 6)

    assert found.up >= ENOUGH
    assert not found.surging


def test_the_running_slot_and_late_counts_are_left_out():
    counts = {slot_of(MONDAY): 1_000_000}

    assert judge(flat(60), counts, MONDAY + timedelta(seconds=SLOT) + LAG / 2, UTC).up == 0


def test_a_surge_is_not_learned_but_what_lasts_is():
    usual = lasting = flat(6)
    surged = taught(usual, 1_800, UTC, odd=True)
    for _ in range(6 * HALVES):
        lasting = taught(lasting, 720, UTC)

    before, after, later = (due_in(each, MONDAY, HALF_MINUTE, UTC).most for each in (usual, surged, lasting))

    assert after <= 1.03 * before
    assert 3.0 * before < later < 4.1 * before


def test_a_busy_day_raises_what_is_due_a_surge_does_not():
    busy, surge = (taught(flat(60), 2_400, UTC, odd=odd) for odd in (False, True))

    assert due_in(busy, MONDAY, HALF_MINUTE, UTC).most == pytest.approx(30 * 1.33, rel=0.05)
    assert due_in(surge, MONDAY, HALF_MINUTE, UTC).most == pytest.approx(30, rel=0.03)


def test_a_half_hour_that_was_not_wholly_counted_teaches_nothing():
    usual = flat(60)

    after = taught(usual, 0, UTC, whole=False)

    assert (after.sums, after.weights, after.until) == (
        usual.sums,
        usual.weights,
        usual.until + timedelta(minutes=30),
    )
    assert due_in(after, MONDAY, HALF_MINUTE, UTC).most == due_in(usual, MONDAY, HALF_MINUTE, UTC).most
