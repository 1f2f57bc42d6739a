"""Which of two snapshots stands: the one of the later look, whatever the clocks do."""

from datetime import timedelta

import pytest

from chalicelib.domain.snapshot import Snapshot, read_snapshot
from chalicelib.memory import MemorySnapshots
from chalicelib.service.publish import publish
from tests.world import START


@pytest.fixture
def store():
    return MemorySnapshots()


def look(plan, seconds=0.0):
    return Snapshot(version=0, at=START + timedelta(seconds=seconds), plan=plan)


def standing(store):
    return read_snapshot(store.read()[1]).plan


@pytest.mark.parametrize(
    ("first", "second", "stands"),
    [
        (0, 1, 2),
        (1, 0, 1),
        (0, 0, 2),
        (600, 0, 2),
    ],
    ids=["a later look", "an earlier look", "the same millisecond", "a clock gone wrong"],
)
def test_the_later_look_stands(store, first, second, stands):
    publish(store, look(1, first))
    publish(store, look(2, second))

    assert standing(store) == stands


def test_a_dozen_ticks_of_one_millisecond_are_all_heard(store):
    for plan in range(1, 13):
        publish(store, look(plan))

    assert standing(store) == 12
