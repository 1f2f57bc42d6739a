"""The door that needs no function: the replay reads what the gateway wrote, and who forges gets nothing."""

from dataclasses import replace
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from chalicelib.domain.outbox import RowState
from chalicelib.domain.upgrade.times import millis
from chalicelib.handlers import workers
from chalicelib.service.second_door import by_second_door, read_second_door
from chalicelib.service.wire import is_evidence
from chalicelib.wiring import use
from infra.local.mapping import Asked, rendered
from infra.second_door import template
from tests.world import PLAN, START, World

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
NAME = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=12)
SMS = 'sms-fr: {kind: twilio_sms, account: "+33155500000", market: fr, settings: {account_sid: AC1}}'


def mapped(channel, headers, body, now, query=None):
    """What API Gateway puts into the queue for this request."""
    asked = Asked(path={"channel": channel}, querystring=query or {}, header=headers)
    form = parse_qs(rendered(template(), body, asked, millis(now)), strict_parsing=True)
    assert (form["Action"], form["Version"]) == (["SendMessage"], ["2012-11-05"])
    return form["MessageBody"][0]


@pytest.fixture
def world():
    return World(PLAN.replace("desks:\n", f"  {SMS}\ndesks:\n", 1))


def arrive(world, message):
    """The message in the queue, and the function that it wakes."""
    with use(world.wired):
        record = {"messageId": "1", "body": message, "attributes": {"ApproximateReceiveCount": "1"}}
        return workers.replay_overflow({"Records": [record]}, None)["batchItemFailures"]


def by_the_door(world, text="hello", id_="m1", **changed):
    event = {"type": "contact.message", "data": {"customer": {"id": "ann"}, "text": text}}
    signed = world.signed(event, id_)
    headers = {name.title(): value for name, value in signed.headers.items()} | changed
    return mapped("shop", headers, signed.body.decode(), world.clock.now())


@settings(deadline=None, derandomize=True, max_examples=200)
@given(
    body=TEXT,
    headers=st.dictionaries(NAME, TEXT, max_size=5),
    query=st.dictionaries(NAME, TEXT, max_size=3),
    channel=NAME,
)
def test_every_text_survives_the_mapping_to_the_byte(body, headers, query, channel):
    message = mapped(channel, headers, body, START, query)
    held = read_second_door(message)

    assert held.request.body == body.encode()
    assert held.request.query == {name: (value,) for name, value in query.items()}
    assert held.request.headers == {name.lower(): value for name, value in headers.items()}
    assert (held.channel, held.at, held.proven) == (channel, START, False)
    assert by_second_door(message)
    assert not is_evidence(message)


def test_a_genuine_contact_is_accepted_as_of_when_it_came(world):
    message, came = by_the_door(world), world.clock.now()
    world.clock.advance(1800)  # the signature's own window of five minutes is long over
    failed = arrive(world, message)
    world.run()
    world.clock.advance(120)
    world.run()

    assert failed == []
    assert world.row().accepted_at == came
    assert world.row().work.state is RowState.DELIVERED


def test_both_doors_lead_to_one_row(world):
    message = by_the_door(world)
    first = world.say()
    arrive(world, message)

    assert first.code == 202
    assert len(world.ports.contacts.page(9)[0]) == 1


def test_what_is_signed_for_the_second_door_is_proven_with_its_own_address(world):
    world.ports.secrets.channels["sms-fr"] = {"auth_token": ("token",)}
    ends = {"From": "+33600000001", "To": "+33155500000"}
    form = {"AccountSid": "AC1", "MessageSid": "SM1", **ends, "Body": "à l'aide"}
    url = "https://bascule.example/second-door/sms-fr"
    proof = RequestValidator("token").compute_signature(url, form)
    kind = "application/x-www-form-urlencoded; charset=UTF-8"
    headers = {"X-Twilio-Signature": proof, "Content-Type": kind}
    failed = arrive(world, mapped("sms-fr", headers, urlencode(form), world.clock.now()))

    assert failed == []
    assert [row.contact.text for row in world.ports.contacts.page(9)[0]] == ["à l'aide"]


@pytest.mark.parametrize(
    ("genuine", "forged"),
    [("hello", "hallo"), ("h.Webhook-Signature", "h.Other"), ("&body=", "&proven=True&body=+")],
)
def test_a_forged_request_is_dropped_and_counted_and_not_tried_again(world, genuine, forged, caplog):
    message = by_the_door(world)
    failed = arrive(world, message.replace(genuine, forged))

    assert genuine in message
    assert failed == []
    assert list(world.ports.contacts.page(9)[0]) == []
    assert world.ports.queues.take_notes("overflow") == []
    assert [line.refusal for line in caplog.records if getattr(line, "Refused", 0)] == ["forged"]


def test_an_old_genuine_request_cannot_be_posted_again(world):
    event = {"type": "contact.message", "data": {"customer": {"id": "ann"}, "text": "old"}}
    signed = world.signed(event, "m1")
    world.clock.advance(3600)
    arrive(world, mapped("shop", signed.headers, signed.body.decode(), world.clock.now()))

    assert list(world.ports.contacts.page(9)[0]) == []


def test_a_name_that_is_no_channel_wakes_nobody(world):
    failed = arrive(world, mapped("nobody", {}, "{}", world.clock.now()))

    assert failed == []


def test_by_an_old_snapshot_no_name_is_thrown_away(world):
    world.wired.situations.read(world.clock.now())
    world.ports.snapshots.down = world.ports.snapshots.objects_down = True
    world.clock.advance(600)
    failed = arrive(world, mapped("newer", {}, "{}", world.clock.now()))

    assert failed == [{"itemIdentifier": "1"}]


def test_while_the_stores_are_sick_a_message_is_put_back_and_not_counted_as_failed(world):
    message = by_the_door(world)
    world.ports.contacts.down = True
    failed = arrive(world, message)
    world.clock.advance(100)
    (first,) = world.ports.queues.take_notes("overflow")
    arrive(world, first.body)
    (second,) = world.ports.queues.take_notes("overflow")

    assert failed == []
    assert first.body == second.body == message
    assert (first.delay, second.delay) == (5, 25)


def test_after_a_day_of_it_a_person_is_woken(world):
    message = by_the_door(world)
    world.ports.contacts.down = True
    world.clock.advance(86_401)

    assert arrive(world, message) == [{"itemIdentifier": "1"}]


def test_when_not_even_the_queue_takes_it_back_the_platform_brings_it_again(world):
    message = by_the_door(world)
    world.ports.contacts.down = world.ports.queues.down = True

    assert arrive(world, message) == [{"itemIdentifier": "1"}]


def test_a_message_that_nobody_can_read_fails(world):
    assert arrive(world, "door=second&at=never&channel=shop&body=") == [{"itemIdentifier": "1"}]


def test_secrets_that_come_later_prove_what_was_held_without_them(world):
    world.ports.secrets.down = True
    answer = world.say()
    world.ports.secrets.down = False
    world.run()

    assert answer.code == 200
    assert world.row().contact.text == "hello"


def test_what_was_forged_while_nobody_could_prove_it_gets_no_row(world):
    request = world.signed(
        {"type": "contact.message", "data": {"customer": {"id": "eve"}, "text": "x"}}, "m1"
    )
    world.ports.secrets.down = True
    forged = replace(request, body=request.body.replace(b"eve", b"ann"))
    answer = world.wired.acceptance.receive("shop", forged, world.clock.now()).answer
    world.ports.secrets.down = False
    world.run()

    assert answer.code == 200
    assert list(world.ports.contacts.page(9)[0]) == []
