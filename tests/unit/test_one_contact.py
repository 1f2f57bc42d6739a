"""One contact through the whole of Bascule, in memory: accepted, routed, delivered, recorded."""

import pytest

from chalicelib.domain.model import Outcome, Receipt, ReceiptState
from chalicelib.domain.outbox import RowState
from chalicelib.domain.routing import Reason, read_decision
from chalicelib.http_types import MaybeSent, NotSent
from chalicelib.ports import Missing
from chalicelib.service.holding import LONGEST_SETTLING
from chalicelib.service.wire import Evidence, dump_evidence
from tests.world import World, hours


@pytest.fixture
def world():
    return World()


def test_a_contact_reaches_the_preferred_desk_and_its_row_says_so(world):
    answer = world.say("où est ma commande ? 📦")
    world.run()

    assert answer.code == 202
    assert [e["data"]["text"] for e in world.desks.contacts("a.example")] == ["où est ma commande ? 📦"]
    assert world.row().work.state is RowState.DELIVERED
    assert world.row().due_at is None


def test_five_deliveries_of_one_webhook_make_one_row_and_one_hand_over(world):
    codes = [world.say().code for _ in range(5)]
    world.run()

    assert codes == [202, 200, 200, 200, 200]
    assert len(world.desks.contacts("a.example")) == 1


def test_a_dead_desk_costs_one_attempt_and_the_next_desk_gets_the_contact(world):
    world.desks.fault["a.example"] = 503
    world.say()
    world.run()

    row = world.row()
    assert row.work.state is RowState.DELIVERED
    assert [(a.desk, a.outcome) for a in row.work.attempts] == [
        ("desk-a", Outcome.OUTAGE),
        ("desk-b", Outcome.OK),
    ]
    assert read_decision(row.work.attempts[1].decision).rejected == (("desk-a", Reason.ALREADY_TRIED),)


def test_with_every_desk_dead_the_person_is_offered_a_call_back_and_served_on_return(world):
    world.desks.fault.update({"a.example": NotSent("refused"), "b.example": NotSent("refused")})
    answer = world.say()
    world.run()
    world.run()

    assert answer.code == 202
    assert world.row().work.state is RowState.DEFERRED
    assert world.row().due_at is not None
    assert len(world.desks.replies("shop.example")) == 1

    world.desks.fault.clear()
    world.clock.advance(30)
    world.run()

    assert world.row().work.state is RowState.DELIVERED
    assert len(world.desks.replies("shop.example")) == 1


def test_a_send_that_may_have_gone_is_repeated_only_with_its_own_key_to_the_same_desk(world):
    world.desks.fault["a.example"] = MaybeSent("timeout")
    world.say()
    world.run()
    state = world.row().work.state
    world.desks.fault.clear()
    world.clock.advance(20)
    world.run()

    assert state is RowState.UNKNOWN
    assert world.row().work.state is RowState.DELIVERED
    assert not world.desks.contacts("b.example")
    keys = {call.headers["webhook-id"] for call in world.desks.calls if "a.example" in call.url}
    assert keys == {world.row().key}


def test_a_reply_of_the_desk_goes_to_the_person_and_ends_the_contact(world):
    world.say()
    world.run()
    reply = {"type": "contact.reply", "data": {"reference": world.row().key, "text": "On its way!"}}
    world.wired.acceptance.receive("box-a", world.signed(reply, "r1"), world.clock.now())
    world.run()

    assert world.row().work.state is RowState.ANSWERED
    assert [e["data"]["text"] for e in world.desks.replies("shop.example")] == ["On its way!"]


def test_contacts_of_one_person_are_handed_over_in_their_order(world):
    world.desks.fault.update({"a.example": 503, "b.example": 503})
    world.say("first", id_="m1")
    world.run()
    world.clock.advance(1)
    world.say("second", id_="m2")
    world.desks.fault.clear()
    world.run()
    before = world.row("m2").work.state
    world.clock.advance(20)
    world.run()

    assert before is RowState.ACCEPTED
    assert [e["data"]["text"] for e in world.desks.contacts("a.example")] == ["first", "second"]


def test_a_lost_bell_costs_one_sweep(world):
    world.say()
    world.ports.queues.take_bells()
    world.clock.advance(61)
    world.minute()

    assert world.row().work.state is RowState.DELIVERED


def test_a_sender_that_died_leaves_the_row_unknown_and_an_idempotent_desk_gets_it_again(world):
    def die(_):
        raise KeyboardInterrupt

    world.desks.on_call = die
    world.say()
    with pytest.raises(KeyboardInterrupt):
        world.run()
    world.desks.on_call = lambda _: None
    world.clock.advance(70)
    world.minute()

    assert world.row().work.state is RowState.DELIVERED
    assert world.row().work.attempts[0].outcome is Outcome.UNKNOWN


def test_a_contact_past_its_deadline_expires_and_is_kept(world):
    world.desks.fault.update({"a.example": 503, "b.example": 503})
    world.say()
    world.run()
    world.clock.advance(hours(5).total_seconds())
    world.run()

    assert world.row().work.state is RowState.EXPIRED


def test_a_contact_that_every_desk_refuses_as_bad_is_shown_to_a_person(world):
    world.desks.fault.update({"a.example": 422, "b.example": 422})
    world.say()
    world.run()

    assert world.row().work.state is RowState.DEAD


def test_an_unknown_channel_is_missing(world):
    with pytest.raises(Missing, match="no channel 'nowhere'"):
        world.wired.acceptance.receive("nowhere", world.signed({}, "x"), world.clock.now())


def test_with_the_table_down_the_raw_request_is_held_and_replayed_by_the_same_code(world):
    world.ports.contacts.down = True
    answer = world.say()
    held = [n for n in world.ports.queues.notes if n.queue == "overflow"]
    world.ports.contacts.down = False
    world.clock.advance(3600)
    world.run()
    world.clock.advance(LONGEST_SETTLING.total_seconds())  # for older ones of the same person
    world.run()

    assert answer.code == 202
    assert len(held) == 1
    assert world.row().work.state is RowState.DELIVERED


def test_with_table_and_queue_down_the_vendor_is_told_to_come_back(world):
    world.ports.contacts.down = world.ports.queues.down = True

    answer = world.say()

    assert (answer.code, answer.headers["retry-after"]) == (503, "30")


def test_a_sick_queue_does_not_slow_acceptance_and_the_sweep_finds_the_row(world):
    world.ports.queues.down = True
    first, second = world.say(id_="m1").code, world.say(id_="m2").code
    world.ports.queues.down = False
    world.clock.advance(61)
    world.minute()

    assert (first, second) == (202, 202)
    assert world.row("m1").work.state is world.row("m2").work.state is RowState.DELIVERED


def test_a_receipt_for_a_message_that_somebody_else_sent_is_let_go_after_some_tries(world):
    body = dump_evidence(
        Evidence(
            channel="shop", account="", about=Receipt(provider_id="m_theirs", state=ReceiptState.DELIVERED)
        )
    )

    with pytest.raises(Missing):
        world.wired.hearing.take(body)
    assert world.wired.hearing.take(body, tries=4) == "not ours"
