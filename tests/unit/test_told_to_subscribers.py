"""What subscribers get of an outage by webhook: signed, each event once, also after they were down."""

import json
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook
from told_side import heal, made, minutes, outage, published

from chalicelib.handlers import workers
from chalicelib.http_types import NotSent
from chalicelib.ports import Unavailable
from chalicelib.service.announce import Announcer
from chalicelib.wiring import use
from tests.world import SECRET


@pytest.fixture
def world():
    return made()


def heard(world, host):
    return [event["id"] for where, event in world.desks.took if where == host]


def test_a_subscriber_can_verify_what_it_gets_and_a_changed_byte_shows(world):
    outage(world)

    (call,) = [call for call in world.desks.calls if call.url == "https://ops.example/in"]
    assert json.loads(call.body)["id"] == call.headers["webhook-id"]
    assert signature(call.headers, call.body) == call.headers["webhook-signature"]
    assert signature(call.headers, call.body.replace(b"open", b"0pen")) != call.headers["webhook-signature"]


def signature(headers, body):
    """By the specification's own library; it would verify by the wall's clock, and the world has its own."""
    stamp = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    return Webhook(SECRET).sign(headers["webhook-id"], stamp, body.decode())


def test_each_subscriber_gets_each_event_it_wants_exactly_once(world):
    outage(world)
    heal(world)

    events = published(world)
    assert heard(world, "ops.example") == [event["id"] for event in events]
    assert heard(world, "pager.example") == [event["id"] for event in events if event["loud"]]


def test_a_subscriber_that_is_down_gets_what_it_missed_and_the_others_nothing_twice(world):
    world.desks.fault["ops.example"] = 503
    outage(world)
    assert heard(world, "ops.example") == []

    world.desks.fault.pop("ops.example")
    minutes(world, 10)

    ids = [event["id"] for event in published(world)]
    assert sorted(heard(world, "ops.example")) == sorted(ids)
    assert heard(world, "pager.example") == [event["id"] for event in published(world) if event["loud"]]


def test_after_a_day_a_message_is_given_up_to_a_person(world):
    world.desks.fault["ops.example"] = NotSent("refused")
    outage(world)
    (body,) = {note.body for _, note in world.posts}
    world.clock.advance(25 * 3600)
    announcer = Announcer(
        situations=world.wired.situations, stores=world.ports, http=world.desks, clock=world.clock
    )

    with pytest.raises(Unavailable, match="given up"):
        announcer.take(body)


@pytest.mark.parametrize("body", ["{}", "[]", "nonsense", '{"subscriber": "ops-room"}', '{"detail": {}}'])
def test_a_message_of_another_shape_fails_alone(world, body):
    with use(world.wired):
        came = workers.announce({"Records": [{"messageId": "1", "body": body}]}, None)

    assert came == {"batchItemFailures": [{"itemIdentifier": "1"}]}


def test_a_subscriber_without_a_secret_is_told_of_later_and_nothing_goes_out_unsigned(world):
    world.ports.secrets.subscribers.clear()

    outage(world)

    assert heard(world, "ops.example") == []
    assert {json.loads(note.body)["subscriber"] for _, note in world.posts} == {"ops-room", "pager"}
