"""The wait of somebody who joins a line now: the estimates, their range, and what a customer is told of it."""

from random import Random

import pytest

from chalicelib.domain.load_science.delay import NO_WAIT, Delay, behind, last_to_enter, told
from chalicelib.domain.load_science.demand import Misgiven


def test_behind_q_people_one_sees_q_and_one_departures():
    assert behind(0, 10, 240).mean == pytest.approx(24)
    assert behind(20, 10, 240).mean == pytest.approx(21 * 24)


def test_people_who_give_up_shorten_the_line_before_one():
    patient, hasty = behind(20, 10, 240), behind(20, 10, 240, patience=120)

    assert hasty.mean == pytest.approx(sum(1 / (10 / 240 + i / 120) for i in range(21)))
    assert hasty.mean < patient.mean / 2


def test_a_very_long_line_is_summed_as_closely_as_a_short_one():
    found = behind(50_000, 300, 240, patience=600)

    assert found.mean == pytest.approx(sum(1 / (300 / 240 + i / 600) for i in range(50_001)), rel=1e-8)


@pytest.mark.parametrize(
    ("waiting", "patience"), [(0, None), (3, None), (40, None), (0, 90), (12, 90), (60, 90)]
)
def test_the_range_holds_about_eight_waits_in_ten(waiting, patience):
    random = Random(waiting)  # noqa: S311 - drawn again alike
    rates = [8 / 240 + (i / patience if patience else 0) for i in range(waiting + 1)]
    found = behind(waiting, 8, 240, patience)

    waits = [sum(random.expovariate(rate) for rate in rates) for _ in range(2_000)]

    assert sum(found.low <= wait <= found.high for wait in waits) / len(waits) == pytest.approx(0.8, abs=0.03)
    assert sum(waits) / len(waits) == pytest.approx(found.mean, rel=0.05)


def test_the_last_to_enter_service_speaks_for_the_next():
    assert last_to_enter([(0, 30), (12, 75), (20, 40)]) == 63
    assert last_to_enter([]) is None


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0, 0, (0, 1)), (0, 60, (0, 1)), (59, 61, (0, 2)), (61, 290, (1, 5)), (300, 600, (5, 10)),
        (1_700, 2_600, (20, 45)), (1_800, 3_601, (30, None)), (9_000, 9_900, (60, None)), (10, 9_000, None),
    ],
)  # fmt: skip
def test_a_customer_is_told_whole_minutes_around_the_range(low, high, said):
    assert told(Delay(mean=(low + high) / 2, low=low, high=high)) == said


def test_no_wait_is_told_as_less_than_a_minute():
    assert told(NO_WAIT) == (0, 1)


@pytest.mark.parametrize(
    ("asked", "argument"),
    [
        ((-1, 3, 60), "waiting"), ((1.5, 3, 60), "waiting"), ((1, 0, 60), "agents"), ((1, -3, 60), "agents"),
        ((1, 3, 0), "handling"), ((1, 3, 60, 0), "patience"), ((1, 3, float("inf")), "handling"),
    ],
)  # fmt: skip
def test_what_cannot_be_estimated_is_refused_by_its_name(asked, argument):
    with pytest.raises(Misgiven) as refused:
        behind(*asked)

    assert refused.value.argument == argument
