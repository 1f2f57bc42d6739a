"""The story of an outage in memory: probes see it, contacts go elsewhere, the front door says so, traffic returns."""

import json

import pytest

from chalicelib.domain.health import State
from chalicelib.domain.model import EvidenceClass
from chalicelib.domain.outbox import RowState
from chalicelib.http_types import NotSent
from tests.world import World

PATH = "box-a#out#world"


@pytest.fixture
def world():
    made = World()
    made.minute()
    made.minute()
    return made


def hard(world, path=PATH):
    return world.ports.health.read([path])[path].classes[EvidenceClass.HARD]


def feed(world):
    return json.loads(world.ports.snapshots.read_feed("fr.fr.json"))


def test_probes_alone_take_a_dead_desk_out_within_two_minutes(world):
    world.desks.fault["a.example"] = NotSent("refused")
    world.minute()
    world.minute()

    assert hard(world).state is State.OPEN
    assert world.wired.situations.read(world.clock.now()).beliefs[PATH].state == "down"


def test_contacts_go_to_the_next_desk_without_an_attempt_at_the_dead_one(world):
    world.desks.fault["a.example"] = NotSent("refused")
    world.minute()
    world.minute()
    world.say(id_="after")
    world.run()

    row = world.row("after")
    assert [a.desk for a in row.work.attempts] == ["desk-b"]
    assert row.decision.startswith("desk-b|desk-a:dn|")


def test_traffic_returns_through_a_trial_when_the_desk_is_back(world):
    world.desks.fault["a.example"] = NotSent("refused")
    world.minute()
    world.minute()
    world.desks.fault.clear()
    for _ in range(5):
        world.minute()
    world.say(id_="back")
    world.run()

    assert hard(world).state is State.CLOSED
    assert world.row("back").work.attempts[0].desk == "desk-a"


def test_each_flip_is_written_down_once_with_its_reason(world):
    world.desks.fault["a.example"] = NotSent("refused")
    world.minute()
    world.minute()

    flips = [e.entry for e in world.ports.ledger.entries("flips", world.clock.now())]
    assert [(f["path"], f["after"], f["because"]) for f in flips] == [(PATH, "open", "failures")]


def test_the_front_door_closes_a_dead_way_and_opens_it_again(world):
    before = {way["channel"]: way["state"] for way in feed(world)["ways"]}
    world.publish(TWO_DOORS)
    world.desks.fault["shop.example"] = NotSent("refused")
    world.minute()
    world.minute()
    during = {way["channel"]: way["state"] for way in feed(world)["ways"]}
    world.desks.fault.clear()
    for _ in range(6):
        world.minute()
    after = {way["channel"]: way["state"] for way in feed(world)["ways"]}

    assert before == {"shop": "open"}
    assert during == {"shop": "closed", "other": "open"}
    assert after == {"shop": "open", "other": "open"}


def test_rows_put_by_are_woken_by_the_return_of_a_desk(world):
    world.desks.fault.update({"a.example": NotSent("no"), "b.example": NotSent("no")})
    world.say(id_="waits")
    world.run()
    world.minute()
    world.minute()
    world.desks.fault.clear()
    for _ in range(4):
        world.minute()

    assert world.row("waits").work.state is RowState.DELIVERED


def test_a_refused_token_trips_the_account_at_once_and_a_good_probe_clears_it(world):
    world.desks.fault["a.example"] = 401
    world.say(id_="m1")
    world.run()
    blocked = world.ports.health.read([PATH])[PATH].blocked
    world.desks.fault.clear()
    for _ in range(5):
        world.minute()

    assert blocked is not None
    assert world.row("m1").work.attempts[-1].desk == "desk-b"
    assert world.ports.health.read([PATH])[PATH].blocked is None


TWO_DOORS = """
schema: 1
public_base_url: https://bascule.example
market: fr
languages: [fr, en]
channels:
  shop:
    {kind: webhook, market: fr, settings: {url: "https://shop.example/in"},
     door: {url: "https://shop.example", labels: {fr: Boutique, en: Shop}}}
  other:
    {kind: webhook, market: fr, settings: {url: "https://other.example/in"},
     door: {url: "https://other.example", labels: {fr: Autre, en: Other}}}
  box-a: {kind: webhook, provider: alpha, settings: {url: "https://a.example/in"}}
desks:
  desk-a: {channel: box-a}
purposes:
  order: {match: [{}], routes: {fr: [desk-a]}}
"""
