"""Mail whose function failed for good comes back by the overflow queue, as of the time when its topic had it."""

import json

import pytest

from chalicelib.domain.outbox import RowState
from chalicelib.handlers import workers
from chalicelib.service.holding import LONGEST_SETTLING
from chalicelib.wiring import use
from infra.local.fakes.vendor_desks import ses_mail
from tests.world import PLAN, START, World

TOPIC = "arn:aws:sns:eu-west-3:123456789012:mail"
SETTINGS = f'{{topic_arn: "{TOPIC}", region: eu-west-3}}'
MAIL = f'mail-fr: {{kind: ses_email, account: "contact@shop.example", settings: {SETTINGS}}}'
MATCH = "purposes:\n  post: {match: [{channel: mail-fr}], routes: {fr: [desk-a]}, deadline: 4h}\n"


@pytest.fixture
def world():
    plan = PLAN.replace("desks:\n", f"  {MAIL}\ndesks:\n", 1).replace("purposes:\n", MATCH, 1)
    return World(plan)


def event(name="mail-1", topic=TOPIC):
    """What the topic hands to the function, as Lambda's guide to SNS has it."""
    message = ses_mail("ann@example.org", "contact@shop.example", "Question", "where is it", (name, START))
    told = {
        "TopicArn": topic,
        "MessageId": name,
        "Message": message,
        "Timestamp": f"{START:%Y-%m-%dT%H:%M:%S}.000Z",
    }
    return {"Records": [{"EventSource": "aws:sns", "Sns": told}]}


def dead_letter(payload):
    """What Lambda puts into a dead-letter queue: the event as it was."""
    return json.dumps(payload)


def given_up(payload):
    """What Lambda sends to a destination on failure."""
    because = {"condition": "RetriesExhausted", "approximateInvokeCount": 3}
    return json.dumps({"version": "1.0", "requestContext": because, "requestPayload": payload})


def replay(world, message):
    with use(world.wired):
        record = {"messageId": "1", "body": message}
        return workers.replay_overflow({"Records": [record]}, None)["batchItemFailures"]


def rows(world):
    return world.ports.contacts.page(9)[0]


def test_it_is_accepted_once_and_handed_over_in_either_shape(world):
    world.clock.advance(200)
    failed = replay(world, dead_letter(event())), replay(world, given_up(event()))
    world.run()
    world.clock.advance(LONGEST_SETTLING.total_seconds())
    world.run()

    (row,) = rows(world)
    assert failed == ([], [])
    assert (row.channel, row.contact.text.strip(), row.work.state) == (
        "mail-fr",
        "where is it",
        RowState.DELIVERED,
    )
    assert row.accepted_at == START


def test_the_same_mail_by_the_function_and_by_the_queue_is_one_contact(world):
    with use(world.wired):
        workers.mail(event(), None)
    replay(world, given_up(event()))

    assert len(rows(world)) == 1


def test_while_the_tables_are_down_it_waits_and_is_not_lost(world):
    world.ports.contacts.down = True
    failed = replay(world, given_up(event()))
    (waiting,) = [note for note in world.ports.queues.notes if note.queue == "overflow"]
    world.ports.contacts.down = False

    assert (failed, replay(world, waiting.body)) == ([], [])
    assert len(rows(world)) == 1


@pytest.mark.parametrize("payload", [{}, {"Records": []}, {"Records": [{"Sns": {}}]}, None, [1]])
def test_what_holds_no_mail_goes_aside_and_harms_nothing(world, payload):
    failed = replay(world, given_up(payload)), replay(world, dead_letter(payload))

    assert failed == ([{"itemIdentifier": "1"}], [{"itemIdentifier": "1"}])
    assert rows(world) == []


def test_mail_of_a_topic_that_no_channel_has_goes_aside_for_a_person_to_see(world):
    assert replay(world, given_up(event(topic=f"{TOPIC}-2"))) == [{"itemIdentifier": "1"}]
    assert rows(world) == []
