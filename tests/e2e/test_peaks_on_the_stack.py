"""From one second to the next ten and fifty times the usual: nobody is lost, and nobody is handed over twice.

They arrive by the clock, however long the answers take. `BASCULE_DRILL=full` has it last a minute.
"""

import os

import pytest

from bench.durability.oracle import balance
from tests.e2e import sides
from tests.e2e.firing import arriving, at_rest, got, standing
from tests.e2e.watching import HIDDEN_FOR, in_the_end

FULL = os.environ.get("BASCULE_DRILL") == "full"
USUAL, SECONDS = 0.2, 60 if FULL else 10
"""Contacts a second on a usual day; how long the peak lasts."""

pytestmark = [
    pytest.mark.stack,
    pytest.mark.patient,
    pytest.mark.enable_socket,
    pytest.mark.timeout(900 if FULL else 400),
]


@pytest.mark.parametrize("times", [10, 50])
def test_a_sudden_peak_is_taken_whole_and_everybody_is_served_once(breaking, times):
    names = [sides.fresh("peak") for _ in range(round(USUAL * times * SECONDS))]

    heard = arriving(breaking, names, USUAL * times)
    in_the_end(breaking, lambda: at_rest(breaking, names), "everybody is served", HIDDEN_FOR + 60)
    accounts = balance(heard, got(breaking, names), standing(breaking, names))

    told = (accounts.lost, accounts.doubled, accounts.false_2xx, accounts.restless, accounts.faults)
    assert told == ([], [], [], [], ())
    assert (accounts.contacts, accounts.rows, accounts.effects) == (len(names), len(names), len(names))
    assert list(accounts.unserved) == []
