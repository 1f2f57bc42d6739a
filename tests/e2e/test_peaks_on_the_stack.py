"""From one second to the next ten and fifty times the usual: nobody is lost, and nobody is handed over twice.

They arrive by the clock, however long the answers take. Ten times are in every run, for ten seconds; fifty times, more
than the desks take, so that contacts have to wait, and a minute of both are in the drill (`BASCULE_DRILL=full`).
"""

import os

import pytest

from bench.durability.oracle import balance
from tests.e2e import sides
from tests.e2e.firing import arriving, at_rest, got, standing
from tests.e2e.pacing import arrivals, overrun, slower
from tests.e2e.watching import HIDDEN_FOR, in_the_end, publish

FULL = os.environ.get("BASCULE_DRILL") == "full"
USUAL, RATE = 0.2, 4
"""Contacts a second on a usual day; how many each of two desks takes."""
TIMES, SECONDS = ((10, 50), 60) if FULL else ((10,), 10)

pytestmark = [
    pytest.mark.stack,
    pytest.mark.patient,
    pytest.mark.enable_socket,
    pytest.mark.timeout(900 if FULL else 400),
]


@pytest.fixture
def two_desks(planning):
    """The scene with two desks, slower than the greater peak."""
    publish(planning, slower(planning.read("/v1/plan")["text"], RATE))
    return planning


@pytest.mark.parametrize("times", TIMES)
def test_a_sudden_peak_is_taken_whole_and_everybody_is_served_once(two_desks, breaking, times):
    names = [sides.fresh("peak") for _ in range(round(USUAL * times * SECONDS))]

    heard = arriving(two_desks, names, USUAL * times)
    in_the_end(two_desks, lambda: at_rest(two_desks, names), "everybody is served", HIDDEN_FOR + 60)
    accounts = balance(heard, got(two_desks, names), standing(two_desks, names))

    told = (accounts.lost, accounts.doubled, accounts.false_2xx, accounts.restless, accounts.faults)
    assert told == ([], [], [], [], ())
    assert (accounts.contacts, accounts.rows, accounts.effects) == (len(names), len(names), len(names))
    assert list(accounts.unserved) == []
    assert overrun(arrivals(two_desks, names), RATE) == {}
    assert first_answers(heard) <= {200, 202, 429, 503}, "who is not taken is told to come again"


def first_answers(heard):
    """What senders heard at their first try, where the stack's one gateway answered while containers started."""
    return {codes[0] for codes in heard.codes.values()} - {None}
