"""The fake providers check what the real ones check, and refuse in their shapes."""

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from infra.local.fakes.chatwoot import ChatwootFake
from infra.local.fakes.desk import DeskFake
from infra.local.fakes.meta import MessengerFake, WhatsappFake
from infra.local.fakes.twilio import TwilioFake
from infra.local.fakes.vendor_desks import Webhook
from infra.local.fakes.wire import Arrived, Taken

AT = datetime.now(UTC)
NOW = AT.timestamp()
WORDS = "café 🚨 a/b « ça »"
URL = "https://contact.shop.example/hooks/x"


def asked(fake: Any, method: str, url: str, body: object = None, **headers: str) -> Taken:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
    named = {name.replace("_", "-").lower(): value for name, value in headers.items()}
    if body is not None:
        named.setdefault("content-type", "application/json")
    taken = fake.answer(Arrived(method=method, url=url, headers=named, body=sent), NOW)
    assert isinstance(taken, Taken)
    return taken


def answer(taken: Taken) -> Any:
    return json.loads(taken.reply.body)


# Meta


def messenger(body: object, token: str = "", place: str = "/v25.0/104001/messages", **headers: str) -> Taken:
    fake = MessengerFake("m")
    headers.setdefault("authorization", f"Bearer {token or fake.secrets['page_token']}")
    return asked(fake, "POST", place, body, **headers)


TEXT = {"messaging_type": "RESPONSE", "recipient": {"id": "77"}, "message": {"text": WORDS}}


def test_messenger_takes_a_text_and_names_it() -> None:
    taken = messenger(TEXT)

    assert taken.reply.code == 200
    assert taken.item
    assert (taken.item.party, taken.item.text) == ("77", WORDS)
    assert answer(taken) == {"recipient_id": "77", "message_id": taken.item.id}


@pytest.mark.parametrize(
    ("sent", "more", "code", "number"),
    [
        (TEXT, {"token": "wrong"}, 401, 190),
        (TEXT, {"authorization": "Basic x"}, 401, 190),
        (TEXT, {"place": "/v25.0/999/messages"}, 400, 100),
        (TEXT, {"place": "/messages"}, 400, 2500),
        (TEXT, {"content_type": "text/plain"}, 400, 100),
        (b"{", {}, 400, 100),
        ({"message": {"text": "x"}}, {}, 400, 100),
        ({**TEXT, "message": {"text": ""}}, {}, 400, 100),
        ({**TEXT, "message": {"text": "x" * 2001}}, {}, 400, 100),
        ({**TEXT, "messaging_type": "HELLO"}, {}, 400, 100),
        ({**TEXT, "recipient": {"id": "silent-for-days"}}, {}, 400, 10),
        ({**TEXT, "recipient": "77"}, {}, 400, 100),
    ],
)
def test_messenger_refuses_in_the_graph_apis_shape(
    sent: object, more: Mapping[str, str], code: int, number: int
) -> None:
    taken = messenger(sent, **more)

    assert (taken.reply.code, answer(taken)["error"]["code"], taken.item) == (code, number, None)
    assert answer(taken)["error"]["type"] == "OAuthException"


def test_whatsapp_takes_a_text_and_refuses_another_product() -> None:
    fake = WhatsappFake("w")
    token = f"Bearer {fake.secrets['access_token']}"
    sent = {"messaging_product": "whatsapp", "to": "+33611", "type": "text", "text": {"body": WORDS}}
    place = f"/v25.0/{fake.account}/messages"

    taken = asked(fake, "POST", place, sent, authorization=token)
    wrong = asked(fake, "POST", place, {**sent, "messaging_product": "sms"}, authorization=token)

    assert taken.item
    assert answer(taken)["messages"] == [{"id": taken.item.id}]
    assert (wrong.reply.code, answer(wrong)["error"]["code"]) == (400, 100)


def test_graph_probes_are_answered_and_take_nothing() -> None:
    page, phone = MessengerFake("m"), WhatsappFake("w")
    page_token, token = (f"Bearer {t}" for t in (page.secrets["page_token"], phone.secrets["access_token"]))

    me = asked(page, "GET", "/v25.0/me?fields=id", authorization=page_token)
    health = asked(phone, "GET", f"/v25.0/{phone.account}?fields=health_status", authorization=token)
    apps = asked(phone, "GET", "/v25.0/102290129340398/subscribed_apps", authorization=token)

    assert answer(me) == {"id": "104001"}
    assert answer(health)["health_status"]["can_send_message"] == "AVAILABLE"
    assert answer(apps)["data"][0]["id"] == "900001"
    assert (me.item, health.item, apps.item) == (None, None, None)


# Twilio


def twilio(fields: Mapping[str, str], resource: str = "Messages", **more: str) -> Taken:
    fake = TwilioFake("t")
    sid, token = fake.settings["account_sid"], more.get("token") or fake.secrets["auth_token"]
    pair = b64encode(f"{sid}:{token}".encode()).decode()
    kind = more.get("content_type", "application/x-www-form-urlencoded")
    place = f"/2010-04-01/Accounts/{sid}/{resource}.json"
    return asked(
        fake, "POST", place, urlencode(fields).encode(), authorization=f"Basic {pair}", content_type=kind
    )


SMS = {"To": "+33611223344", "From": "+33755500000", "Body": WORDS}


def test_twilio_takes_a_message_and_a_call() -> None:
    message, call = (
        twilio(SMS),
        twilio({"To": SMS["To"], "From": SMS["From"], "Twiml": "<Response/>"}, "Calls"),
    )

    assert (message.reply.code, answer(message)["status"]) == (201, "queued")
    assert message.item
    assert (message.item.text, message.item.party, message.item.id[:2]) == (WORDS, SMS["To"], "SM")
    assert call.item
    assert call.item.id.startswith("CA")


@pytest.mark.parametrize(
    ("fields", "more", "http", "code"),
    [
        (SMS, {"token": "wrong"}, 401, 20003),
        (SMS, {"resource": "Faxes"}, 404, 20404),
        (SMS, {"content_type": "application/json"}, 400, 20001),
        ({**SMS, "To": ""}, {}, 400, 21604),
        ({**SMS, "To": "0611223344"}, {}, 400, 21211),
        ({**SMS, "From": ""}, {}, 400, 21603),
        ({**SMS, "Body": ""}, {}, 400, 21602),
        ({**SMS, "Body": "x" * 1601}, {}, 400, 21617),
        ({**SMS, "To": "+15005550009"}, {}, 400, 21610),
        ({"To": SMS["To"], "From": SMS["From"]}, {"resource": "Calls"}, 400, 21205),
    ],
)
def test_twilio_refuses_with_its_own_numbers(
    fields: Mapping[str, str], more: dict[str, str], http: int, code: int
) -> None:
    taken = twilio(fields, **more)

    assert (taken.reply.code, answer(taken)["code"], taken.item) == (http, code, None)
    assert str(code) in answer(taken)["more_info"]


# Desks


def desk_event(fake: DeskFake, kind: str = "contact.message", key: str = "row-1") -> Taken:
    side = Webhook(url=URL, secret=fake.secrets["secret"])
    told = {"reference": key, "customer": {"id": "77"}, "text": WORDS}
    signed = side.event(key, kind, told, AT)
    return asked(
        fake, "POST", "/", signed.body, **{n.replace("-", "_"): v for n, v in signed.headers.items()}
    )


def test_a_desk_takes_a_signed_contact_once_and_counts_its_repetition() -> None:
    fake = DeskFake("desk-a")

    first, again = desk_event(fake), desk_event(fake)

    assert first.item
    assert again.item
    assert (first.reply.code, first.item.key, first.item.text, first.item.repeated) == (
        202,
        "row-1",
        WORDS,
        False,
    )
    assert (again.reply.code, again.item.repeated, answer(again)["duplicate"]) == (202, True, True)


def test_a_desk_answers_a_probe_and_takes_nothing() -> None:
    taken = desk_event(DeskFake("desk-a"), "bascule.probe")

    assert (taken.reply.code, taken.item) == (200, None)


@pytest.mark.parametrize("header", ["webhook_id", "webhook_timestamp", "webhook_signature"])
@pytest.mark.parametrize("value", ["", "é", "1", "v1,AAAA v1,"])
def test_a_desk_refuses_what_is_not_signed_for_it(header: str, value: str) -> None:
    fake = DeskFake("desk-a")
    signed = Webhook(url=URL, secret=fake.secrets["secret"]).contact("k", "77", WORDS, AT)
    headers = {name.replace("-", "_"): v for name, v in signed.headers.items()}

    taken = asked(fake, "POST", "/", signed.body, **{**headers, header: value})

    assert (taken.reply.code, taken.item) == (401, None)


def test_chatwoot_takes_a_contact_a_conversation_and_a_message() -> None:
    fake = ChatwootFake("c")
    inbox = f"/public/api/v1/inboxes/{fake.settings['inbox']}"

    unknown = asked(fake, "GET", f"{inbox}/contacts/s-1/conversations")
    person = asked(fake, "POST", f"{inbox}/contacts", {"source_id": "s-1", "identifier": "s-1"})
    talk = answer(asked(fake, "POST", f"{inbox}/contacts/s-1/conversations", {}))["id"]
    said = asked(
        fake,
        "POST",
        f"{inbox}/contacts/s-1/conversations/{talk}/messages",
        {"content": WORDS, "echo_id": "k"},
    )
    listed = answer(asked(fake, "GET", f"{inbox}/contacts/s-1/conversations"))

    assert (unknown.reply.code, answer(person)["source_id"], person.item) == (404, "s-1", None)
    assert said.item
    assert (said.item.text, said.item.key, said.item.conversation) == (WORDS, "k", str(talk))
    assert [one["id"] for one in listed] == [talk]


@pytest.mark.parametrize("place", ["", "/contacts/nobody", "/contacts/nobody/conversations/9/messages"])
def test_chatwoot_knows_neither_foreign_inboxes_nor_strangers(place: str) -> None:
    fake = ChatwootFake("c")
    inbox = "not-ours" if not place else fake.settings["inbox"]

    taken = asked(fake, "GET", f"/public/api/v1/inboxes/{inbox}{place}")

    assert (taken.reply.code, taken.item) == (404, None)


def test_secrets_are_new_in_every_run() -> None:
    assert MessengerFake("a").secrets["page_token"] != MessengerFake("b").secrets["page_token"]
