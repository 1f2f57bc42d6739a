"""What is published of an outage, told as stories on a whole Bascule in memory."""

import json
from datetime import timedelta

import pytest
from told_side import PATH, SUBSCRIBERS, heal, made, minutes, outage, published

from chalicelib.domain.model import Outcome, Signal
from chalicelib.domain.orders import Order, OrderKind, Orders
from chalicelib.domain.telling.event import EventType
from chalicelib.domain.telling.flips import GRACE
from chalicelib.handlers import workers
from chalicelib.http_types import NotSent
from chalicelib.ports import Unavailable
from chalicelib.wiring import use
from tests.world import PLAN


@pytest.fixture
def world():
    return made()


def test_a_departure_is_one_event_with_both_states_the_reason_and_who_takes_over(world):
    outage(world)

    (event,) = published(world)
    assert (event["path"], event["before"], event["after"]) == (PATH, "closed", "open")
    assert (event["because"], event["class"], event["planned"]) == ("failures", "hard", False)
    assert event["instead"]["routes"] == [
        {"purpose": "order", "market": "fr", "of": "desk-a", "now": "desk-b"}
    ]
    assert "desk-b" in event["text"]["fr"]
    assert "is down" in event["text"]["en"]


def test_the_return_is_told_too_and_names_who_serves_again(world):
    outage(world)
    heal(world)

    events = published(world)
    assert [(e["before"], e["after"], e["news"], e["loud"]) for e in events] == [
        ("closed", "open", "opened", True),
        ("open", "trial", "goes_on", False),
        ("trial", "closed", "returned", True),
    ]
    assert events[-1]["instead"]["routes"][0]["now"] == "desk-a"
    assert len({event["story"]["id"] for event in events}) == 1


def test_a_way_in_that_dies_names_the_ways_that_are_left(world):
    doors = PLAN.replace(
        "  box-a:", '  mail: {kind: webhook, market: fr, settings: {url: "https://mail.example/in"},\n'
        '     door: {url: "mailto:a@b.example", labels: {fr: Mel, en: Mail}}}\n  box-a:'
    )  # fmt: skip
    world.publish(doors + SUBSCRIBERS)
    minutes(world, 2)
    world.desks.fault["shop.example"] = NotSent("refused")

    minutes(world, 2)

    (event,) = [event for event in published(world) if event["path"] == "shop#in#fr"]
    assert event["instead"]["ways"] == {"market": "fr", "usable": ["mail"]}


def test_a_quiet_quarter_of_an_hour_ends_the_story_without_a_word_to_people(world):
    outage(world)
    heal(world, 25)

    (end,) = published(world, EventType.ENDED)
    assert end["loud"] is False
    assert end["story"]["id"] == published(world)[0]["story"]["id"]
    assert world.ports.stories.read().open == {}


def test_flapping_is_one_story_in_which_people_hear_of_it_once_and_of_its_end(world):
    for _ in range(4):
        outage(world, 3)
        heal(world, 6)
    minutes(world, 20)

    flips, ends = published(world), published(world, EventType.ENDED)
    loud = [event["news"] for event in flips if event["loud"]]
    assert len({event["story"]["id"] for event in (*flips, *ends)}) == 1
    assert loud == ["opened", "returned", "flapping"]
    assert [(end["loud"], end["story"]["departures"]) for end in ends] == [(True, 4)]


def test_a_flip_in_planned_work_is_an_event_that_disturbs_nobody(world):
    now = world.clock.now()
    work = Order(
        id="w", kind=OrderKind.MAINTENANCE, scope="channel:box-a", since=now, until=now + timedelta(hours=2),
        owner="o", reason="r",
    )  # fmt: skip
    world.ports.orders.write(Orders(version=1, given=(work,)))
    minutes(world, 1)

    outage(world)

    (event,) = published(world)
    assert (event["planned"], event["loud"]) == (True, False)
    assert event["text"]["en"].startswith("Planned work.")


def test_a_flip_whose_finder_died_before_saying_so_is_told_from_the_health_table(world):
    world.desks.fault["a.example"] = NotSent("refused")
    for _ in range(4):
        fail(world)
    world.ports.queues.down = world.ports.ledger.down = True
    with pytest.raises(Unavailable):
        fail(world)
    world.ports.queues.down = world.ports.ledger.down = False
    world.ports.queues.take_notes("probes")
    assert published(world) == []

    minutes(world, 1 + GRACE // timedelta(minutes=1) + 1)

    first = published(world)[0]
    assert (first["path"], first["before"], first["after"], first["because"]) == (
        PATH, "closed", "open", "found_later",
    )  # fmt: skip
    assert len({(e["generation"], e["class"]) for e in published(world)}) == len(published(world))


def fail(world):
    known = world.ports.health.read([PATH])[PATH]
    world.wired.believer.learn(PATH, Signal(outcome=Outcome.OUTAGE, at=world.clock.now()), known)


def test_a_bus_that_is_down_loses_no_event_and_gets_each_once_when_it_is_back(world):
    world.ports.events.down = True
    outage(world, 2)
    assert len(world.ports.stories.read().waiting) == 1

    world.ports.events.down = False
    minutes(world, 2)

    assert [event["after"] for event in published(world)] == ["open"]
    assert world.ports.stories.read().waiting == ()


def test_a_flip_message_that_comes_twice_is_told_once(world):
    outage(world)
    entry = world.ports.ledger.entries("flips", world.clock.now())[0]
    body = json.dumps({**entry.entry, "at": int(entry.at.timestamp() * 1000)})

    with use(world.wired):
        for _ in range(3):
            workers.tick({"Records": [{"messageId": "1", "body": body}]}, None)

    assert len(published(world)) == 1
