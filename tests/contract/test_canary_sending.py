"""Canaries as their kinds ask for them: held against what the vendors' own SDKs ask, and read back by the same kind."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import pytest
from twilio.http import HttpClient
from twilio.http.response import Response as TwilioResponse
from twilio.rest import Client

from chalicelib.channels import CANARY_FROM, OWN_HOOK, Channel, SendFailed, kind
from chalicelib.domain.detection.canary import mark
from chalicelib.domain.model import Medium, Outcome
from chalicelib.http_types import MaybeSent, NotSent, Request
from tests.contract import ses_side, webhook_side
from tests.contract.twilio_side import NUMBER, SECRET, SID, TwilioSide
from tests.fakes_http import ScriptedHttp, reply

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TOKEN = mark("any", NOW, b"a-key")
TESTER, SECOND = "+33199009999", "essai@shop.example"
HOOK = "https://contact.example/hooks/shop"
TAKEN = reply(201, {"sid": "XX9", "error_code": None})


class Captured(HttpClient):
    """Twilio's SDK, stopped before it sends."""

    def __init__(self) -> None:
        super().__init__(None, False, None)
        self.method, self.url, self.fields = "", "", {}

    def request(self, method: str, url: str, *args: Any, **named: Any) -> TwilioResponse:
        sent = named.get("data") or next((one for one in args[1:2]), {})
        self.method, self.url, self.fields = method, url, {n: str(v) for n, v in sent.items()}
        return TwilioResponse(201, json.dumps({"sid": "XX9"}))


def twilio(named: str, *responses: Any) -> tuple[Channel, ScriptedHttp]:
    door, config = ScriptedHttp(responses), TwilioSide().config()
    settings = {**config.settings, CANARY_FROM: TESTER}
    return kind(named)(replace(config, settings=settings, base=""), door), door


def test_a_test_text_is_asked_for_as_twilios_own_sdk_asks() -> None:
    channel, door = twilio("twilio_sms", TAKEN)
    theirs = Captured()

    sent = channel.canary(TOKEN, NOW)
    Client(SID, SECRET, http_client=theirs).messages.create(to=NUMBER, from_=TESTER, body=TOKEN)

    assert (door.last.method, door.last.url) == (theirs.method, theirs.url)
    assert dict(parse_qsl(door.last.body.decode())) == theirs.fields
    assert (sent.provider_id, sent.receipt_due) == ("XX9", False)


def test_a_test_call_is_asked_for_as_twilios_own_sdk_asks() -> None:
    channel, door = twilio("twilio_voice", TAKEN)
    theirs = Captured()

    channel.canary(TOKEN, NOW)
    fields = dict(parse_qsl(door.last.body.decode()))
    Client(SID, SECRET, http_client=theirs).calls.create(
        to=NUMBER, from_=TESTER, twiml=fields["Twiml"], timeout=20, time_limit=30
    )

    assert (door.last.method, door.last.url) == (theirs.method, theirs.url)
    assert fields == theirs.fields
    assert fields["Twiml"].endswith("<Response><Hangup/></Response>")


def test_a_test_letter_is_asked_for_as_amazons_own_sdk_asks_and_is_no_automatic_mail() -> None:
    channel, door = ses_side.made(reply(200, {"MessageId": "1"}), **{CANARY_FROM: SECOND})

    channel.canary(TOKEN, NOW)

    theirs = ses_side.botocore_request("SendEmail", door.sent)
    letter = door.sent["Content"]["Simple"]
    assert (door.last.method, door.last.url, door.sent) == (
        theirs.method,
        theirs.url,
        json.loads(theirs.body or b""),
    )
    assert (door.sent["FromEmailAddress"], door.sent["Destination"]) == (
        SECOND,
        {"ToAddresses": [ses_side.CONFIG.account]},
    )
    assert letter["Subject"]["Data"] == letter["Body"]["Text"]["Data"] == TOKEN
    assert "Headers" not in letter


def test_a_test_contact_is_taken_by_our_own_address_as_the_producers() -> None:
    settings = {**webhook_side.CONFIG.settings, CANARY_FROM: "tester", OWN_HOOK: HOOK}
    config = replace(webhook_side.CONFIG, settings=settings)
    channel, door = webhook_side.made(reply(202), config=config)

    channel.canary(TOKEN, NOW)

    request = Request(url=HOOK, headers=dict(door.last.headers), body=door.last.body)
    channel.verify(request, NOW)
    (contact,) = channel.parse(request, NOW).contacts
    assert door.last.url == HOOK
    assert (contact.party.address, contact.text, contact.provider_id) == ("tester", TOKEN, TOKEN)
    assert contact.medium is Medium.MESSAGING


@pytest.mark.parametrize("named", ["twilio_sms", "twilio_voice"])
@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        (reply(401, {"code": 20003}), Outcome.AUTH),
        (reply(429, {"code": 20429}), Outcome.THROTTLED),
        (reply(400, {"code": 21606}), Outcome.ACCOUNT),
        (reply(500, "<html>oops"), Outcome.UNKNOWN),
        (reply(503, {"code": 20503}), Outcome.OUTAGE),
    ],
)
def test_a_canary_that_twilio_refuses_says_against_whom(named: str, script: Any, outcome: Outcome) -> None:
    channel, _ = twilio(named, script)

    with pytest.raises(SendFailed) as failed:
        channel.canary(TOKEN, NOW)

    assert failed.value.outcome is outcome
    assert TESTER not in str(failed.value)


@pytest.mark.parametrize("failure", [NotSent("refused"), MaybeSent("late")])
def test_a_canary_without_an_answer_lets_the_door_say_so(failure: NotSent | MaybeSent) -> None:
    channel, _ = twilio("twilio_sms", failure)

    with pytest.raises(type(failure)):
        channel.canary(TOKEN, NOW)
