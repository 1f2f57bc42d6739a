"""Canaries on the whole stack: a number whose texts are lost in silence goes down by them alone, and comes back."""

import time
from itertools import count

import pytest

from infra.local.scene import until
from tests.e2e.watching import DESKS, settled

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

PATH = "sms-fr#in#fr"
DOOR = 'door: {url: "sms:'
CANARY = 'canary: {from: "<tester>", every: 10m, wait: 5s, most_per_day: 4000},\n     ' + DOOR
APART = 10_000
"""Milliseconds: no two canaries are of the same ten seconds, so these are of seconds to come."""
TURNS = count(1)


@pytest.fixture
def watched(planning, breaking):
    """The scene with a canary on the number for texts."""
    found = breaking.read("/v1/plan")
    tester = breaking.fakes["twilio"].provider.tester
    text = found["text"].replace(DOOR, CANARY.replace("<tester>", tester), 1)
    named = {"If-Match": f'"{found["version"]}"', "X-Reason": "canaries"}
    answer = breaking.ops("PUT", "/v1/plan", text, named)
    assert answer.code == 200, answer.text
    settled(breaking)
    assert planning is breaking
    return breaking


def canaries(scene, number, pace="doubt"):
    """Let the probe function send so many, without waiting for the minutes in which they would be due."""
    client, url = scene.stack.client("sqs"), scene.stack.outputs["ProbesQueue"]
    for _ in range(number):
        at = int(time.time() * 1000) + next(TURNS) * APART
        body = f'{{"canary": "sms-fr", "at": {at}, "pace": "{pace}"}}'
        client.send_message(QueueUrl=url, MessageBody=body)


def told(scene):
    """The path as operators see it."""
    found = {each["path"]: each for each in scene.read("/v1/health")["paths"]}
    return found.get(PATH, {"state": "unknown", "worst": None, "evidence": {}})


def sent(scene):
    """The texts of our test account that the provider took or lost."""
    own = scene.fakes["twilio"]
    entries = own.stage.journal.entries()
    return [e for e in entries if e.what == "send" and e.party == own.provider.account]


def came_back(scene):
    """One more round of canaries, and whether the path is up again."""
    canaries(scene, 3, "trial")
    scene.tick()
    silent = told(scene)["evidence"]["silent"]
    return silent["state"] == "closed"


def test_texts_lost_in_silence_close_the_number_and_texts_that_arrive_open_it_again(watched):
    people = len(watched.contacts())
    taken = [len(watched.fakes.taken(desk)) for desk in DESKS]
    watched.fakes.set("twilio", "silent")

    canaries(watched, 8)
    until(lambda: told(watched)["worst"] == "silent" and told(watched)["state"] == "down", "down", 60)
    lost = [entry.came_to for entry in sent(watched)]
    watched.tick()
    until(lambda: watched.feed()["sms-fr"] == "closed", "the feed says so", 20)
    watched.fakes.heal()
    until(lambda: came_back(watched), "the way in is back", 150)

    settled(watched)
    assert len(lost) >= 8
    assert set(lost) == {"lost"}
    assert told(watched)["evidence"]["hard"]["state"] == "closed"
    assert len(watched.contacts()) == people
    assert [len(watched.fakes.taken(desk)) for desk in DESKS] == taken
