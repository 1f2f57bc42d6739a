"""A container that cannot serve a channel yet tells its vendor to ask again, in the way that this vendor obeys."""

import pytest

from app import app
from chalicelib.channels import kind, kinds
from chalicelib.http_types import Answer
from chalicelib.service.wire import read_held
from chalicelib.wiring import Wired, use
from tests.world import PLAN, World
from tests.world import SETTINGS as WORLD

HOOKS = {name: f"in-{name}".replace("_", "-") for name in kinds()}
SETTINGS = 'account: "1", settings: {account_sid: AC1, topic_arn: t, region: eu-west-3, inbox: aa}'
EVERY_KIND = PLAN.replace(
    "desks:\n",
    "".join(f"  {channel}: {{kind: {name}, {SETTINGS}}}\n" for name, channel in HOOKS.items()) + "desks:\n",
)


def posted(world, channel, method="POST"):
    event = {
        "resource": "/hooks/{channel}", "path": f"/hooks/{channel}", "httpMethod": method, "body": "{}",
        "headers": {"content-type": "application/json"}, "multiValueHeaders": {}, "isBase64Encoded": False,
        "queryStringParameters": None, "multiValueQueryStringParameters": None, "stageVariables": None,
        "pathParameters": {"channel": channel},
        "requestContext": {"resourcePath": "/hooks/{channel}", "httpMethod": method, "identity": {}},
    }  # fmt: skip
    with use(world.wired):
        given = app(event, None)
    headers = {name.lower(): value for name, value in given["headers"].items()}
    return Answer(code=given["statusCode"], body=given["body"], headers=headers)


@pytest.mark.parametrize("name", HOOKS)
def test_without_secrets_and_queue_each_vendor_is_told_to_ask_again_in_its_own_way(name):
    world = World(EVERY_KIND)
    world.ports.secrets.down = world.ports.queues.down = True
    answer = posted(world, HOOKS[name])

    later = kind(name).later
    assert answer.code == later.code
    assert answer.body == later.body
    assert {n: answer.headers[n] for n in later.headers} == later.headers


@pytest.mark.parametrize("name", HOOKS)
def test_without_its_secrets_a_request_is_held_unproven(name):
    world = World(EVERY_KIND)
    world.ports.secrets.down = True
    answer = posted(world, HOOKS[name])

    (note,) = [note for note in world.ports.queues.notes if note.queue == "overflow"]
    assert answer.code == 200
    assert not read_held(note.body).proven
    assert "<Say" in answer.body or not kind(name).medium.waits


def test_without_secrets_what_asks_for_an_answer_is_not_held():
    world = World(EVERY_KIND)
    world.ports.secrets.down = True
    answer = posted(world, HOOKS["messenger"], "GET")

    assert answer.code == 503
    assert world.ports.queues.take_notes("overflow") == []


def test_a_channel_whose_secret_is_not_set_yet_is_told_to_ask_again_too():
    world = World(EVERY_KIND)
    world.ports.secrets.channels.clear()

    assert posted(world, HOOKS["messenger"]).headers["retry-after"] == "30"


def test_without_any_plan_the_answer_is_our_own():
    world = World()
    world.ports.snapshots.down = world.ports.snapshots.objects_down = True
    world.wired = Wired(stores=world.ports, http=world.desks, clock=world.clock, settings=WORLD)

    answer = posted(world, "shop")

    assert (answer.code, answer.headers["retry-after"]) == (503, "30")
    assert "not-ready" in answer.body


def test_an_unknown_channel_is_unknown_even_without_secrets():
    world = World(EVERY_KIND)
    world.ports.secrets.down = True

    assert posted(world, "nobody").code == 404
