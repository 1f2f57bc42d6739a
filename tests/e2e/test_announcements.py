"""An outage and its return on the local stack: a subscriber hears of each flip once, signed; people of both."""

import json
from collections import Counter

import pytest

from infra.local.fakes.subscriber import events_of
from infra.local.fakes.vendors import Signed, post
from infra.local.scene import until
from tests.e2e import sides

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

PATH = "box-a#out#world"


@pytest.fixture
def listening(breaking):
    """A queue that hears what people would: it is subscribed to the topic."""
    sqs, sns = breaking.stack.client("sqs"), breaking.stack.client("sns")
    url = sqs.create_queue(QueueName=sides.fresh("people"))["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = breaking.stack.outputs["Announcements"]
    spoken_to = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
    }
    limit = {"Resource": arn, "Condition": {"ArnEquals": {"aws:SourceArn": topic}}}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{**spoken_to, **limit}]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    found = []

    def hear():
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        found.extend(json.loads(json.loads(message["Body"])["Message"])["data"] for message in messages)
        return [each["news"] for each in found if each.get("path") == PATH]

    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True)
    try:
        yield hear
    finally:
        sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
        sqs.delete_queue(QueueUrl=url)


def flips(scene):
    """What the subscriber was told of our path since this test began."""
    told = [event for event in events_of(scene.fakes.taken("subscriber")) if event["type"] == "path.flipped"]
    return [event for event in told if event["data"]["path"] == PATH]


def test_a_subscriber_hears_of_an_outage_and_of_the_return_each_once(breaking, listening):
    breaking.fakes["subscriber"].stage.journal.clear()
    breaking.fakes.set("desk-a", "down")
    for _ in range(6):
        assert post(sides.form(breaking, sides.fresh("shop"), sides.person("form"), "Bonjour")).code == 202
    until(lambda: ticked(breaking) and len(flips(breaking)) > 0, "the outage is announced", 60)

    breaking.fakes.heal()
    until(lambda: ticked(breaking) and back(breaking), "the return is announced", 120)

    events = [event["data"] for event in flips(breaking)]
    first, last = events[0], next(event for event in events if event["news"] == "returned")
    assert (first["before"], first["after"], first["loud"]) == ("closed", "open", True)
    assert {"purpose": "order", "market": "fr", "of": "paris", "now": "lille"} in first["instead"]["routes"]
    assert last["story"]["id"] == first["story"]["id"]
    assert max(Counter((each["class"], each["generation"]) for each in events).values()) == 1
    until(lambda: sorted(listening()) == ["opened", "returned"], "people hear of both", 20)


def test_an_unsigned_or_changed_announcement_would_not_be_taken(scene):
    base = scene.fakes["subscriber"].base
    event = {"type": "path.flipped", "timestamp": "2026-03-02T09:00:00.000Z", "data": {"loud": True}}

    forged = post(Signed(url=f"{base}/announcements", body=json.dumps(event).encode()))
    strange = post(sides.standard(f"{base}/announcements", "whsec_" + "A" * 32, "evt_1", event))

    assert (forged.code, strange.code) == (401, 401)


def ticked(scene):
    scene.tick()
    return True


def back(scene):
    return any(event["data"]["news"] == "returned" for event in flips(scene))
