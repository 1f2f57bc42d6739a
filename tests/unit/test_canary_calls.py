"""Canaries on lines, numbers and mailboxes: each comes in as the provider's own request, and no agent ever sees it."""

import json
from dataclasses import replace
from itertools import pairwise
from urllib.parse import parse_qs

import pytest

from chalicelib.domain.health import Rules, State, believe
from chalicelib.domain.model import EvidenceClass
from chalicelib.domain.outbox import Due, RowState
from chalicelib.handlers import probing
from chalicelib.http_types import Request
from chalicelib.service.canary_turns import Pace, canary_note
from infra.local.fakes.vendor_desks import ses_mail
from infra.local.fakes.vendor_twilio import Twilio
from tests.world import World

NUMBER, TESTER, SID = "+33155500000", "+33155500099", "AC" + "1" * 32
MAILBOX, SECOND = "bonjour@shop.example", "essai@shop.example"
TOPIC = "arn:aws:sns:eu-west-3:1:in"
SILENT = EvidenceClass.SILENT
PLAN = f"""
schema: 1
public_base_url: https://bascule.example
market: fr
channels:
  phone: {{kind: twilio_voice, account: "{NUMBER}", market: fr, settings: {{account_sid: {SID}}},
    canary: {{from: "{TESTER}", every: 10m, wait: 30s}}}}
  texts: {{kind: twilio_sms, account: "{NUMBER}", market: fr, settings: {{account_sid: {SID}}},
    canary: {{from: "{TESTER}", every: 5m, wait: 30s}}}}
  mail: {{kind: ses_email, account: {MAILBOX}, market: fr, settings: {{topic_arn: "{TOPIC}", region: eu-west-3}},
    canary: {{from: {SECOND}, every: 5m, wait: 30s}}}}
  box: {{kind: webhook, settings: {{url: "https://a.example/in"}}}}
desks:
  line: {{channel: phone, target: {{number: "+33155500001"}}, media: [voice]}}
  room: {{channel: box, media: [voice, sms, email]}}
purposes:
  all: {{match: [{{}}], routes: {{fr: [line, room]}}}}
"""


class Lines:
    """Twilio and SES as they answer us, and as they bring in what we sent to our own addresses."""

    def __init__(self) -> None:
        self.lost, self.calls, self.handled, self.held = False, [], [], []
        self.world = World(PLAN)
        for channel in ("phone", "texts"):
            self.world.ports.secrets.channels[channel] = {"auth_token": ("token",)}
        desks = self.world.desks
        desks.fault |= {"api.twilio.com": 201}
        desks.bodies |= {
            "api.twilio.com": b'{"sid": "XX1"}',
            "email.eu-west-3.amazonaws.com": b'{"MessageId": "1"}',
        }
        desks.on_call = self._call

    def _call(self, call) -> None:
        if call.method != "POST" or not (channel := self._channel(call.url)):
            return
        self.calls.append((self.world.clock.now(), channel))
        request = self._inbound(channel, call)
        if self.lost:
            self.held.append((channel, request))
        else:
            self.arrive(channel, request)

    def _channel(self, url: str) -> str:
        places = {"/Calls.json": "phone", "/Messages.json": "texts", "/outbound-emails": "mail"}
        return next((channel for end, channel in places.items() if url.endswith(end)), "")

    def _inbound(self, channel: str, call) -> Request:
        if channel == "mail":
            letter = json.loads(call.body)
            text = letter["Content"]["Simple"]["Body"]["Text"]["Data"] + "\n-- \nscanned by a gateway"
            mail = ses_mail(
                letter["FromEmailAddress"], MAILBOX, "[EXT]", text, ("m1", self.world.clock.now())
            )
            return Request(origin=TOPIC, body=json.dumps({"Message": mail}).encode())
        form = {name: values[0] for name, values in parse_qs(call.body.decode()).items()}
        assert form["To"] == NUMBER
        if channel == "phone":
            return self.call(form["From"], "CA9")
        return as_request(self.side(channel).sms(form["From"], form["Body"], "SM9"))

    def side(self, channel: str) -> Twilio:
        return Twilio(
            url=f"https://bascule.example/hooks/{channel}", account_sid=SID, number=NUMBER, auth_token="token"
        )

    def call(self, caller: str, sid: str, **more: str) -> Request:
        return as_request(self.side("phone").call(caller, sid, **more))

    def arrive(self, channel: str, request: Request):
        handled = self.world.wired.acceptance.receive(channel, request, self.world.clock.now())
        self.handled.append(handled)
        return handled

    def canary(self, channel: str, pace: Pace = Pace.DOUBT, seconds: float = 60) -> str:
        self.world.clock.advance(seconds)
        return probing.canaries(self.world.wired).run(canary_note(channel, self.world.clock.now(), pace).body)

    def settle(self) -> None:
        self.world.run()
        self.world.clock.advance(36)
        self.world.run()

    def states(self) -> list[RowState]:
        return [row.work.state for row in self.world.ports.contacts.page(1_000)[0]]

    def silent(self, channel: str):
        return self.world.ports.health.everything()[f"{channel}#in#fr"]


def as_request(signed) -> Request:
    headers = {name.lower(): value for name, value in signed.headers.items()}
    return Request(url=signed.url, headers=headers, body=signed.body)


@pytest.fixture
def lines():
    return Lines()


@pytest.mark.parametrize("channel", ["phone", "texts", "mail"])
def test_a_canary_comes_back_as_the_providers_own_request_and_rings_nobody(lines, channel):
    said = lines.canary(channel)
    lines.settle()

    (handled,) = lines.handled
    assert said == "ok"
    assert (handled.answer.code, handled.new, handled.ignored) == (200, 0, 1)
    assert lines.states() == [RowState.CLOSED]
    assert not lines.world.desks.contacts("a.example")
    assert lines.silent(channel).classes[SILENT].state is State.CLOSED


def test_a_test_call_is_answered_with_a_document_that_ends_it(lines):
    lines.canary("phone")

    document = lines.handled[0].answer.body

    assert document.endswith("<Response/>")


@pytest.mark.parametrize("channel", ["phone", "texts", "mail"])
def test_lost_in_silence_the_way_in_goes_down_although_its_provider_says_yes(lines, channel):
    lines.lost = True
    said = [lines.canary(channel) for _ in range(5)]
    lines.settle()

    belief = believe(lines.silent(channel), lines.world.clock.now(), Rules())
    assert said == ["ok"] * 5
    assert (belief.state, belief.worst) == ("down", SILENT)


def test_a_customers_call_meanwhile_is_a_customers_call(lines):
    lines.canary("phone")

    handled = lines.arrive("phone", lines.call("+33612345678", "CA1"))

    assert handled.new == 1
    assert "+33155500001" in handled.answer.body


def test_a_test_call_that_arrives_too_late_counts_neither_for_itself_nor_for_the_next(lines):
    lines.lost = True
    lines.canary("phone")
    lines.settle()
    lines.arrive(*lines.held[0])
    lines.canary("phone")
    lines.settle()

    assert lines.states() == [RowState.EXPIRED, RowState.EXPIRED]


def test_the_end_of_a_test_call_is_nothing_new(lines):
    lines.canary("phone")
    lines.arrive("phone", lines.call(TESTER, "CA9", CallStatus="completed"))
    lines.settle()

    assert lines.states() == [RowState.CLOSED]


def test_the_end_of_a_test_call_whose_ringing_went_astray_is_no_arrival(lines):
    lines.lost = True
    lines.canary("phone")
    handled = lines.arrive("phone", lines.call(TESTER, "CA9", CallStatus="completed"))
    lines.settle()

    assert (handled.answer.code, handled.new, handled.ignored) == (200, 0, 1)
    assert lines.states() == [RowState.EXPIRED]


def test_calls_are_ten_minutes_apart_while_all_is_well_and_one_in_doubt(lines):
    for _ in range(120):
        lines.world.minute()
    calm = [at for at, channel in lines.calls if channel == "phone"]
    lines.calls.clear()
    for _ in range(60):
        lines.canary("phone", Pace.DOUBT, seconds=5)
    in_doubt = [at for at, channel in lines.calls if channel == "phone"]

    gaps = [(b - a).total_seconds() for a, b in pairwise(calm)]
    assert len(calm) == 12
    assert min(gaps) >= 600
    assert len(in_doubt) <= 6


def test_a_text_of_the_test_account_without_our_word_is_a_contact(lines):
    lines.arrive("texts", as_request(lines.side("texts").sms(TESTER, "are you there?", "SM1")))
    lines.world.run()

    assert [event["data"]["text"] for event in lines.world.desks.contacts("a.example")] == ["are you there?"]


def test_the_word_of_one_channel_is_none_on_another(lines):
    lines.lost = True
    lines.canary("texts")
    word = parse_qs(lines.held[0][1].body.decode())["Body"][0]
    lines.world.publish(PLAN.replace(f'"{TESTER}", every: 5m', '"+33155500098", every: 5m'))
    other = as_request(lines.side("texts").sms("+33155500098", word[:-1] + "a" * (word[-1] != "a"), "SM2"))

    handled = lines.arrive("texts", other)

    assert handled.new == 1


def test_a_row_is_judged_once_though_its_bell_rings_often(lines):
    lines.lost = True
    lines.canary("texts")
    lines.settle()
    (row,) = lines.world.ports.contacts.page(10)[0]
    before = lines.silent("texts").classes[SILENT]

    said = [lines.world.wired.delivery.answer(row.key).value for _ in range(3)]

    assert said == ["waits"] * 3
    assert lines.silent("texts").classes[SILENT] == before


def test_a_closed_row_whose_due_time_stayed_behind_is_cleared_and_not_judged_again(lines):
    lines.lost = True
    lines.canary("texts")
    lines.settle()
    (row,) = lines.world.ports.contacts.page(10)[0]
    contacts, now = lines.world.ports.contacts, lines.world.clock.now()
    contacts.save(row.key, replace(row.work, version=row.work.version + 1), Due.SET, now)
    before = lines.silent("texts").classes[SILENT]

    said = lines.world.wired.delivery.answer(row.key).value

    assert said == "judged"
    assert contacts.get(row.key).due_at is None
    assert lines.silent("texts").classes[SILENT] == before
