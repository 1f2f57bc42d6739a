"""A way whose answers get lost is offered after the others: who writes there would wait for words that never come."""

import pytest

from chalicelib.domain.belief import Belief
from chalicelib.domain.frontdoor import Note, WayState, ways
from chalicelib.domain.orders import OrderKind
from chalicelib.web.words import say
from tests.unit.test_frontdoor import DOWN, NOW, TRIAL, UNKNOWN, UP, order, situation

OUT = "messenger-fr#out#fr"


def first_and_last(beliefs, *orders):
    found = ways(situation(beliefs, *orders), "fr", "fr", NOW).ways
    return found[0], next(way for way in found if way.channel == "messenger-fr")


@pytest.mark.parametrize("answers", [DOWN, TRIAL, Belief(state="unknown", weight=0.0)])
def test_it_is_offered_after_the_open_ways_with_a_word_on_why(answers):
    first, way = first_and_last({OUT: answers})

    assert (way.state, way.note) == (WayState.DEGRADED, Note.UNHEARD)
    assert (first.channel, first.state) == ("voice-fr", WayState.OPEN)


@pytest.mark.parametrize("answers", [UP, UNKNOWN])
def test_good_answers_and_not_knowing_change_nothing(answers):
    first, way = first_and_last({OUT: answers})

    assert (first, way.state) == (way, WayState.OPEN)


def test_a_way_that_is_closed_stays_closed_and_an_operators_word_opens():
    closed = first_and_last({OUT: DOWN, "messenger-fr#in#fr": DOWN})[1]
    forced = first_and_last({OUT: DOWN}, order(OrderKind.FORCE_UP, "channel:messenger-fr"))[1]

    assert (closed.state, forced.state) == (WayState.CLOSED, WayState.OPEN)


def test_customers_are_told_in_both_languages():
    assert say("front_door.unheard", "fr") != say("front_door.unheard", "en")
