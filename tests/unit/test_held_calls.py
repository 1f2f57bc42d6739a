"""Calls while our stores are down: the caller hears a notice, and afterwards somebody calls them back."""

import pytest

from chalicelib.domain.model import ContactKind, Medium, row_key
from chalicelib.domain.outbox import RowState
from chalicelib.ports import Missing
from tests.contract.twilio_side import NUMBER
from tests.unit.test_calls import PLAN, TOKEN, Line
from tests.world import World


@pytest.fixture
def world():
    world = World(PLAN)
    for channel in ("phone", "trunk-a", "trunk-b"):
        world.ports.secrets.channels[channel] = {"auth_token": (TOKEN,)}
    return world


def row(world, name="CA1"):
    return world.ports.contacts.get(row_key("phone", NUMBER, name))


def during_an_outage(world, line, **fields):
    world.ports.contacts.down = True
    _, document = line.post(**fields)
    world.ports.contacts.down = False
    return document


def test_who_could_only_be_told_that_we_noted_the_call_is_called_back(world):
    document = during_an_outage(world, Line(world))
    world.run()

    owed = row(world, "callback:CA1")
    [handed] = world.desks.contacts("a.example")
    assert "pris note" in document.findtext("Say")
    assert (owed.kind, owed.contact.medium, owed.purpose) == (
        ContactKind.CALLBACK,
        Medium.MESSAGING,
        "hotline",
    )
    assert owed.contact.traits["callback"] == "+33612345678"
    assert "+33612345678" in handed["data"]["text"]


def test_the_call_itself_is_kept_as_informed_and_never_becomes_abandoned(world):
    during_an_outage(world, Line(world))
    world.run()
    world.clock.advance(5 * 3600)
    world.wired.tick.minute()
    world.run()

    assert (row(world).work.state, row(world).due_at) == (RowState.INFORMED, None)
    assert row(world).decision.startswith("||")


def test_a_call_that_came_half_way_and_was_then_held_is_called_back_too(world):
    line = Line(world)
    line.post()
    during_an_outage(world, line, DialCallStatus="no-answer")
    world.run()

    assert row(world).work.state is RowState.CLOSED
    assert row(world, "CA1/1").work.state is RowState.INFORMED
    assert len(world.desks.contacts("a.example")) == 1


def test_a_held_call_that_is_replayed_twice_is_called_back_once(world):
    during_an_outage(world, Line(world))
    world.ports.queues.notes *= 2
    world.run()

    assert len(world.desks.contacts("a.example")) == 1


def test_who_asked_for_a_call_back_and_was_held_later_is_called_back_once(world):
    line = Line(world)
    for status in ({}, {"DialCallStatus": "busy"}, {"DialCallStatus": "busy"}):
        line.post(**status)
    line.post(Digits="1")
    during_an_outage(world, line, Digits="1")
    world.run()

    assert len(world.desks.contacts("a.example")) == 1


def test_nobody_can_call_back_a_hidden_number(world):
    during_an_outage(world, Line(world), From="+266696687")
    world.run()

    with pytest.raises(Missing):
        row(world, "callback:CA1")
    assert row(world).work.state is RowState.INFORMED


def test_the_end_of_an_answered_call_owes_nobody_anything(world):
    line = Line(world)
    line.post()
    during_an_outage(world, line, DialCallStatus="completed")
    world.run()

    assert row(world).work.state is RowState.ANSWERED
    assert world.desks.contacts("a.example") == []
