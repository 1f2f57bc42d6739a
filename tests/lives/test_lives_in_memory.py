"""Whole lives on memory (LIVES=10000 for the long form), and bugs planted in them, each of which is found."""

import pytest

from tests.lives import planted
from tests.lives.machine import Lives
from tests.lives.running import live

ENOUGH = 100
"""Lives within which a planted bug must show."""


@pytest.mark.timeout(7200)
def test_in_any_order_of_faults_nothing_is_lost_doubled_forgotten_or_overtaken():
    live(Lives, 150, "LIVES")


@pytest.mark.parametrize(
    ("bug", "words"), planted.BUGS.items(), ids=lambda value: getattr(value, "__name__", "")
)
def test_a_planted_bug_is_found(bug, words):
    class WithBug(Lives):
        def __init__(self):
            super().__init__()
            bug(self.stage)

    with pytest.raises(AssertionError, match=words):
        live(WithBug, ENOUGH, "")
