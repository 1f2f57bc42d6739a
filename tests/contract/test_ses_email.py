"""E-mail through Amazon SES; the other side is botocore: its model, its requests, its errors' names."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.channels import ChannelConfig, Forged, Malformed, Refusal, Standing
from chalicelib.domain.model import Attachment, Message, Outcome, Party, ReceiptState
from chalicelib.http_types import Call, Request, Response
from tests.contract.changes import changed_json
from tests.contract.channel_contract import LOOSE, SAMPLES, SECRET
from tests.contract.sending_contract import WORDS, SendingContract
from tests.contract.ses_side import (
    CONFIG,
    KEY,
    TOPIC,
    made,
    received,
    record,
    with_headers,
)
from tests.fakes_http import reply

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SENT_ID = "0102018f-aaaa-bbbb-cccc-000000000001-000000"
HEALTHY = {
    "SendingEnabled": True,
    "ProductionAccessEnabled": True,
    "EnforcementStatus": "HEALTHY",
    "SendQuota": {"Max24HourSend": 50000.0, "MaxSendRate": 14.0, "SentLast24Hours": 120.0},
}
SPENT = {"Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 200.0}


def error(code: int, name: str, message: str = "") -> Response:
    told = {"x-amzn-errortype": f"{name}:http://internal.amazon.com/coral/com.amazonaws.ses/"}
    return reply(code, {"message": message}, headers=told)


class TestSesEmail(SendingContract):
    proves_sends = False  # our own role signs, and no secret of the channel
    kind = "ses_email"
    sample = "ses_email-2019-09-27-2026_11-received.json"
    samples = tuple(
        f"ses_email-2019-09-27-2026_11-{what}.json" for what in ("bounce", "delivery", "complaint")
    )
    unknown_event = b'{"eventType":"Weather","mail":{"messageId":"1"}}'
    accounts = frozenset({"contact@shop.example"})
    answers: ClassVar[Mapping[tuple[Standing, Refusal | None], int]] = {
        (Standing.DECIDED, None): 200,
        (Standing.DUPLICATE, None): 200,
        (Standing.OVERLOADED, None): 503,
        (Standing.REFUSED, Refusal.FORGED): 401,
        (Standing.REFUSED, Refusal.MALFORMED): 400,
        (Standing.REFUSED, Refusal.TOO_LARGE): 413,
        (Standing.REFUSED, Refusal.WRONG_ACCOUNT): 200,
    }
    failures: ClassVar = {
        "no signature": ((reply(401),), Outcome.AUTH),
        "not allowed": ((error(403, "AccessDeniedException"),), Outcome.AUTH),
        "paced": (
            (replace(error(429, "TooManyRequestsException"), headers={"retry-after": "2"}),),
            Outcome.THROTTLED,
        ),
        "broken": ((reply(500),), Outcome.OUTAGE),
        "named in the body": ((reply(400, {"__type": "a.b#SendingPausedException"}),), Outcome.ACCOUNT),
        "a page": ((reply(400, "<html>"),), Outcome.REQUEST),
    }
    probes: ClassVar = {
        **failures,
        "fine": ((reply(200, HEALTHY),), Outcome.OK),
        "no quota": ((reply(200, {**HEALTHY, "SendQuota": {"Max24HourSend": -1.0}}),), Outcome.OK),
        "on probation": ((reply(200, {**HEALTHY, "EnforcementStatus": "PROBATION"}),), Outcome.OK),
        "quota used up": ((reply(200, {**HEALTHY, "SendQuota": SPENT}),), Outcome.ACCOUNT),
        "paused": ((reply(200, {**HEALTHY, "SendingEnabled": False}),), Outcome.ACCOUNT),
        "shut down": ((reply(200, {**HEALTHY, "EnforcementStatus": "SHUTDOWN"}),), Outcome.ACCOUNT),
        "unreadable": ((reply(200, "<html>"),), Outcome.UNKNOWN),
    }
    sends: ClassVar = {
        **failures,
        "suspended": ((error(400, "AccountSuspendedException"),), Outcome.ACCOUNT),
        "daily limit": ((error(400, "LimitExceededException"),), Outcome.ACCOUNT),
        "virus": ((error(400, "MessageRejected", "Message has a virus"),), Outcome.REQUEST),
        "sandbox": ((error(400, "MessageRejected", "Email address is not verified. x@y"),), Outcome.ACCOUNT),
        "bad request": ((error(400, "BadRequestException", WORDS),), Outcome.REQUEST),
        "inside trouble": ((error(500, "InternalServiceErrorException"),), Outcome.OUTAGE),
        "no id": ((reply(200, "{}"),), Outcome.UNKNOWN),
    }
    accepted = (reply(200, {"MessageId": SENT_ID}),)
    accepted_id = SENT_ID

    def config(self) -> ChannelConfig:
        return CONFIG

    def sign(self, body: bytes, secret: str = SECRET) -> Request:
        return record(body.decode("utf-8", "replace"))

    def message(self, text: str = WORDS) -> Message:
        return Message(key=KEY, target={"address": "zoe@example.fr"}, text=text)

    def spoken(self, calls: list[Call]) -> str:
        return str(json.loads(calls[-1].body)["Content"]["Simple"]["Body"]["Text"]["Data"])

    @LOOSE
    @given(choice=st.data())
    def test_a_damaged_record_is_malformed_or_parsed_but_nothing_else(self, choice: st.DataObject) -> None:
        request = self.sign(self.genuine())

        damaged = replace(request, body=choice.draw(changed_json(request.body)))

        assert self.outcome(damaged) in {"parsed", "malformed"}

    def test_only_the_platforms_word_for_our_topic_counts(self) -> None:
        genuine = self.sign(self.genuine())

        for origin in (TOPIC, f"{TOPIC}-events"):
            self.channel().verify(replace(genuine, origin=origin), self.now)
        for origin in ("http", "", f"{TOPIC} ", f"{TOPIC}-", "é\udcff", f"{TOPIC}, {TOPIC}-events"):
            with pytest.raises(Forged):
                self.channel().verify(replace(genuine, origin=origin), self.now)

    def test_a_plain_request_is_forged_even_if_the_plan_says_http(self) -> None:
        channel, _ = made(topic_arn="http")

        with pytest.raises(Forged):
            channel.verify(Request(body=self.genuine()), self.now)

    def test_reads_a_mail_whole(self) -> None:
        contact = self.read(self.genuine()).contacts[0]

        assert contact.provider_id == "o3vrnil0e2ic28trm7dfhrc2v0clambda4nbp0g1"
        assert contact.party == Party(address="zoe@example.fr", name="Zoé Martin", language="fr-FR")
        assert contact.text.startswith("Bonjour,")
        assert "n'est pas arrivée 🚨 « déjà » payée.\nhttps://example.fr/suivi" in contact.text.replace(
            "\r", ""
        )
        assert contact.conversation == "<root@mail.example.fr>"
        assert contact.attachments == (
            Attachment(
                reference=f"ses:{contact.provider_id}/2", media_type="application/pdf", name="reçu n°1.pdf"
            ),
        )
        assert contact.traits == {
            "subject": "Où est ma commande ? 🚨",
            "in_reply_to": "<our-first@shop.example>",
            "message_id": "<CAF-second@mail.example.fr>",
        }

    def test_a_mail_kept_in_a_bucket_is_a_contact_that_says_where_it_is(self) -> None:
        notice = received()
        del notice["content"]
        notice["receipt"]["action"] = {"type": "S3", "bucketName": "mails", "objectKey": "in/o3"}

        contact = self.read(json.dumps(notice).encode()).contacts[0]

        assert (contact.text, contact.traits["body"]) == ("", "s3:mails/in/o3")

    @pytest.mark.parametrize(
        "headers",
        [
            {"Auto_Submitted": "auto-replied"},
            {"Auto_Submitted": "Auto-Generated; owner=x"},
            {"PRECEDENCE": "Bulk"},
            {"Precedence": "list"},
            {"Return_Path": "<>"},
        ],
        ids=str,
    )
    def test_what_no_person_wrote_is_ignored(self, headers: dict[str, str]) -> None:
        parsed = self.read(json.dumps(with_headers(**headers)).encode())

        assert (parsed.contacts, parsed.ignored) == ((), 1)

    def test_a_bounce_to_us_and_an_announcement_are_ignored(self) -> None:
        bounce = self.read(json.dumps(received(source="")).encode())
        announced = self.read(b"Successfully validated SNS topic for Amazon SES event publishing.")

        assert (bounce.ignored, announced.ignored) == (1, 1)

    def test_a_person_may_say_that_a_person_wrote(self) -> None:
        assert self.read(json.dumps(with_headers(Auto_Submitted="No")).encode()).contacts

    @pytest.mark.parametrize(
        ("verdict", "setting", "kept"), [("spam", "", 0), ("virus", "mark", 0), ("spam", "mark", 1)]
    )
    def test_spam_is_ignored_or_marked_and_a_virus_always_ignored(
        self, verdict: str, setting: str, kept: int
    ) -> None:
        notice = received()
        notice["receipt"][f"{verdict}Verdict"] = {"status": "FAIL"}

        parsed = made(spam=setting)[0].parse(record(json.dumps(notice)), self.now)

        assert [contact.traits["spam"] for contact in parsed.contacts] == ["FAIL"] * kept

    def test_the_answer_goes_where_the_person_wants_it(self) -> None:
        notice = received()
        notice["mail"]["commonHeaders"]["replyTo"] = ["Zoé <zoe@home.example>"]

        assert self.read(json.dumps(notice).encode()).contacts[0].party.address == "zoe@home.example"

    def test_mail_to_another_mailbox_names_that_mailbox(self) -> None:
        notice = received()
        notice["receipt"]["recipients"] = ["returns@shop.example"]

        assert self.read(json.dumps(notice).encode()).contacts[0].account == "returns@shop.example"

    def test_a_mail_without_anybody_to_answer_to_is_malformed(self) -> None:
        with pytest.raises(Malformed):
            self.read(json.dumps(received(source="nobody", commonHeaders={}, headers=[])).encode())

    @pytest.mark.parametrize(
        ("what", "state", "outcome", "detail"),
        [
            ("bounce", ReceiptState.FAILED, Outcome.RECIPIENT, "Permanent/General"),
            ("delivery", ReceiptState.DELIVERED, Outcome.OK, ""),
            ("complaint", ReceiptState.DELIVERED, Outcome.RECIPIENT, "abuse"),
        ],
    )
    def test_events_on_our_mail_are_receipts(
        self, what: str, state: ReceiptState, outcome: Outcome, detail: str
    ) -> None:
        found = self.read((SAMPLES / f"ses_email-2019-09-27-2026_11-{what}.json").read_bytes()).receipts[0]

        assert (found.provider_id, found.state, found.outcome, found.detail) == (
            SENT_ID,
            state,
            outcome,
            detail,
        )
        assert found.at is not None
        assert found.at > datetime(2026, 11, 21, 11, 50, tzinfo=UTC)

    def test_a_bounce_for_our_messages_own_fault_says_so(self) -> None:
        event = {
            "eventType": "Bounce",
            "mail": {"messageId": "1"},
            "bounce": {"bounceSubType": "MessageTooLarge"},
        }

        assert self.read(json.dumps(event).encode()).receipts[0].outcome is Outcome.REQUEST
