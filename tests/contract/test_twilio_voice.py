"""Twilio's calls: why Twilio asks, and what the caller is given, compared with what Twilio's SDK builds."""

from dataclasses import replace
from typing import ClassVar
from urllib.parse import parse_qs
from xml.etree.ElementTree import Element, fromstring

import pytest

from chalicelib.channels import (
    CallStep,
    CallWord,
    Malformed,
    Parsed,
    SendFailed,
)
from chalicelib.domain.model import Contact, Medium, Message, Outcome, Party, ReceiptState
from chalicelib.http_types import Call
from tests.contract.channel_contract import SAMPLES
from tests.contract.sending_contract import WORDS, SendingContract
from tests.contract.signed_contract import SignedContract
from tests.contract.twilio_side import NUMBER, SID, URL, TwilioSide, form_request, posted
from tests.fakes_http import ScriptedHttp, reply

PERSON = "+33639981122"
NEXT = f"{URL}?state=eyJ0IjoxfQ.c2ln&lang=fr"
CALL = {
    "AccountSid": SID,
    "CallSid": "CA1",
    "CallStatus": "in-progress",
    "Direction": "inbound",
    "From": PERSON,
    "To": NUMBER,
}
TAKEN = reply(201, {"sid": "CA9", "status": "queued"})
SAY_FR = {"language": "fr-FR", "voice": "Polly.Lea"}


def read_xml(document: str) -> Element:
    return fromstring(document)  # noqa: S314 - the document is our own


class TestTwilioVoice(TwilioSide, SignedContract, SendingContract):
    kind = "twilio_voice"
    sample = "twilio_voice-2010_04_01-2026_11-arrival.form"
    samples = tuple(
        f"twilio_voice-2010_04_01-2026_11-{what}.form"
        for what in ("dial_no_answer", "pressed", "left_queue", "notice_done")
    )
    accepted: ClassVar = (TAKEN,)
    accepted_id = "CA9"

    def message(self, text: str = WORDS) -> Message:
        return Message(key="k1", target={"address": PERSON}, text=text, language="fr")

    def spoken(self, calls: list[Call]) -> str:
        return read_xml(parse_qs(calls[-1].body.decode())["Twiml"][0]).findtext("Say", "")

    def call(self, state: str = "t.s", **fields: str) -> Parsed:
        """What is made of a request within a call; `state` as in our own action URL, empty for none."""
        url = f"{URL}?state={state}" if state else URL
        request, channel = form_request(posted({**CALL, **fields}), url=url), self.channel()
        channel.verify(request, self.now)
        return channel.parse(request, self.now)

    def word(self, state: str = "t.s", **fields: str) -> CallWord | None:
        step = self.call(state, **fields).call
        return step.word if step else None

    def test_a_call_arrives_with_its_number_and_its_caller(self) -> None:
        parsed = self.read(self.genuine())

        contact = parsed.contacts[0]
        assert parsed.call == CallStep(word=CallWord.ARRIVED)
        assert (contact.medium, contact.party) == (
            Medium.VOICE,
            Party(address=PERSON, name="LÉA D\u2019ARC 🐝"),
        )
        assert (contact.conversation, contact.sent_at) == (contact.provider_id, self.now)
        assert contact.traits == {
            "called": NUMBER,
            "direction": "inbound",
            "forwarded_from": "+33199005678",
            "country": "FR",
        }

    def test_every_step_of_a_call_is_the_same_contact(self) -> None:
        arrival = self.read(self.genuine()).contacts[0]

        for sample in self.samples[:3]:
            contact = self.read((SAMPLES / sample).read_bytes()).contacts[0]
            assert (contact.account, contact.provider_id) == (arrival.account, arrival.provider_id)

    def test_the_outcome_of_ringing_a_desk(self) -> None:
        cases = {
            "completed": CallWord.ANSWERED,
            "answered": CallWord.ANSWERED,
            "busy": CallWord.BUSY,
            "no-answer": CallWord.NO_ANSWER,
            "failed": CallWord.FAILED,
            "canceled": CallWord.FAILED,
            "a word of tomorrow": CallWord.FAILED,
        }

        assert {word: self.word(DialCallStatus=word) for word in cases} == cases

    def test_a_caller_who_hangs_up_says_nothing_against_the_desk(self) -> None:
        over = {
            word: self.word(DialCallStatus=word, CallStatus="completed")
            for word in ("completed", "no-answer", "canceled", "busy", "failed")
        }

        assert over == {
            "completed": CallWord.ANSWERED,
            "no-answer": CallWord.LEFT,
            "canceled": CallWord.LEFT,
            "busy": CallWord.BUSY,
            "failed": CallWord.FAILED,
        }

    def test_the_outcome_of_waiting_in_a_queue(self) -> None:
        cases = {
            "bridged": CallWord.ANSWERED,
            "leave": CallWord.NO_ANSWER,
            "queue-full": CallWord.BUSY,
            "hangup": CallWord.LEFT,
            "error": CallWord.FAILED,
            "system-error": CallWord.FAILED,
            "a word of tomorrow": CallWord.FAILED,
        }

        assert {word: self.word(QueueResult=word) for word in cases} == cases

    def test_a_key_is_a_step_and_a_trait_and_silence_is_an_empty_key(self) -> None:
        pressed, silent = self.call(Digits="2"), self.call(Digits="")

        assert pressed.call == CallStep(word=CallWord.PRESSED, state="t.s", pressed="2")
        assert pressed.contacts[0].traits["keypress"] == "2"
        assert silent.call == CallStep(word=CallWord.PRESSED, state="t.s", pressed="")

    def test_the_end_of_a_call_is_leaving_whatever_the_address(self) -> None:
        words = {self.word(state, CallStatus=s) for state in ("", "t.s") for s in ("completed", "canceled")}

        assert words == {CallWord.LEFT}

    def test_a_hidden_caller_is_marked(self) -> None:
        marks = {
            caller: self.call("", From=caller).contacts[0].traits.get("caller_hidden", "")
            for caller in ("", "anonymous", "+266696687", "client:léa", "sip:lea@pbx.example", PERSON)
        }

        assert [caller for caller, mark in marks.items() if mark] == ["", "anonymous", "+266696687"]

    def test_a_call_to_no_number_is_malformed(self) -> None:
        with pytest.raises(Malformed):
            self.call(To="")

    def test_reports_on_our_own_calls_are_receipts(self) -> None:
        cases = {
            "ringing": (ReceiptState.SENT, Outcome.OK),
            "completed": (ReceiptState.DELIVERED, Outcome.OK),
            "busy": (ReceiptState.FAILED, Outcome.RECIPIENT),
            "no-answer": (ReceiptState.FAILED, Outcome.RECIPIENT),
            "failed": (ReceiptState.FAILED, Outcome.UNKNOWN),
            "teleported": (ReceiptState.UNKNOWN, Outcome.OK),
        }

        for word, expected in cases.items():
            parsed = self.call("", Direction="outbound-api", From=NUMBER, To=PERSON, CallStatus=word)
            assert [(r.provider_id, r.state, r.outcome) for r in parsed.receipts] == [("CA1", *expected)]
            assert (parsed.contacts, parsed.call) == ((), None)

    def test_a_number_that_does_not_exist_is_the_recipients_fault(self) -> None:
        parsed = self.call("", Direction="outbound-api", CallStatus="failed", SipResponseCode="404")

        assert (parsed.receipts[0].outcome, parsed.receipts[0].detail) == (Outcome.RECIPIENT, "404")

    def test_the_ring_at_a_desk_is_ignored(self) -> None:
        assert self.call("", Direction="outbound-dial") == Parsed(ignored=1)

    def test_a_notice_call_goes_from_our_number_and_asks_for_a_report(self) -> None:
        channel = self.channel(TAKEN)

        sent = channel.send(self.message("Rappel"), self.now)

        assert isinstance(channel.http, ScriptedHttp)
        fields = parse_qs(channel.http.last.body.decode())
        assert channel.http.last.url == f"https://twilio.test/2010-04-01/Accounts/{SID}/Calls.json"
        assert (fields["From"], fields["To"], fields["StatusCallback"]) == ([NUMBER], [PERSON], [URL])
        assert sent.receipt_due

    def test_a_contact_cannot_be_handed_over_by_calling(self) -> None:
        contact = Contact(account=NUMBER, provider_id="1", party=Party(address=PERSON))

        for message in (replace(self.message(), contact=contact), replace(self.message(), target={})):
            with pytest.raises(SendFailed) as failed:
                self.channel().send(message, self.now)
            assert failed.value.outcome is Outcome.REQUEST
