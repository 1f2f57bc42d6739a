"""The provider of text messages is really gone for a while: what people wrote meanwhile is fetched once, in order."""

import json
import os
import time

import pytest

from infra.local.fakes.subscriber import events_of
from infra.local.fakes.vendors import post
from infra.local.scene import until
from tests.e2e import sides
from tests.e2e.watching import in_the_end, rows_of

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket, pytest.mark.timeout(300)]

PATH = "sms-fr#in#fr"
FULL = os.environ.get("BASCULE_DRILL") == "full"
"""The full form waits for the way in to come back by itself, which rests half a minute first."""
MISSED = [f"missed {number}" for number in range(5)]


def wrote(scene, person, words, ago=0.0):
    """Somebody writes to our number so many seconds ago; the webhook that tells of it."""
    return scene.fakes["twilio"].provider.came(person, words, time.time() - ago)


def becomes(scene, wanted):
    """Probe the number twice a second, and do the minute's work, until its way in is so."""
    queue = {"QueueUrl": scene.stack.outputs["ProbesQueue"], "MessageBody": json.dumps({"channel": "sms-fr"})}

    def became():
        scene.stack.client("sqs").send_message(**queue)
        scene.tick()
        paths = scene.read("/v1/health/sms-fr")["paths"]
        return any(path["path"] == PATH and path["state"] == wanted for path in paths)

    until(became, f"{PATH} is {wanted}", 120)


def kept(scene, person):
    return rows_of(scene, "sms-fr", person, account=scene.fakes["twilio"].provider.account)


def handed(scene, person):
    """What the agents of the first desk were given of a person, in their order."""
    return [entry.text for entry in scene.fakes.taken("desk-a") if entry.party == person and entry.text]


def told(scene):
    """What the subscriber was told of fetched contacts."""
    events = events_of(scene.fakes.taken("subscriber"))
    return [event["data"] for event in events if event["type"] == "contacts.fetched"]


def test_texts_that_were_missed_are_fetched_once_each_in_order_and_told_of(breaking):
    scene, person = breaking, sides.number()
    post(wrote(scene, person, "before", ago=9), patience=60)
    scene.fakes.set("twilio", "down")
    becomes(scene, "down")
    lost = [wrote(scene, person, words, ago=len(MISSED) - place) for place, words in enumerate(MISSED)]
    meanwhile = len(kept(scene, person))
    scene.fakes.heal()
    if FULL:
        becomes(scene, "up")
    else:
        assert scene.ops("POST", "/v1/channels/sms-fr/catch-up", {}, role="operator").code == 202
    in_the_end(scene, lambda: len(handed(scene, person)) == 6, "the agents have what was missed", 60)
    until(lambda: any(one["fetched"] >= len(MISSED) for one in told(scene)), "it is told of", 30)
    again = [post(signed, patience=60).code for signed in lost]

    assert meanwhile == 1
    assert handed(scene, person) == ["before", *MISSED]
    assert again == [200] * len(MISSED)
    assert len(kept(scene, person)) == 6
    assert scene.read("/v1/channels/sms-fr/catch-up")["catch_ups"][0]["came"] == "whole"
