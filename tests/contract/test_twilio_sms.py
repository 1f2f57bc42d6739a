"""Twilio's messages: signed by Twilio's SDK, read, answered, sent."""

from dataclasses import replace
from typing import ClassVar
from urllib.parse import parse_qs

import pytest

from chalicelib.channels import Forged, Malformed, Parsed, SendFailed, Standing, Step, StepAction, Verdict
from chalicelib.domain.model import Contact, Medium, Message, Outcome, Party, ReceiptState
from chalicelib.http_types import Call
from tests.contract.channel_contract import SAMPLES
from tests.contract.sending_contract import WORDS, SendingContract
from tests.contract.signed_contract import SignedContract
from tests.contract.twilio_side import NUMBER, SID, TwilioSide, posted
from tests.fakes_http import ScriptedHttp, reply

PERSON = "+33639981122"
INBOUND = {"AccountSid": SID, "MessageSid": "SM1", "SmsStatus": "received", "From": PERSON, "To": NUMBER}
REPORT = {"AccountSid": SID, "MessageSid": "SM1", "From": NUMBER, "To": PERSON}
TAKEN = reply(201, {"sid": "SM9", "status": "queued", "error_code": None})


class TestTwilioSms(TwilioSide, SignedContract, SendingContract):
    kind = "twilio_sms"
    sample = "twilio_sms-2010_04_01-2026_11-inbound.form"
    samples = (
        "twilio_sms-2010_04_01-2026_11-whatsapp_media.form",
        "twilio_sms-2010_04_01-2026_11-stop.form",
        "twilio_sms-2010_04_01-2026_11-undelivered.form",
        "twilio_sms-2010_04_01-2026_11-delivered.form",
    )
    accepted: ClassVar = (TAKEN,)
    accepted_id = "SM9"

    def message(self, text: str = WORDS) -> Message:
        return Message(key="k1", target={"address": PERSON}, text=text, language="fr")

    def spoken(self, calls: list[Call]) -> str:
        return parse_qs(calls[-1].body.decode())["Body"][0]

    def sample_named(self, what: str) -> Parsed:
        return self.read((SAMPLES / f"twilio_sms-2010_04_01-2026_11-{what}.form").read_bytes())

    def sent(self, message: Message, **settings: str) -> dict[str, list[str]]:
        config = self.config()
        channel = self.channel(TAKEN, config=replace(config, settings={**config.settings, **settings}))
        channel.send(message, self.now)
        assert isinstance(channel.http, ScriptedHttp)
        return parse_qs(channel.http.last.body.decode())

    def test_a_message_keeps_every_character_of_its_text(self) -> None:
        contact = self.sample_named("inbound").contacts[0]

        expected = "Ma commande n\u2019est jamais arrivée 😡\nC'est déjà la 2e fois & j'attends + de 3 h \\/"
        assert contact.text == expected
        assert (contact.medium, contact.party.address, contact.conversation) == (Medium.SMS, PERSON, PERSON)
        assert contact.sent_at == self.now
        assert contact.traits == {"called": NUMBER, "num_media": "0", "country": "FR"}

    def test_whatsapp_keeps_its_prefix_its_name_and_its_pictures(self) -> None:
        contact = self.sample_named("whatsapp_media").contacts[0]

        assert (contact.account, contact.party) == (
            f"whatsapp:{NUMBER}",
            Party(address=f"whatsapp:{PERSON}", name="Zoé Müller 🌻"),
        )
        assert contact.medium is Medium.MESSAGING
        assert [a.media_type for a in contact.attachments] == ["image/jpeg", "application/pdf"]
        assert contact.traits["button"] == "Parler à quelqu'un"

    def test_stop_is_a_contact_that_says_so(self) -> None:
        contact = self.sample_named("stop").contacts[0]

        assert (contact.text, contact.traits["opt_out"]) == ("Stop", "STOP")

    def test_a_request_to_the_fallback_says_why_the_first_address_failed(self) -> None:
        fallback = {"ErrorCode": "11205", "ErrorUrl": "https://contact.example/hooks/number-fr"}

        contact = self.read(posted({**INBOUND, **fallback})).contacts[0]

        assert contact.traits["fallback"] == "11205"

    def test_reports_advance_a_message(self) -> None:
        cases = {
            "queued": (ReceiptState.ACCEPTED, Outcome.OK),
            "sent": (ReceiptState.SENT, Outcome.OK),
            "delivered": (ReceiptState.DELIVERED, Outcome.OK),
            "read": (ReceiptState.READ, Outcome.OK),
            "canceled": (ReceiptState.FAILED, Outcome.REQUEST),
            "teleported": (ReceiptState.UNKNOWN, Outcome.OK),
        }

        for word, expected in cases.items():
            parsed = self.read(posted({**REPORT, "MessageStatus": word, "SmsStatus": word}))
            assert [(r.state, r.outcome) for r in parsed.receipts] == [expected]
            assert parsed.contacts == ()

    def test_a_failed_report_speaks_against_the_right_side(self) -> None:
        cases = {
            "30001": Outcome.THROTTLED,
            "30002": Outcome.ACCOUNT,
            "30003": Outcome.RECIPIENT,
            "30008": Outcome.OUTAGE,
            "30410": Outcome.OUTAGE,
            "63016": Outcome.REQUEST,
            "99999": Outcome.UNKNOWN,
            "": Outcome.UNKNOWN,
        }

        for code, outcome in cases.items():
            body = posted({**REPORT, "MessageStatus": "undelivered", "ErrorCode": code})
            receipt = self.read(body).receipts[0]
            assert (receipt.provider_id, receipt.state) == ("SM1", ReceiptState.FAILED)
            assert (receipt.outcome, receipt.detail) == (outcome, code)

    def test_a_message_to_or_from_nobody_is_malformed(self) -> None:
        for gap in ("From", "To"):
            with pytest.raises(Malformed):
                self.read(posted({**INBOUND, gap: ""}))

    def test_another_account_is_forged_even_with_our_signature(self) -> None:
        for sid in ("AC00000000000000000000000000000002", "", "é"):
            with pytest.raises(Forged):
                self.read(posted({**INBOUND, "AccountSid": sid}))
            with pytest.raises(Forged):
                self.read(posted({**INBOUND, "AccountSid": [SID, sid]}))

    def test_nobody_waits_so_every_answer_is_an_empty_response(self) -> None:
        channel = self.channel()
        step = Step(action=StepAction.NOTICE, say="spoken to nobody")

        answers = [
            channel.answer(Verdict(standing=s, step=step)) for s in (Standing.DECIDED, Standing.DUPLICATE)
        ]

        assert {answer.body for answer in answers} == {'<?xml version="1.0" encoding="UTF-8"?><Response/>'}
        assert {answer.headers["content-type"] for answer in answers} == {"text/xml; charset=utf-8"}

    def test_a_reply_goes_from_our_number_and_asks_for_reports(self) -> None:
        fields = self.sent(self.message("Bonjour"))

        assert fields == {
            "To": [PERSON],
            "From": [NUMBER],
            "Body": ["Bonjour"],
            "StatusCallback": ["https://contact.example/hooks/number-fr"],
        }

    def test_a_messaging_service_takes_the_place_of_the_number(self) -> None:
        fields = self.sent(self.message("Bonjour"), messaging_service_sid="MG1", status_callback="")

        assert fields == {"To": [PERSON], "MessagingServiceSid": ["MG1"], "Body": ["Bonjour"]}

    def test_a_receipt_is_due_only_if_one_was_asked_for(self) -> None:
        config = replace(self.config(), settings={"account_sid": SID})

        silent = self.channel(TAKEN, config=config).send(self.message(), self.now)
        reporting = self.channel(TAKEN).send(self.message(), self.now)

        assert (silent.receipt_due, reporting.receipt_due) == (False, True)

    def test_a_desk_reads_who_wrote_and_at_most_what_twilio_takes(self) -> None:
        contact = Contact(account=NUMBER, provider_id="1", party=Party(address=PERSON), text="à l'aide")
        long = replace(contact, text="é" * 5000)
        desk = Message(key="k", target={"address": "+33199009999"}, text="", contact=contact)

        short_body = self.sent(desk)["Body"][0]
        long_body = self.sent(replace(desk, contact=long))["Body"][0]

        assert short_body == f"{PERSON}: à l'aide"
        assert (len(long_body), long_body[-1]) == (1600, "…")

    def test_refuses_to_send_without_an_address_on_either_side(self) -> None:
        nowhere = replace(self.message(), target={"inbox": "7"})
        no_sender = self.channel(config=replace(self.config(), account=""))

        for channel, message in ((self.channel(), nowhere), (no_sender, self.message())):
            with pytest.raises(SendFailed) as failed:
                channel.send(message, self.now)
            assert failed.value.outcome is Outcome.REQUEST

    def test_lone_surrogates_do_not_stop_a_message(self) -> None:
        assert self.sent(self.message("\ud83d seul"))["Body"] == ["� seul"]
