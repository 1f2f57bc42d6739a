"""What is usual, and what is too quiet: the formulas, the clock changes, the false alarms over simulated weeks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import exp, lgamma, log
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.detection.arrival import LAG, LEAST, LOSS, SUSPECT, judge
from chalicelib.domain.detection.arrival_paths import counted_on, judged, zone_of
from chalicelib.domain.detection.traffic import SLOT, slot_of
from chalicelib.domain.detection.usual import (
    HALF,
    HALVES,
    Usual,
    dump_usual,
    expected,
    half_of,
    learn,
    read_usual,
    size,
)
from chalicelib.domain.plan_document.reader import read_plan
from tests.world import PLAN

PARIS = ZoneInfo("Europe/Paris")
HEALTH = (Path(__file__).parents[2] / "docs" / "health.md").read_text()
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
NOON = MONDAY + timedelta(days=1, hours=11)


def flat(rate: float, spread: float = 0.05) -> Usual:
    """`rate` contacts in every half hour of the week, well known."""
    return Usual(
        path="p", until=MONDAY, learned=HALVES * 6, sums=(rate * 5,) * HALVES, weights=(5.0,) * HALVES,
        spread=spread * 1e6, spread_weight=1e6,
    )  # fmt: skip


def counts(rate: float, until: datetime, silent: timedelta) -> dict[int, int]:
    """`rate` contacts in each half hour, evenly, and none in the last stretch."""
    last = slot_of(until - silent)
    return {slot: round(rate / 6) for slot in range(last - 100, last)}


def negative_binomial(seen: int, mean: float, r: float) -> float:
    chance = lgamma(seen + r) - lgamma(r) - lgamma(seen + 1) + r * log(r / (r + mean))
    return chance + seen * log(mean / (r + mean))


def test_the_score_is_the_likelihood_ratio_of_two_negative_binomials():
    verdict = judge(flat(30), counts(30, NOON, timedelta(minutes=30)), NOON + LAG, UTC)

    ratio = negative_binomial(verdict.seen, verdict.expected * LOSS, 20.0) - negative_binomial(
        verdict.seen, verdict.expected, 20.0
    )
    assert verdict.score == pytest.approx(1000 * ratio, abs=1)


@pytest.mark.parametrize(
    ("rate", "silent", "suspected"),
    [(300, 5, True), (30, 10, False), (30, 30, True), (6, 30, False), (6, 170, True), (0.04, 170, False)],
)
def test_how_long_a_silence_must_last(rate, silent, suspected):
    verdict = judge(flat(rate), counts(rate, NOON, timedelta(minutes=silent)), NOON + LAG, UTC)

    assert bool(verdict and verdict.silent) is suspected


def test_the_example_of_the_page_on_health_is_what_the_test_finds():
    after_ten, after_twenty = (
        judge(flat(30), counts(30, NOON, timedelta(minutes=silent)), NOON + LAG, UTC) for silent in (10, 20)
    )

    assert (after_ten.score, after_ten.silent) == (round(20_000 * log(30 / 21)), False)
    assert (after_twenty.score, after_twenty.silent) == (round(20_000 * log(40 / 22)), True)
    assert "11.96" in HEALTH
    assert "7.1:" in HEALTH


def test_the_more_a_channel_varies_the_longer_its_silence_must_last():
    calm, wild = (judge(flat(30, spread), {}, NOON, UTC).score for spread in (0.02, 0.3))

    assert calm > wild


def test_too_few_expected_is_no_verdict():
    assert judge(flat(LEAST / 6 - 0.1), {}, NOON, UTC) is None
    assert judge(Usual(path="p", until=NOON), {}, NOON, UTC) is None


def test_a_silence_before_the_paths_return_is_not_looked_at():
    silent = counts(60, NOON, timedelta(hours=2))

    assert judge(flat(60), silent, NOON + LAG, UTC).silent
    assert judge(flat(60), silent, NOON + LAG, UTC, NOON - timedelta(minutes=4)) is None


def test_a_quiet_day_lowers_what_is_expected_but_never_below_three_tenths():
    quiet = counts(36, NOON, timedelta())
    dead_for_hours = counts(60, NOON, timedelta(hours=7))

    assert not judge(flat(60), quiet, NOON + LAG, UTC).silent
    assert judge(flat(60), dead_for_hours, NOON + LAG, UTC).expected == pytest.approx(0.3 * 350, rel=0.01)


def test_hours_are_those_of_the_clock_on_the_wall_across_its_changes():
    winter, summer = datetime(2026, 3, 25, 9, tzinfo=UTC), datetime(2026, 4, 1, 8, tzinfo=UTC)

    assert half_of(winter, PARIS) == half_of(summer, PARIS) == 2 * 48 + 20


def test_nothing_is_expected_before_a_week_was_learned_and_three_days_of_a_kind():
    usual = Usual(path="p", until=MONDAY)
    for _ in range(HALVES - 1):
        usual = learn(usual, 5, UTC)
    assert expected(usual, 0) is None

    usual = learn(usual, 5, UTC)

    assert expected(usual, 20) == pytest.approx(5)
    assert expected(usual, 6 * 48 + 20) is None


def test_a_new_level_is_learned_within_weeks_and_a_day_of_trouble_is_hardly_learned():
    before = flat(10)
    half = half_of(before.until, UTC)

    assert expected(learn(before, 0, UTC), half) < expected(learn(before, 0, UTC, 0.25), half) < 10
    for _ in range(HALVES * 8):
        before = learn(before, 40, UTC)
    assert expected(before, half) > 30


def test_the_spread_is_found_from_the_counts():
    rng = Random(3)  # noqa: S311 - the same counts each time
    calm = wild = replace(flat(100), spread=0, spread_weight=0)
    for _ in range(2_000):
        calm = learn(calm, round(rng.gauss(100, 10)), UTC)
        wild = learn(wild, max(0, round(100 * rng.gammavariate(5, 0.2) + rng.gauss(0, 10))), UTC)

    assert size(calm) > 60
    assert size(wild) < 12


@given(st.lists(st.integers(0, 500), min_size=1, max_size=40), st.sampled_from([UTC, PARIS]))
def test_what_is_usual_survives_its_own_text(learned, zone):
    usual = Usual(path="p", until=MONDAY, version=3)
    for count in learned:
        usual = learn(usual, count, zone)

    back = read_usual("p", 3, dump_usual(usual))

    assert (back.until, back.learned, back.version) == (usual.until, usual.learned, 3)
    assert back.sums == pytest.approx(usual.sums, abs=0.01)
    assert len(dump_usual(usual)) < 8_000


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"until":1,"learned":1,"sums":[],"weights":[]}'])
def test_another_text_is_nothing_usual(text):
    with pytest.raises(ValueError, match="nothing usual"):
        read_usual("p", 1, text)


def test_a_worldwide_channel_is_judged_by_market_and_in_all():
    talk = "  talk: {kind: webhook, settings: {url: 'https://t.example/in'}}\n"
    text = PLAN.replace("  box-a:", talk + "  box-a:").replace(
        "{fr: [desk-a, desk-b]}", "{fr: [desk-a], uk: [desk-b]}"
    )
    plan = read_plan(text, 1)

    assert judged(plan) == {
        "shop#in#fr": ("shop#in#fr",),
        "talk#in#world": ("talk#in#world", "talk#in#fr", "talk#in#uk"),
        "talk#in#fr": ("talk#in#fr",),
        "talk#in#uk": ("talk#in#uk",),
    }
    assert counted_on(plan, plan.channels["talk"], "uk") == "talk#in#uk"
    assert counted_on(plan, plan.channels["talk"], "nowhere") == "talk#in#world"
    assert counted_on(plan, plan.channels["shop"], "uk") == "shop#in#fr"
    assert zone_of(plan) is UTC


def shape(moment: datetime) -> float:
    local = moment.astimezone(PARIS)
    hour = local.hour + local.minute / 60
    by_day = 0.3 + exp(-(((hour - 11) / 2.5) ** 2)) + 0.5 * exp(-(((hour - 16) / 2) ** 2))
    return (by_day if 8 <= hour < 19 else 0.02) * (0.4 if local.weekday() > 4 else 1.0)


def weeks(rate: float, spread: float, seed: int, length: int):
    """Contacts of each slot over so many weeks: Poisson with a level of the day and one of the hour."""
    rng, level, day = Random(seed), 1.0, 1.0  # noqa: S311 - the same weeks each time
    for number in range(length * 7 * 288):
        moment = MONDAY + timedelta(seconds=number * SLOT)
        if number % 288 == 0:
            day = rng.gammavariate(1 / spread, spread)
        if number % 12 == 0:
            level = day * rng.gammavariate(2 / spread, spread / 2)
        mean = rate / 12 * shape(moment) * level
        yield moment, max(0, round(rng.gauss(mean, mean**0.5))) if mean > 30 else poisson(rng, mean)


def poisson(rng: Random, mean: float) -> int:
    found, chance = 0, rng.random()
    while chance > exp(-mean):
        found, chance = found + 1, chance * rng.random()
    return found


@pytest.mark.parametrize(("rate", "spread"), [(0.2, 0.05), (12, 0.1), (80, 0.05), (600, 0.1)])
def test_two_overdispersed_weeks_with_a_clock_change_raise_no_false_alarm(rate, spread):
    usual, seen, alarms = Usual(path="p", until=MONDAY), {}, []
    for moment, count in weeks(rate, spread, 7, 5):
        slot = slot_of(moment)
        seen[slot] = count
        if slot % 6 == 5:
            usual = learn(usual, sum(seen[each] for each in range(slot - 5, slot + 1)), PARIS)
        if moment >= MONDAY + timedelta(weeks=3) and slot % 3 == 2:
            verdict = judge(usual, seen, moment + timedelta(seconds=SLOT - 1) + LAG, PARIS)
            alarms += [moment] if verdict and verdict.score >= SUSPECT else []

    assert alarms == []
    assert usual.until == MONDAY + 5 * HALVES * HALF
