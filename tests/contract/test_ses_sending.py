"""What we ask of the SES v2 API, compared with what botocore asks for the same operation."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import botocore.session
import pytest

from chalicelib.channels.ses_email import OUTCOMES
from chalicelib.domain.model import Attachment, Contact, Medium, Message, Party
from tests.contract.sending_contract import WORDS
from tests.contract.ses_side import CONFIG, KEY, botocore_reads, botocore_request, made
from tests.fakes_http import reply

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TAKEN = reply(200, {"MessageId": "0102018f"})
CONTACT = Contact(
    account="page-1",
    provider_id="m-1",
    party=Party(address="zoe@example.fr", name="Zoé"),
    text=WORDS,
    medium=Medium.EMAIL,
    sent_at=NOW,
    traits={"subject": "Ma\r\nBcc: all@example.fr\u2028commande"},
    attachments=(Attachment(reference="ses:o3/2", name="reçu.pdf"),),
)
TO_DESK = Message(
    key=KEY,
    target={"address": "agents@desk.example"},
    text=WORDS,
    contact=CONTACT,
    channel="mail-fr",
    purpose="help",
)
TO_PERSON = Message(key=KEY, target={"address": "zoe@example.fr"}, text=WORDS, language="fr")


def letter(message: Message, **settings: str) -> Any:
    channel, door = made(TAKEN, **settings)
    channel.send(message, NOW)
    return door.sent


@pytest.mark.parametrize("message", [TO_DESK, TO_PERSON], ids=["desk", "person"])
def test_asks_exactly_as_amazons_own_sdk_asks(message: Message) -> None:
    channel, door = made(TAKEN, configuration_set="all-events")

    channel.send(message, NOW)

    theirs = botocore_request("SendEmail", door.sent)
    assert (door.last.method, door.last.url, door.last.sign) == (theirs.method, theirs.url, "ses")
    assert isinstance(theirs.body, bytes)
    assert door.sent == json.loads(theirs.body)
    assert b"/eu-west-3/ses/aws4_request" in theirs.headers["Authorization"]


def test_probes_exactly_as_amazons_own_sdk_asks() -> None:
    channel, door = made(reply(200, {}))

    channel.probe(NOW)

    theirs = botocore_request("GetAccount", {})
    assert (door.last.method, door.last.url, door.last.body, door.last.sign) == (
        theirs.method,
        theirs.url,
        b"",
        "ses",
    )


def test_reads_an_account_of_the_published_shape() -> None:
    quota = {"Max24HourSend": 50.0, "MaxSendRate": 1.0, "SentLast24Hours": 8.0}
    account = {"SendingEnabled": True, "EnforcementStatus": "HEALTHY", "SendQuota": quota}

    channel, _ = made(
        reply(200, {k: v for k, v in botocore_reads("get_account", account).items() if k in account})
    )

    assert channel.probe(NOW).detail == "quota left 42, enforcement HEALTHY"


def test_knows_every_error_that_the_published_model_names() -> None:
    model = botocore.session.get_session().get_service_model("sesv2")
    named = {e.name for op in ("SendEmail", "GetAccount") for e in model.operation_model(op).error_shapes}

    assert named <= set(OUTCOMES)


def test_without_a_base_the_region_names_the_host() -> None:
    channel, door = made(TAKEN)
    channel.config = replace(CONFIG, base="")

    channel.send(TO_PERSON, NOW)

    assert door.last.url == "https://email.eu-west-3.amazonaws.com/v2/email/outbound-emails"


def test_a_receipt_is_due_only_where_events_are_published() -> None:
    plain, _ = made(TAKEN)
    watched, _ = made(TAKEN, configuration_set="all-events")

    assert not plain.send(TO_PERSON, NOW).receipt_due
    assert watched.send(TO_PERSON, NOW).receipt_due


def test_an_answer_stays_in_the_persons_thread() -> None:
    target = {"address": "zoe@example.fr", "subject": "Re: Où ?", "in_reply_to": "<a@b>\r\nBcc: x@y"}

    sent = letter(replace(TO_PERSON, target=target), subject="Votre message")

    simple = sent["Content"]["Simple"]
    assert simple["Subject"]["Data"] == "Re: Où ?"
    assert {"Name": "In-Reply-To", "Value": "<a@b> Bcc: x@y"} in simple["Headers"]
    assert {"Name": "X-Bascule-Contact", "Value": KEY} in simple["Headers"]
    assert (
        letter(TO_PERSON, subject="Votre message")["Content"]["Simple"]["Subject"]["Data"] == "Votre message"
    )


def test_a_desk_answers_the_person_directly() -> None:
    sent = letter(TO_DESK)

    assert sent["FromEmailAddress"] == "contact@shop.example"
    assert sent["Destination"] == {"ToAddresses": ["agents@desk.example"]}
    assert sent["ReplyToAddresses"] == ["zoe@example.fr"]
    assert "ReplyToAddresses" not in letter(replace(TO_DESK, contact=replace(CONTACT, medium=Medium.SMS)))


def test_a_desk_sees_who_wrote_what_where_and_no_header_can_be_smuggled_in() -> None:
    simple = letter(TO_DESK)["Content"]["Simple"]

    assert simple["Subject"]["Data"] == "[help] Ma Bcc: all@example.fr commande"
    assert simple["Body"]["Text"]["Data"] == (
        "Channel: mail-fr\nPurpose: help\nFrom: Zoé zoe@example.fr\nSent: 2026-11-21T12:00:00+00:00\n"
        f"Reference: {KEY}\n\n{WORDS}\n\nreçu.pdf ses:o3/2"
    )
    assert {"Name": "Auto-Submitted", "Value": "auto-generated"} in simple["Headers"]
