"""The webhooks that the fake vendors send pass the vendors' own verifiers."""

import json
from datetime import UTC, datetime

from pywa.utils import webhook_updates_validator
from standardwebhooks import Webhook as StandardWebhook
from twilio.request_validator import RequestValidator

from infra.local.fakes import signatures
from infra.local.fakes.desk import DeskFake
from infra.local.fakes.vendor_desks import Webhook, ses_mail
from infra.local.fakes.vendor_meta import Messenger, Whatsapp, handshake
from infra.local.fakes.vendor_twilio import Twilio
from infra.local.fakes.wire import Arrived

AT = datetime.now(UTC)
WORDS = "café 🚨 a/b « ça »"
URL = "https://contact.shop.example/hooks/x"


def test_metas_webhooks_pass_its_verifier_and_escape_what_is_not_ascii() -> None:
    page = Messenger(url=URL, page="1", app_secret="s")
    number = Whatsapp(url=URL, phone="2", app_secret="s")
    many = (
        page.text("77", WORDS, "m1", AT), page.delivered("77", "m2", AT), page.read("77", "m2", AT),
        number.text("33611", WORDS, "wamid.1", AT), number.state("33611", "wamid.2", "failed", AT),
    )  # fmt: skip

    for signed in many:
        proof = signed.headers["X-Hub-Signature-256"]
        assert webhook_updates_validator("s", signed.body, proof)
        assert not webhook_updates_validator("s", signed.body + b" ", proof)
        assert signed.body.isascii()
    assert b"\\/" in many[0].body
    assert "hub.challenge=123" in handshake(URL, "w", "123").url


def test_twilios_webhooks_pass_its_verifier_for_the_public_address() -> None:
    side = Twilio(url="http://127.0.0.1:9/h", public=URL, account_sid="AC1", number="+331", auth_token="t")
    sms, call, step = (
        side.sms("+336", WORDS, "SM1"),
        side.call("+336", "CA1"),
        side.step(f"{URL}?state=a", "+336", "CA1"),
    )

    for signed, public in ((sms, URL), (call, URL), (step, f"{URL}?state=a")):
        form = dict(p.split("=") for p in signed.body.decode().split("&"))
        fields = Arrived(method="POST", url="/", body=signed.body).form()
        proof = signed.headers["X-Twilio-Signature"]
        assert RequestValidator("t").validate(public, fields, proof)
        assert not RequestValidator("t").validate(public, {**fields, "From": "+337"}, proof)
        assert signed.url.startswith("http://127.0.0.1:9/h")
        assert set(form) == set(fields)


def test_standard_webhooks_pass_their_own_library() -> None:
    fake = DeskFake("d")
    side = Webhook(url=URL, secret=fake.secrets["secret"])

    now = datetime.now(UTC)
    for signed in (side.contact("k", "77", WORDS, now), side.word("row", "reply", now, WORDS)):
        event = StandardWebhook(side.secret).verify(signed.body, dict(signed.headers))
        assert event["data"]["text"] == WORDS


def test_chatwoots_signature_is_the_known_one() -> None:
    body = '{"probe":"café 🚨","n":1}'.encode()

    proof = signatures.chatwoot("bascule-test-secret", 1_700_000_000, body)

    assert proof == "sha256=1a44e1c0ce4b7f5d5b2940127d131928726edbe273e9352eb4fa4ada4ebe4c51"


def test_a_mail_through_ses_names_sender_mailbox_and_words() -> None:
    told = json.loads(ses_mail("a@client.example", "help@shop.example", "Été", WORDS, ("0001", AT)))

    assert told["mail"]["messageId"] == "0001"
    assert told["mail"]["destination"] == ["help@shop.example"]
    assert "Message-ID: <0001@mail.example>" in told["content"]
