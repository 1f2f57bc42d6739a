"""How many people came: the sketch's error, redials merged, sketches joined, nobody found again in it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.surge.people import REGISTERS, WINDOW, highest, mark_of, people
from chalicelib.domain.surge.streams import SLOT
from chalicelib.domain.surge.verdict import turnout
from tests.world import START


def marks(count, window=9, first=0, stream="surge/order/fr"):
    return {mark_of(f"party-{number}", stream, window) for number in range(first, first + count)}


@pytest.mark.parametrize("count", [1, 10, 100, 300, 1_000, 10_000, 50_000])
def test_the_estimate_is_within_three_standard_errors(count):
    off = abs(people(marks(count)) - count) / count

    assert off <= 3 * 1.04 / REGISTERS**0.5


def test_the_error_over_many_sketches_is_the_one_that_is_stated():
    found = [people(marks(3_000, stream=f"surge/{n}/fr")) / 3_000 - 1 for n in range(25)]

    assert sum(each**2 for each in found) / len(found) <= (1.5 * 1.04) ** 2 / REGISTERS
    assert abs(sum(found) / len(found)) <= 0.05


def test_nobody_is_nobody():
    assert people([]) == 0


def test_who_comes_again_is_the_same_person_also_in_the_next_window():
    window = int(START.timestamp()) // WINDOW
    sketches = {
        window - 1: marks(200, window - 1),
        window: marks(200, window),
        window - 2: marks(50, window, 900),
    }
    counts = {int(START.timestamp()) // SLOT - 3: 500, window * WINDOW // SLOT: 300}

    found, attempts = turnout(sketches, counts, START)

    assert found == pytest.approx(200, rel=0.15)
    assert attempts == 800


@settings(max_examples=30)
@given(st.integers(0, 400), st.integers(0, 400))
def test_sketches_join_as_if_one_had_counted_all(ours, theirs):
    assert people(marks(ours) | marks(theirs, first=ours // 2)) == people(
        marks(max(ours, ours // 2 + theirs))
    )


def test_what_is_below_the_highest_of_its_register_adds_nothing():
    everything = marks(2_000)
    kept = {register * 64 + rank for register, rank in highest(everything).items()}

    assert people(kept) == people(everything)
    assert len(kept) <= REGISTERS


def test_a_mark_means_nothing_in_another_stream_and_is_shared_by_many():
    assert marks(50) != marks(50, stream="surge/order/uk")
    assert len(marks(50_000)) < 4_000
