"""What is heard late, twice, early, or from a neighbour with the same numbers: it moves the right row once."""

from datetime import timedelta

import pytest

from chalicelib.domain.model import DeskOutcome, DeskWord, Outcome, Receipt, ReceiptState
from chalicelib.domain.outbox import Due, RowState, claimed, recorded
from chalicelib.ports import Missing, Stale
from chalicelib.service.errand import alias_of
from chalicelib.service.wire import Evidence, dump_evidence
from tests.world import PLAN, World

INBOXES = """
schema: 1
public_base_url: https://bascule.example
market: fr
languages: [fr, en]
channels:
  shop: {kind: webhook, market: fr, settings: {url: "https://shop.example/in"}}
  desk-one: {kind: chatwoot, account: "1", base: "https://one.example", settings: {inbox: aa}}
  desk-two: {kind: chatwoot, account: "2", base: "https://two.example", settings: {inbox: bb}}
desks:
  one: {channel: desk-one}
  two: {channel: desk-two}
purposes:
  order: {match: [{channel: shop}], routes: {fr: [one, two]}, deadline: 4h}
"""
TWO_OF_A_KIND = PLAN.replace("  box-b: {kind: webhook,", "  box-b: {kind: webhook, account: b,").replace(
    "  box-a: {kind: webhook,", "  box-a: {kind: webhook, account: a,"
)


@pytest.fixture
def world():
    return World()


def sent(world, provider_id, channel="box-a", account="", id_="m1", desk="desk-a"):
    """The row as it is once a desk's channel took it as `provider_id` and will report on it."""
    row, now = world.row(id_), world.clock.now()
    world.ports.queues.take_bells()
    work = claimed(row.work, desk, f"{desk}|||1.0.0", now)
    world.ports.contacts.save(row.key, work)
    world.ports.contacts.alias(alias_of(channel, account, provider_id), row.key)
    done = recorded(work, RowState.SENT, Outcome.OK, provider_id=provider_id)
    world.ports.contacts.save(row.key, done, Due.SET, now + timedelta(minutes=5))
    return row.key


def hear(world, about, channel="box-a", account=""):
    return world.wired.hearing.take(dump_evidence(Evidence(channel=channel, account=account, about=about)))


def failure(provider_id, outcome=Outcome.OUTAGE):
    return Receipt(provider_id=provider_id, state=ReceiptState.FAILED, outcome=outcome)


def test_a_failure_that_overtakes_our_own_record_comes_back(world):
    world.say()
    row = world.row()
    world.ports.contacts.save(row.key, claimed(row.work, "desk-a", "desk-a|||1.0.0", world.clock.now()))
    world.ports.contacts.alias(alias_of("box-a", "", "p1"), row.key)

    with pytest.raises(Stale):
        hear(world, failure("p1"))


def test_a_failure_told_twice_does_not_undo_the_later_send(world):
    world.say()
    sent(world, "p1")
    first = hear(world, failure("p1"))
    sent(world, "p2")
    second = hear(world, failure("p1"))

    assert (first != "late", second) == (True, "late")
    assert world.row().work.state is RowState.SENT


@pytest.mark.parametrize("outcome", [Outcome.RECIPIENT, Outcome.OUTAGE])
def test_a_desk_that_bounces_later_costs_one_attempt_and_the_next_desk_gets_the_contact(world, outcome):
    world.say()
    sent(world, "p1")
    hear(world, failure("p1", outcome))
    world.clock.advance(1)
    world.run()

    assert world.row().work.state is RowState.DELIVERED
    assert world.row().work.desk == "desk-b"


def test_when_every_desk_bounces_it_as_bad_a_person_sees_it(world):
    world.desks.fault["b.example"] = 422
    world.say()
    sent(world, "p1")
    hear(world, failure("p1", Outcome.REQUEST))
    world.run()

    assert world.row().work.state is RowState.DEAD


def test_a_conversation_number_of_another_account_never_reaches_our_customer():
    world = World(INBOXES)
    world.ports.secrets.channels |= {name: {"webhook_secret": ("s",)} for name in ("desk-one", "desk-two")}
    world.say()
    sent(world, "42", channel="desk-two", account="2", desk="two")
    word = DeskOutcome(reference="42", word=DeskWord.REPLY, provider_id="42-7", text="your order, Bob")

    with pytest.raises(Missing):
        hear(world, word, channel="desk-one", account="1")
    assert len(world.ports.contacts.page(9)[0]) == 1
    assert world.row().work.state is RowState.SENT


def test_the_same_words_without_an_id_reach_each_of_two_people(world):
    for person, id_ in (("ann", "m1"), ("bob", "m2")):
        world.say(person=person, id_=id_)
    world.run()
    for id_ in ("m1", "m2"):
        hear(world, DeskOutcome(reference=world.row(id_).key, word=DeskWord.REPLY, text="Bonjour"))
    world.run()

    assert sorted(e["data"]["customer"]["id"] for e in world.desks.replies("shop.example")) == ["ann", "bob"]


def test_a_failure_on_a_siblings_message_speaks_against_the_siblings_path():
    world = World(TWO_OF_A_KIND)
    world.say()
    sent(world, "p1", channel="box-b", account="b", desk="desk-b")
    hear(world, failure("p1"), channel="box-a", account="a")

    assert set(world.ports.health.everything()) == {"box-b#out#world"}


def test_half_a_surrogate_pair_and_a_noncharacter_travel_as_evidence():
    word = DeskOutcome(reference="r", word=DeskWord.REPLY, provider_id="1", text="half \ud83d and \uffff")

    body = dump_evidence(Evidence(channel="box-a", account="", about=word))

    assert body.encode().isascii()


def test_french_travels_as_it_is():
    word = DeskOutcome(reference="r", word=DeskWord.REPLY, provider_id="1", text="où est 📦")

    assert "où est 📦" in dump_evidence(Evidence(channel="box-a", account="", about=word))


def test_a_desks_word_while_we_are_still_sending_ends_the_row_once(world):
    def answers_at_once(call):
        if "a.example" in call.url:
            hear(world, DeskOutcome(reference=world.row().key, word=DeskWord.ANSWERED))

    world.desks.on_call = answers_at_once
    world.say()
    world.run()

    assert world.row().work.state is RowState.ANSWERED
    assert world.row().due_at is None
    assert len(world.desks.contacts("a.example")) == 1
