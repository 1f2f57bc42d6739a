"""What the generic webhook sends: to desks, to producers, as a probe; read by the `standardwebhooks` package."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook as Sdk

from chalicelib.channels import SendFailed
from chalicelib.domain.model import Message, Outcome
from chalicelib.http_types import Call, Request
from tests.contract.channel_contract import SECRET
from tests.contract.sending_contract import WORDS
from tests.contract.signed_contract import FORMER
from tests.contract.webhook_side import CONFIG, CONTACT, KEY, MESSAGE, made, whsec
from tests.fakes_http import reply

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def test_the_published_receiver_accepts_what_we_send_with_each_secret() -> None:
    config = replace(CONFIG, secrets={"secret": (SECRET,), "send_secret": ("a" * 32, FORMER)})
    (channel, door), now = made(reply(200), config=config), datetime.now(UTC)

    channel.send(MESSAGE, now)

    call = door.last
    for secret in ("a" * 32, FORMER):
        event = Sdk(whsec(secret)).verify(call.body, dict(call.headers))
        assert event["data"]["text"] == WORDS
    assert call.headers["webhook-id"] == event["data"]["reference"] == KEY
    assert call.url == "https://desk.example/hooks/in?a=1"


def test_a_contact_sent_can_be_read_by_another_of_us() -> None:
    sender, door = made(reply(200))
    sender.send(MESSAGE, NOW)
    request = Request(headers=door.last.headers, body=door.last.body)
    receiver, _ = made()

    receiver.verify(request, NOW)
    contact = receiver.parse(request, NOW).contacts[0]

    assert contact == replace(CONTACT, provider_id=KEY)


def test_words_for_a_person_go_to_the_producer_that_knows_them() -> None:
    channel, door = made(reply(200))
    target = {"address": "psid-9", "conversation": "c-3", "url": "https://elsewhere.example/replies"}

    channel.send(Message(key=KEY, target=target, text=WORDS, language="fr"), NOW)

    assert door.last.url == "https://desk.example/replies"
    assert door.sent["type"] == "contact.reply"
    assert door.sent["data"]["customer"] == {"id": "psid-9", "language": "fr"}


def test_without_an_address_nothing_is_sent_or_probed() -> None:
    channel, _ = made(config=replace(CONFIG, base="", settings={}))

    with pytest.raises(SendFailed, match=r"neither target\.url"):
        channel.send(MESSAGE, NOW)
    assert channel.probe(NOW).outcome is Outcome.REQUEST


def test_a_health_address_is_asked_instead_of_the_signed_probe() -> None:
    config = replace(CONFIG, base="", settings={"url": "https://d/x", "health_url": "https://d/up"})
    channel, door = made(reply(200), config=config)

    channel.probe(NOW)

    assert door.last == Call(method="GET", url="https://d/up")


def test_the_probe_is_signed_and_is_no_contact() -> None:
    channel, door = made(reply(200))
    channel.probe(NOW)
    request = Request(headers=door.last.headers, body=door.last.body)

    channel.verify(request, NOW)

    assert channel.parse(request, NOW).ignored == 1
    assert request.headers["webhook-id"].startswith("probe-")


def test_a_retry_after_may_be_a_date() -> None:
    channel, _ = made(reply(503, headers={"retry-after": "Sat, 21 Nov 2026 12:00:40 GMT"}))

    with pytest.raises(SendFailed) as failed:
        channel.send(MESSAGE, NOW)

    assert (failed.value.outcome, failed.value.retry_after) == (Outcome.THROTTLED, 40.0)
