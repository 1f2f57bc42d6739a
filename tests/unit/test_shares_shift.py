"""How shares shift, minute by minute, whatever the desks do: sums, floors, intervals, the way back, no oscillation."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import ceil
from os import environ

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.shares.share import Shared, Shifting
from chalicelib.domain.shares.shift import (
    RETURN,
    TROUBLE,
    Fitness,
    idle,
    looked,
    parted,
    step_of,
    taken,
)

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SOME = int(environ.get("BASCULE_SHARES", "20"))
"""Examples of each property."""
WELL, SHUT, TROUBLED, OUT = Fitness.WELL, Fitness.SHUT, Fitness.TROUBLED, Fitness.OUT
FIGURES = st.builds(
    Shifting,
    step=st.integers(0, 50),
    every=st.integers(1, 30).map(lambda n: n * MINUTE),
    floor=st.integers(1, 50),
    ceiling=st.integers(50, 99),
    well_for=st.integers(1, 40).map(lambda n: n * MINUTE),
)


@st.composite
def planned(draw):
    cuts = sorted(draw(st.sets(st.integers(1, 99), min_size=1, max_size=4)))
    return {f"desk-{n}": b - a for n, (a, b) in enumerate(pairwise([0, *cuts, 100]))}


@st.composite
def stories(draw):
    shares, figures = draw(planned()), draw(FIGURES)
    spells = st.tuples(
        st.fixed_dictionaries(dict.fromkeys(shares, st.sampled_from(Fitness))), st.integers(1, 25)
    )
    minutes = [fit for fit, length in draw(st.lists(spells, min_size=1, max_size=8)) for _ in range(length)]
    return shares, figures, minutes


class Line:
    """One route, minute by minute."""

    def __init__(self, shares, figures):
        self.shared = Shared(purpose="order", market="fr", shares=shares)
        self.figures, self.now, self.shift = figures, START, None
        self.steps = []

    def minute(self, **fit):
        fit = {desk: fit.get(desk, WELL) for desk in self.shared.shares}
        shift = looked(self.shift, self.shared, fit, self.figures.well_for, self.now)
        step = step_of(shift, fit, self.figures, self.figures.every, self.now)
        if step:
            shift = taken(shift, step, self.now)
            self.steps.append((self.now, step, fit))
        self.shift = None if idle(shift, self.figures.every, self.now) else shift
        self.now += MINUTE
        return shift.now


@settings(max_examples=SOME)
@given(story=stories())
def test_shares_sum_to_a_hundred_stay_in_their_bounds_and_never_step_sooner_than_the_interval(story):
    shares, figures, minutes = story
    line = Line(shares, figures)

    for fit in minutes:
        now = line.minute(**fit)

        assert sum(now.values()) == 100
        for desk, share in now.items():
            assert min(figures.floor, shares[desk]) <= share <= max(figures.ceiling, shares[desk])

    for (at, _, _), (then, _, _) in pairwise(line.steps):
        assert then - at >= figures.every
    for _, step, fit in line.steps:
        assert 0 < moved(step) <= figures.step
        gained = [desk for desk, share in step.after.items() if share > step.before[desk]]
        assert all(not fit[desk].ill for desk in gained), "nobody who is ill receives"
        assert step.because != TROUBLE or fit[step.desk] is TROUBLED


def moved(step):
    return sum(max(0, step.after[desk] - share) for desk, share in step.before.items())


@settings(max_examples=SOME)
@given(story=stories())
def test_once_all_are_well_the_shares_are_back_as_planned_within_a_bounded_time(story):
    shares, figures, minutes = story
    line = Line(shares, figures)
    for fit in minutes:
        line.minute(**fit)
    away = line.shift.now if line.shift else shares
    steps = (
        sum(ceil(max(0, shares[d] - share) / figures.step) for d, share in away.items())
        if figures.step
        else 0
    )
    before = len(line.steps)

    for _ in range(int((figures.well_for + (steps + 1) * figures.every) / MINUTE) + 1):
        line.minute()

    assert line.shift is None
    assert all(step.because == RETURN for _, step, _ in line.steps[before:])
    assert len(line.steps) - before == steps


@settings(max_examples=SOME)
@given(figures=FIGURES, pattern=st.lists(st.sampled_from([WELL, TROUBLED, OUT]), min_size=2, max_size=9))
def test_flapping_makes_no_more_steps_than_the_interval_allows_and_never_back_and_forth(figures, pattern):
    line = Line({"desk-0": 60, "desk-1": 40}, figures)
    well_minutes = figures.well_for // MINUTE
    flapping = [*pattern[: max(1, well_minutes - 1)], TROUBLED]  # never well for long enough

    for minute in range(240):
        line.minute(**{"desk-0": flapping[minute % len(flapping)]})

    first_hour = [at for at, _, _ in line.steps if at < START + timedelta(hours=1)]
    assert len(first_hour) <= ceil(timedelta(hours=1) / figures.every)
    assert {step.because for _, step, _ in line.steps} <= {TROUBLE}


def test_a_story_of_trouble_and_return_by_the_usual_figures():
    line = Line({"lille": 70, "paris": 30}, Shifting())

    during = [line.minute(lille=TROUBLED)["lille"] for _ in range(90)]
    after = [line.minute()["lille"] for _ in range(90)]

    assert during[:1] + during[9:11] == [60, 60, 50]
    assert (during[50], during[-1]) == (10, 10)
    assert after[14:16] == [10, 20]
    assert after[65:67] == [70, 70]


def test_nothing_moves_where_all_are_in_trouble_or_nobody_has_room():
    for fit in ({"paris": TROUBLED}, {"paris": OUT}, {"paris": SHUT}):
        line = Line({"lille": 70, "paris": 30}, Shifting())

        assert [line.minute(lille=TROUBLED, **fit)["lille"] for _ in range(30)] == [70] * 30


def test_a_desk_that_is_out_keeps_its_share_for_the_draw_goes_round_it():
    line = Line({"lille": 70, "paris": 30}, Shifting())

    assert [line.minute(lille=OUT)["lille"] for _ in range(60)] == [70] * 60


def test_who_has_just_been_ill_receives_nothing_yet():
    line = Line({"lille": 70, "paris": 30}, Shifting())
    line.minute(paris=TROUBLED, lille=TROUBLED)

    shares = [line.minute(lille=TROUBLED)["lille"] for _ in range(17)]

    assert shares == [70] * 15 + [60] * 2


def test_two_desks_in_turn_do_not_pass_their_shares_to_and_fro():
    line = Line({"lille": 50, "paris": 50}, Shifting())

    for minute in range(240):
        line.minute(**{("lille", "paris")[minute // 10 % 2]: TROUBLED})

    assert len(line.steps) == 1


def test_with_a_step_of_nothing_shares_stay_as_planned():
    line = Line({"lille": 70, "paris": 30}, Shifting(step=0))

    assert [line.minute(lille=TROUBLED)["lille"] for _ in range(30)] == [70] * 30


def test_a_plan_that_parts_the_route_otherwise_begins_anew():
    line = Line({"lille": 70, "paris": 30}, Shifting())
    line.minute(lille=TROUBLED)
    other = Shared(purpose="order", market="fr", shares={"lille": 60, "paris": 40})

    shift = looked(line.shift, other, {"lille": WELL, "paris": WELL}, line.figures.well_for, line.now)

    assert (shift.planned, shift.now, shift.stepped_at) == (other.shares, other.shares, START)


def test_what_is_given_is_parted_in_proportion_and_to_nobody_beyond_its_room():
    assert parted(10, {"a": 50, "b": 30, "c": 20}, {"b": 60, "c": 70}) == {"b": 6, "c": 4}
    assert parted(10, {"b": 30, "c": 20}, {"b": 1, "c": 70}) == {"b": 1, "c": 9}
