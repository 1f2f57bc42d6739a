"""Calls: the very response offers what works, step by step, signed by the vendor's own SDK."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import pytest

from chalicelib.domain.model import ContactKind, Outcome, Signal, row_key
from chalicelib.domain.outbox import RowState
from chalicelib.domain.planned_work.windows import Span, Window, Windows
from tests.contract.twilio_side import NUMBER, SID, form_request, posted
from tests.world import World

TOKEN = "auth-token-of-the-test-account-0"
PLAN = f"""
schema: 1
public_base_url: https://bascule.example
market: fr
languages: [fr, en]
channels:
  phone: {{kind: twilio_voice, account: "{NUMBER}", market: fr, settings: {{account_sid: {SID}}}}}
  trunk-a: {{kind: twilio_voice, account: "+33199000001", provider: alpha, settings: {{account_sid: {SID}}}}}
  trunk-b: {{kind: twilio_voice, account: "+33199000002", provider: beta, settings: {{account_sid: {SID}}}}}
  box: {{kind: webhook, settings: {{url: "https://a.example/in"}}}}
desks:
  calls-a: {{channel: trunk-a, target: {{number: "+33155500001"}}, media: [voice]}}
  calls-b: {{channel: trunk-b, target: {{number: "+33155500002"}}, media: [voice]}}
  back-office: {{channel: box, media: [messaging]}}
purposes:
  hotline: {{match: [{{channel: phone}}], routes: {{fr: [calls-a, calls-b, back-office]}}, lane: urgent}}
"""
CALL = {
    "CallSid": "CA1",
    "AccountSid": SID,
    "From": "+33612345678",
    "To": NUMBER,
    "CallStatus": "ringing",
    "Direction": "inbound",
}


class Line:
    """A caller on the line: follows the action URLs as Twilio does."""

    def __init__(self, world):
        self.world = world
        self.url = "https://bascule.example/hooks/phone"

    def post(self, **fields):
        request = form_request(posted({**CALL, **fields}), TOKEN, self.url)
        handled = self.world.wired.acceptance.receive("phone", request, self.world.clock.now())
        document = ET.fromstring(handled.answer.body)  # noqa: S314 - our own document
        verb = document[0] if len(document) else document
        if "action" in verb.attrib:
            self.url = verb.attrib["action"]
        return handled.answer, document


@pytest.fixture
def world():
    world = World(PLAN)
    for channel in ("phone", "trunk-a", "trunk-b"):
        world.ports.secrets.channels[channel] = {"auth_token": (TOKEN,)}
    return world


def row(world, suffix=""):
    return world.ports.contacts.get(row_key("phone", NUMBER, f"CA1{suffix}"))


def test_a_call_is_put_through_to_the_preferred_desk_in_the_same_response(world):
    answer, document = Line(world).post()

    assert answer.code == 200
    assert document.findtext("Dial/Number") == "+33155500001"
    assert row(world).decision.startswith("calls-a|")


def test_with_the_desk_believed_down_the_same_response_dials_the_next(world):
    for _ in range(6):
        path = "trunk-a#out#world"
        world.wired.believer.learn(path, signal(world, Outcome.OUTAGE), belief(world, path))
    world.run()
    world.clock.advance(3)

    _, document = Line(world).post()

    assert document.findtext("Dial/Number") == "+33155500002"


def test_an_unanswered_dial_is_followed_by_the_next_desk_then_by_the_offer(world):
    line = Line(world)
    line.post()
    _, second = line.post(DialCallStatus="no-answer")
    _, third = line.post(DialCallStatus="failed")
    world.run()

    assert second.findtext("Dial/Number") == "+33155500002"
    assert third.find("Gather") is not None
    assert "appuyez sur 1" in third.findtext("Gather/Say")
    assert row(world, "/2").decision.startswith("|calls-a:atd,calls-b:atd,back-office:mut")


def test_a_caller_hears_the_windows_words_while_every_desk_for_calls_is_in_maintenance(world):
    now = world.clock.now()
    work = Window(
        id="w1", title="t", scopes=("channel:trunk-a", "channel:trunk-b"), reply={"fr": "De retour à midi."},
        spans=(Span(start=now, end=now + timedelta(hours=1)),), alternatives={"hotline": ("desk:back-office",)},
    )  # fmt: skip
    world.ports.maintenance.write(Windows().put(work, now))
    world.wired.tick.flip()
    world.clock.advance(3)

    _, document = Line(world).post()

    assert "De retour à midi." in "".join(document.itertext())


def test_a_caller_who_presses_one_gets_a_call_back_that_reaches_a_desk(world):
    line = Line(world)
    for status in ({}, {"DialCallStatus": "busy"}, {"DialCallStatus": "busy"}):
        line.post(**status)
    _, thanks = line.post(Digits="1")
    line.post(Digits="1")
    world.run()

    handed = world.desks.contacts("a.example")
    assert "rappellerons" in thanks.findtext("Say")
    assert len(handed) == 1
    assert "+33612345678" in handed[0]["data"]["text"]
    assert world.ports.contacts.get(row_key("phone", NUMBER, "callback:CA1")).kind is ContactKind.CALLBACK


def test_an_answered_call_ends_its_row_as_answered(world):
    line = Line(world)
    line.post()
    line.post(DialCallStatus="completed")
    world.run()

    assert row(world).work.state is RowState.ANSWERED


def test_a_failed_dial_speaks_against_the_line_and_a_busy_one_does_not(world):
    for status in ("busy", "failed"):
        line = Line(world)
        line.post(CallSid=f"CA-{status}")
        line.post(CallSid=f"CA-{status}", DialCallStatus=status)
    world.run()

    health = belief(world, "trunk-a#out#world")
    assert [c.last_outcome for c in health.classes.values()] == [Outcome.OUTAGE]
    assert next(iter(health.classes.values())).score == 3401


def test_the_same_step_delivered_twice_gives_the_same_document_and_one_row(world):
    first, _ = Line(world).post()
    second, _ = Line(world).post()

    assert first.body == second.body
    assert len(world.ports.contacts.page(10)[0]) == 1


def test_a_state_that_we_did_not_sign_is_refused_and_leaves_no_row(world):
    line = Line(world)
    line.url = "https://bascule.example/hooks/phone?state=eyJzdGVwIjo5fQ.forged"
    request = form_request(posted({**CALL, "DialCallStatus": "busy"}), TOKEN, line.url)
    handled = world.wired.acceptance.receive("phone", request, world.clock.now())

    assert handled.answer.code == 403
    assert list(world.ports.contacts.page(10)[0]) == []


def test_a_hidden_number_is_told_the_truth_and_not_offered_a_call_back(world):
    line = Line(world)
    for status in ({}, {"DialCallStatus": "busy"}, {"DialCallStatus": "busy"}):
        _, document = line.post(From="anonymous", **status)

    assert document.find("Gather") is None
    assert document.find("Hangup") is not None


def test_with_the_table_down_the_caller_hears_a_notice_and_the_request_is_held(world):
    world.ports.contacts.down = True
    answer, document = Line(world).post()

    assert answer.code == 200
    assert document.find("Say") is not None
    assert [n.queue for n in world.ports.queues.notes if n.queue == "overflow"] == ["overflow"]


def test_the_action_url_carries_the_tried_desks_and_nobody_needs_a_read(world):
    line = Line(world)
    line.post()
    world.ports.contacts.get = None
    _, document = line.post(DialCallStatus="busy")

    assert document.findtext("Dial/Number") == "+33155500002"
    assert set(parse_qs(urlsplit(line.url).query)) == {"state"}


def signal(world, outcome):
    return Signal(outcome=outcome, at=world.clock.now())


def belief(world, path):
    return world.ports.health.read([path]).get(path)


def test_a_state_taken_from_another_call_is_refused(world):
    first = Line(world)
    first.post(CallSid="CA-one")
    other = Line(world)
    other.url = first.url

    request = form_request(posted({**CALL, "CallSid": "CA-two", "DialCallStatus": "busy"}), TOKEN, other.url)

    assert world.wired.acceptance.receive("phone", request, world.clock.now()).answer.code == 403


def test_without_signing_keys_the_caller_hears_a_notice_and_the_request_is_held(world):
    world.ports.secrets.keys = ()
    answer, document = Line(world).post()

    assert answer.code == 200
    assert document.find("Say") is not None
    assert [note.queue for note in world.ports.queues.notes if note.queue == "overflow"] == ["overflow"]
