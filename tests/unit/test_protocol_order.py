"""Order within a conversation: kept where it matters, and never a reason to wait for ever."""

import pytest

from chalicelib.channels import Parsed
from chalicelib.domain.model import Contact, Party
from chalicelib.domain.outbox import RowState
from chalicelib.http_types import Request
from chalicelib.ports import Missing
from chalicelib.service.wire import Held
from tests.world import PLAN, World

TWO_PURPOSES = PLAN.replace(
    "purposes:\n",
    "purposes:\n  parts: {match: [{channel: shop, keywords: [parts]}], routes: {fr: [desk-b]}, deadline: 4h}\n",
).replace("routes: {fr: [desk-a, desk-b]}", "routes: {fr: [desk-a]}")


@pytest.fixture
def world():
    return World()


def texts(world, host="a.example"):
    return [event["data"]["text"] for event in world.desks.contacts(host)]


def agent_says(world, reference, text, id_):
    told = {"type": "contact.reply", "data": {"reference": reference, "text": text}}
    world.wired.acceptance.receive("box-a", world.signed(told, id_), world.clock.now())


def test_contacts_of_one_request_are_handed_over_in_their_order(world):
    acceptance, now = world.wired.acceptance, world.clock.now()
    situation = acceptance.situations.read(now)
    channel = acceptance.registry.get(situation.plan, "shop")
    contacts = tuple(
        Contact(account="", provider_id=f"m{n}", party=Party(address="ann"), text=f"text {n}")
        for n in range(1, 4)
    )
    held = Held(channel="shop", request=Request(), at=now)
    acceptance._store(channel, situation, Parsed(contacts=contacts), held)
    world.ports.queues.rung.reverse()
    world.run()

    assert texts(world) == ["text 1", "text 2", "text 3"]


def test_the_end_of_one_contact_rings_the_next_although_a_notice_lies_between(world):
    world.desks.fault.update({"a.example": 503, "b.example": 503})
    world.say("first", id_="m1")
    world.clock.advance(1)
    world.run()
    world.clock.advance(1)
    world.say("second", id_="m2")
    world.run()
    world.desks.fault.clear()
    world.clock.advance(20)
    world.run()

    assert texts(world) == ["first", "second"]


def test_many_replies_in_between_do_not_hide_an_older_unfinished_contact(world):
    world.say("zero", id_="m0")
    world.run()
    world.desks.fault.update({"a.example": 503, "b.example": 503})
    world.clock.advance(1)
    world.say("first", id_="m1")
    world.run()
    for n in range(8):
        world.clock.advance(0.5)
        agent_says(world, world.row("m0").key, f"answer {n}", f"r{n}")
        world.run()
    world.say("second", id_="m2")
    world.desks.fault.clear()
    world.run()
    before = texts(world)
    world.clock.advance(60)
    world.run()

    assert before == ["zero"]
    assert texts(world) == ["zero", "first", "second"]


def test_a_contact_does_not_wait_for_one_with_another_purpose():
    world = World(TWO_PURPOSES)
    world.desks.fault["a.example"] = 503
    world.say("hello", id_="m1")
    world.run()
    world.clock.advance(1)
    world.say("spare parts please", id_="m2")
    world.run()

    assert texts(world, "b.example") == ["spare parts please"]
    assert world.row("m1").work.state is RowState.DEFERRED


def test_a_contact_that_a_desk_refuses_as_bad_does_not_hold_back_the_next(world):
    world.desks.fault.update({"a.example": 422, "b.example": 503})
    world.say("poison", id_="m1")
    world.run()
    world.desks.fault["a.example"] = 200
    world.clock.advance(1)
    world.say("fine", id_="m2")
    world.run()

    assert texts(world) == ["fine"]


def test_replies_reach_the_person_in_the_agents_order(world):
    world.say()
    world.run()
    world.desks.fault["shop.example"] = 503
    agent_says(world, world.row().key, "first", "r1")
    world.run()
    world.clock.advance(1)
    world.desks.fault.clear()
    agent_says(world, world.row().key, "second", "r2")
    world.run()
    world.clock.advance(60)
    world.run()

    assert [e["data"]["text"] for e in world.desks.replies("shop.example")] == ["first", "second"]


def test_rows_that_wait_for_an_older_one_do_not_stay_at_the_head_of_every_sweep(world):
    world.desks.fault.update({"a.example": 503, "b.example": 503})
    world.say(id_="m1")
    world.run()
    world.clock.advance(1)
    world.say(id_="m2")
    world.clock.advance(61)
    world.wired.delivery.answer(world.row("m2").key)

    assert world.row("m2").work.state is RowState.ACCEPTED
    assert world.row("m2").due_at > world.clock.now()


def test_an_index_that_still_names_an_expired_row_delays_nobody(world):
    known = world.ports.contacts.history
    world.ports.contacts.history = lambda *given, **bounds: ["f" * 32, *known(*given, **bounds)]
    world.say()
    world.run()

    assert world.row().work.state is RowState.DELIVERED


def test_a_contact_of_a_row_that_is_not_there_is_gone(world):
    with pytest.raises(Missing):
        world.row("nobody")

    assert world.wired.delivery.answer("0" * 32).value == "gone"


def test_words_to_a_person_whose_channel_left_the_plan_wait_for_its_return(world):
    world.say()
    world.run()
    agent_says(world, world.row().key, "answer", "r1")
    world.publish(PLAN.replace("  shop:", "  stall:").replace("channel: shop", "channel: stall"))
    world.run()
    kept = next(row for row in world.ports.contacts.page(9)[0] if row.kind.value == "reply")
    world.publish(PLAN)
    world.clock.advance(120)
    world.minute()

    assert kept.work.state is RowState.DEFERRED
    assert len(world.desks.replies("shop.example")) == 1
