"""Drill: Messenger's API is dead for four hours. Nobody is lost, nobody is sent there, answers wait and then arrive."""

import json
from collections import Counter

import pytest

from chalicelib.domain.outbox import RowState
from chalicelib.http_types import NotSent, Request
from infra.local.fakes.vendor_meta import Messenger
from tests.world import World

PLAN = """
schema: 1
public_base_url: https://bascule.example
market: fr
languages: [fr, en]
channels:
  messenger-fr:
    {kind: messenger, account: "104001", market: fr, settings: {app_id: "900001"},
     door: {url: "https://m.me/shop", labels: {fr: Messenger, en: Messenger}}}
  shop:
    {kind: webhook, market: fr, settings: {url: "https://shop.example/in"},
     door: {url: "https://shop.example", labels: {fr: Formulaire, en: Form}}}
  box-a: {kind: webhook, provider: alpha, settings: {url: "https://a.example/in"}}
desks:
  desk-a: {channel: box-a}
purposes:
  order: {match: [{}], routes: {fr: [desk-a]}, deadline: 24h}
"""
GRAPH = "graph.facebook.com"
FOUR_HOURS = 240


class Drill:
    """Plays the four hours minute by minute."""

    def __init__(self):
        self.world = World(PLAN)
        secrets = {"app_secret": ("s",), "verify_token": ("v",), "page_token": ("p",)}
        self.world.ports.secrets.channels["messenger-fr"] = secrets
        self.world.desks.bodies[GRAPH] = b'{"id": "104001", "recipient_id": "ann", "message_id": "m-out"}'
        self.side = Messenger(url="/hooks/messenger-fr", page="104001", app_secret="s")
        self.world.minute()
        self.world.minute()

    def write(self, person, mid):
        signed = self.side.text(person, "Où est ma commande ?", mid, self.world.clock.now())
        headers = {name.lower(): value for name, value in signed.headers.items()}
        request = Request(url=signed.url, headers=headers, body=signed.body)
        return self.world.wired.acceptance.receive("messenger-fr", request, self.world.clock.now()).answer

    def agents_answer(self):
        for event in self.world.desks.contacts("a.example"):
            reference = event["data"]["reference"]
            told = {"type": "contact.reply", "data": {"reference": reference, "text": "Elle arrive demain."}}
            request = self.world.signed(told, f"reply-{reference}")
            self.world.wired.acceptance.receive("box-a", request, self.world.clock.now())
        self.world.run()

    def feed(self):
        document = json.loads(self.world.ports.snapshots.read_feed("fr.fr.json"))
        return {way["channel"]: way["state"] for way in document["ways"]}

    def rows(self):
        return self.world.ports.contacts.page(1000)[0]

    def answered(self):
        graph = [call for call in self.world.desks.calls if GRAPH in call.url and call.method == "POST"]
        return [json.loads(call.body)["recipient"]["id"] for call in graph]


@pytest.fixture(scope="module")
def drill():
    """The whole story, told once; the tests look at what was seen on the way."""
    drill = Drill()
    drill.write("ann", "m-before")
    drill.world.run()
    drill.world.desks.fault[GRAPH] = NotSent("refused")
    drill.agents_answer()
    drill.closed_after = None
    for minute in range(1, FOUR_HOURS + 1):
        drill.world.minute()
        if drill.closed_after is None and drill.feed()["messenger-fr"] == "closed":
            drill.closed_after = minute
        if minute % 20 == 0:
            drill.world.say(
                f"au formulaire, minute {minute}", id_=f"form-{minute}", person=f"visitor-{minute}"
            )
            drill.world.run()
    drill.during = drill.feed()
    drill.posts_during = len(drill.answered())
    drill.replies_during = [row.work.state for row in drill.rows() if row.kind.value == "reply"]
    del drill.world.desks.fault[GRAPH]
    drill.world.desks.calls.clear()
    for _ in range(8):
        drill.world.minute()
    return drill


def test_customers_are_steered_away_within_three_minutes(drill):
    assert drill.closed_after is not None
    assert drill.closed_after <= 3


def test_the_form_stays_open_all_the_time(drill):
    assert drill.during == {"shop": "open", "messenger-fr": "closed"}


def test_people_on_the_form_are_served_during_the_outage(drill):
    forms = [row for row in drill.rows() if row.channel == "shop" and row.kind.value == "contact"]

    assert len(forms) == FOUR_HOURS // 20
    assert all(row.work.state is RowState.DELIVERED for row in forms)


def test_the_answer_to_a_messenger_customer_waits_and_arrives_once_after_the_outage(drill):
    assert drill.replies_during == [RowState.DEFERRED]
    assert drill.answered() == ["ann"]


def test_a_dead_platform_is_not_hammered(drill):
    assert drill.posts_during <= 3


def test_the_way_is_open_again_after_the_outage(drill):
    assert drill.feed() == {"messenger-fr": "open", "shop": "open"}


def test_every_row_ends_in_a_state_that_says_what_became_of_it(drill):
    states = Counter(row.work.state for row in drill.rows())

    assert set(states) <= {RowState.DELIVERED, RowState.ANSWERED, RowState.SENT}
    assert sum(states.values()) == 1 + FOUR_HOURS // 20 + 1
