"""A send of several calls has one deadline, and none starts that the lease might not outlive."""

import pytest

from chalicelib.domain.outbox import RowState
from chalicelib.http_types import MaybeSent
from chalicelib.ports import Unavailable
from tests.world import PLAN, World

CHATWOOT = PLAN.replace(
    'box-a: {kind: webhook, provider: alpha, settings: {url: "https://a.example/in"}}',
    'box-a: {kind: chatwoot, provider: alpha, base: "https://a.example", settings: {inbox: aa}}',
)
CALLS = ["GET", "POST", "POST"]
"""The person's conversations, a new one, the words."""


@pytest.fixture
def world():
    made = World(CHATWOOT)
    made.desks.bodies["a.example"] = b'{"id": 77}'
    return made


def slow(world, seconds):
    """Each call to desk-a takes so long, or as long as it may; returns how long each of them might have taken."""
    allowed = []

    def wait(call):
        if "a.example" in call.url:
            allowed.append(call.within)
            world.clock.advance(min(seconds, call.within or 8))
            if call.within is not None and seconds > call.within:
                raise MaybeSent("too slow")

    world.desks.on_call = wait
    return allowed


def words_to(world, host):
    return [call for call in world.desks.calls if host in call.url and b"hello" in call.body]


def test_a_desk_of_three_quick_calls_gets_the_contact(world):
    slow(world, 2)
    world.say()
    world.run()

    assert world.row().work.desk == "desk-a"
    assert [call.method for call in world.desks.calls if "a.example" in call.url] == CALLS


def test_each_call_of_one_send_gets_the_time_that_those_before_it_left(world):
    allowed = slow(world, 2)
    world.say()
    world.run()

    assert allowed == [8.0, 6.0, 4.0]


@pytest.mark.parametrize("seconds", [3.6, 4, 7.5, 8])
def test_a_desk_too_slow_for_its_several_calls_gets_no_words_and_the_next_desk_does(world, seconds):
    slow(world, seconds)
    began = world.clock.now()
    world.say()
    world.run()

    assert (world.row().work.state, world.row().work.desk) == (RowState.DELIVERED, "desk-b")
    assert words_to(world, "a.example") == []
    assert (world.clock.now() - began).total_seconds() <= 8


def test_words_that_left_at_the_end_of_the_time_are_a_doubt_and_go_to_no_other_desk(world):
    slow(world, 3)
    world.say()
    world.run()

    assert world.row().work.state is RowState.UNKNOWN
    assert words_to(world, "b.example") == []


def test_a_claim_that_took_most_of_its_lease_is_given_back_and_nothing_is_sent(world):
    save = world.ports.contacts.save

    def late(key, work, *due):
        save(key, work, *due)
        if work.state is RowState.SENDING:
            world.clock.advance(21)

    world.say()
    world.ports.contacts.save = late
    with pytest.raises(Unavailable):
        world.wired.delivery.answer(world.row().key)
    world.ports.contacts.save = save
    given_back, calls = world.row().work, len(world.desks.calls)
    world.wired.delivery.answer(world.row().key)

    assert (given_back.state, given_back.tried, given_back.attempts, calls) == (RowState.ACCEPTED, (), (), 0)
    assert (world.row().work.state, world.row().work.desk) == (RowState.DELIVERED, "desk-a")
