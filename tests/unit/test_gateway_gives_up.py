"""A gateway that gives up after the words left: a doubt where a repeat would double, and a failure to health."""

import pytest

from chalicelib.domain.health import measured
from chalicelib.domain.outbox import RowState
from tests.world import PLAN, World

CHATWOOT = PLAN.replace(
    'box-a: {kind: webhook, provider: alpha, settings: {url: "https://a.example/in"}}',
    'box-a: {kind: chatwoot, provider: alpha, base: "https://a.example", settings: {inbox: aa}}',
)


def answering(plan, code, *, to_words):
    """A world whose desk-a answers so, either to the words or to the questions before them."""
    world = World(plan)
    world.desks.bodies["a.example"] = b'{"id": 77}'

    def choose(call):
        if "a.example" in call.url:
            world.desks.fault["a.example"] = code if (b"hello" in call.body) is to_words else 200

    world.desks.on_call = choose
    return world


def told(world, *, each=30, times=3):
    world.say()
    world.run()
    for _ in range(times):
        world.clock.advance(each)
        world.wired.tick.minute()
        world.run()
    return world.row().work


@pytest.mark.parametrize("code", [502, 504])
def test_words_that_a_gateway_may_have_passed_on_go_to_no_other_desk_and_are_shown_to_a_person(code):
    world = answering(CHATWOOT, code, to_words=True)

    work = told(
        world, each=600, times=6
    )  # as long as it takes to ask a desk that has no list, again and again

    assert (work.state, work.desk) == (RowState.DEAD, "desk-a")
    assert world.desks.contacts("b.example") == []
    assert "look-up does not say" in work.attempts[-1].detail


@pytest.mark.parametrize(("code", "to_words"), [(502, False), (504, False), (503, True), (500, True)])
def test_what_surely_did_not_go_is_handed_to_the_next_desk(code, to_words):
    world = answering(CHATWOOT, code, to_words=to_words)

    work = told(world)

    assert (work.state, work.desk) == (RowState.DELIVERED, "desk-b")
    assert len(world.desks.contacts("b.example")) == 1


def test_a_doubt_counts_against_the_path_like_any_failure():
    world = answering(CHATWOOT, 504, to_words=True)
    world.say()
    world.run()

    known = world.ports.health.read(["box-a#out#world"])["box-a#out#world"]
    assert measured(known)
    assert max(cls.score for cls in known.classes.values()) > 0


def test_a_contact_that_may_come_twice_is_handed_to_the_next_desk_after_all():
    tolerant = CHATWOOT.replace("deadline: 4h}", "deadline: 4h, duplicates_tolerated: true}")
    world = answering(tolerant, 504, to_words=True)

    assert told(world).desk == "desk-b"


def test_a_desk_that_drops_repetitions_by_our_key_loses_the_contact_to_the_next():
    world = answering(PLAN, 504, to_words=True)

    assert told(world).desk == "desk-b"
