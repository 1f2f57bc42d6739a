"""Telegram against the contract of all channels. It has no verifier of its own: the agreed word is all."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from chalicelib.channels import Channel, ChannelConfig, Malformed, Refusal, SendFailed, Standing, Verdict
from chalicelib.domain.model import Attachment, Contact, Message, Outcome, Party
from chalicelib.http_types import Call, Request, Response
from tests.contract.channel_contract import SECRET, STANDINGS
from tests.contract.sending_contract import WORDS, SendingContract
from tests.contract.signed_contract import ProvenContract
from tests.fakes_http import ScriptedHttp, reply
from tests.fuzz.shots import Shot
from tests.fuzz.signers import Vendor

BOT, PERSON, TOKEN = "7012345678", 512345678, "7012345678:AAF-the_newest-bot-token"
BASE = f"https://bots.example/bot{TOKEN}"
HOOK, OLD = "https://contact.example/hooks/bot-fr", "https://old.example/t"
ZOE = {"id": PERSON, "is_bot": False, "first_name": "Zoé", "last_name": "Lý", "language_code": "fr"}
CHAT = {"id": PERSON, "type": "private", "first_name": "Zoé"}
NOON = 1795262400
PHOTO = [{"file_id": "small", "width": 90}, {"file_id": "AgACAgQ-large", "width": 1280}]
FIRST = {
    "message_id": 77,
    "from": ZOE,
    "chat": CHAT,
    "date": NOON - 1,
    "text": "Bonjour, mon vol est annulé 🚨 voir https://example.com/vol",
}
# Escaped as another server may: \u00e9 must read as é, \/ as a plain slash.
SAMPLE = json.dumps({"update_id": 904512345, "message": FIRST}).replace("/", "\\/").encode()
WORD = "the-agreed-word-0123456789abcdef"


def with_the_word(vendor: Vendor, body: bytes, *_: object) -> Shot:
    headers = (("Content-Type", "application/json"), ("X-Telegram-Bot-Api-Secret-Token", WORD))
    return Shot(channel=vendor.channel, body=body, headers=headers)


def has_the_word(shot: Shot, _: datetime) -> bool:
    return shot.proof.get("x-telegram-bot-api-secret-token", "").strip() == WORD


OTHER_SIDE = (
    Vendor(
        kind="telegram", channel="bot-fr", bodies=(SAMPLE,), sign=with_the_word, vouches=has_the_word,
        secrets={"bot_token": (f"{BOT}:t",), "secret_token": (WORD,)}, plan=f'account: "{BOT}"',
    ),
)  # fmt: skip


def update(**event: Any) -> bytes:
    return json.dumps({"update_id": 904512346, **event}).encode()


def said(**message: Any) -> bytes:
    """An update with one message of Zoé's."""
    return update(message={"message_id": 78, "from": ZOE, "chat": CHAT, "date": NOON, **message})


def result(value: Any) -> Response:
    return reply(200, {"ok": True, "result": value})


def error(code: int, description: str = "", **parameters: int) -> Response:
    body = {"ok": False, "error_code": code, "description": description, "parameters": parameters}
    return reply(code, body)


REFUSALS = {
    "revoked token": ((error(401, "Unauthorized"),), Outcome.AUTH),
    "no such token": ((error(404, "Not Found"),), Outcome.AUTH),
    "paced": ((error(429, "Too Many Requests: retry after 7", retry_after=7),), Outcome.THROTTLED),
    "broken": ((error(500, "Internal Server Error"),), Outcome.OUTAGE),
    "behind a dead proxy": ((reply(502, "<html>"),), Outcome.OUTAGE),
    "kept out by a proxy": ((reply(403, "<html>"),), Outcome.AUTH),
    "a page": ((reply(200, "<html>"),), Outcome.UNKNOWN),
    "an error in a 200": ((reply(200, {"ok": False, "error_code": 502}),), Outcome.OUTAGE),
    "an odd code": ((reply(200, {"ok": False, "error_code": 1e300}),), Outcome.UNKNOWN),
}


class TestTelegram(ProvenContract, SendingContract):
    kind = "telegram"
    accounts = frozenset({BOT})
    unknown_event = update(hologram={"id": 1})
    secret_name = "secret_token"
    proof_headers = ("x-telegram-bot-api-secret-token",)
    secrets_in_path = frozenset({"bot_token"})
    answers: ClassVar[Mapping[tuple[Standing, Refusal | None], int]] = {
        (Standing.DECIDED, None): 200,
        (Standing.DUPLICATE, None): 200,
        (Standing.OVERLOADED, None): 503,
        (Standing.REFUSED, Refusal.FORGED): 401,
        (Standing.REFUSED, Refusal.MALFORMED): 200,
        (Standing.REFUSED, Refusal.TOO_LARGE): 200,
        (Standing.REFUSED, Refusal.WRONG_ACCOUNT): 200,
    }
    probes: ClassVar = REFUSALS | {
        "our bot": ((result({"id": int(BOT), "is_bot": True, "username": "shop_bot"}),), Outcome.OK),
        "another bot": ((result({"id": 1, "is_bot": True}),), Outcome.AUTH),
    }
    sends: ClassVar = REFUSALS | {
        "behind a dead proxy": ((reply(502, "<html>"),), Outcome.UNKNOWN),
        "blocked": ((error(403, "Forbidden: bot was blocked by the user"),), Outcome.RECIPIENT),
        "nobody there": ((error(400, "Bad Request: chat not found"),), Outcome.RECIPIENT),
        "our own fault": ((error(400, "Bad Request: message is too long"),), Outcome.REQUEST),
    }
    accepted = (result({"message_id": 4711, "chat": CHAT, "date": NOON}),)
    accepted_id = f"{PERSON}/4711"

    def config(self) -> ChannelConfig:
        secrets = {"bot_token": (TOKEN, "7012345678:the-former"), "secret_token": (SECRET,)}
        return ChannelConfig(id="bot-fr", account=BOT, base="https://bots.example", secrets=secrets)

    def genuine(self) -> bytes:
        return SAMPLE

    def sign(self, body: bytes, secret: str = SECRET) -> Request:
        return Request(headers={"x-telegram-bot-api-secret-token": secret}, body=body)

    def message(self, text: str = WORDS) -> Message:
        return Message(key="0" * 32, target={"address": str(PERSON)}, text=text)

    def spoken(self, calls: list[Call]) -> str:
        return str(json.loads(calls[-1].body)["text"])

    def one(self, body: bytes) -> Contact:
        (contact,) = self.read(body).contacts
        return contact

    def asked(self, channel: Channel) -> list[tuple[str, Any]]:
        """The API's methods that were called, with what they were given."""
        assert isinstance(channel.http, ScriptedHttp)
        return [
            (call.url.removeprefix(f"{BASE}/"), json.loads(call.body or b"{}")) for call in channel.http.calls
        ]

    def test_reads_who_wrote_what_when_to_which_bot(self) -> None:
        contact = self.one(self.genuine())

        assert contact == Contact(
            account=BOT,
            provider_id="904512345",
            party=Party(address=str(PERSON), name="Zoé Lý", language="fr"),
            text="Bonjour, mon vol est annulé 🚨 voir https://example.com/vol",
            sent_at=datetime(2026, 11, 21, 11, 59, 59, tzinfo=UTC),
            traits={"kind": "message"},
        )

    @pytest.mark.parametrize(
        ("message", "reference", "media_type"),
        [
            ({"photo": PHOTO}, "AgACAgQ-large", "image/jpeg"),
            ({"voice": {"file_id": "v", "mime_type": "audio/ogg"}}, "v", "audio/ogg"),
            ({"sticker": {"file_id": "s"}}, "s", "sticker"),
            ({"document": {"file_id": "d"}}, "d", "document"),
            ({"animation": {"file_id": "a"}, "document": {"file_id": "a"}}, "a", "animation"),
            ({"location": {"latitude": 48.84, "longitude": 2.37}}, "geo:48.84,2.37", "location"),
            ({"contact": {"phone_number": "+33612345678"}}, "tel:+33612345678", "contact"),
        ],
        ids=str,
    )
    def test_reads_what_came_along_once(
        self, message: dict[str, Any], reference: str, media_type: str
    ) -> None:
        contact = self.one(said(**message, caption="regardez"))

        assert contact.attachments == (Attachment(reference=reference, media_type=media_type),)
        assert contact.text == "regardez"

    def test_a_pressed_button_is_a_contact_of_the_one_who_pressed(self) -> None:
        menu = {"message_id": 5, "from": {"id": 7, "is_bot": True}, "chat": CHAT, "date": 0}

        contact = self.one(update(callback_query={"id": "99", "from": ZOE, "message": menu, "data": "AGENT"}))

        assert (contact.party.address, contact.party.name) == (str(PERSON), "Zoé Lý")
        assert (contact.text, contact.traits) == ("AGENT", {"kind": "callback_query", "button": "AGENT"})

    def test_the_link_that_led_here_is_a_trait(self) -> None:
        assert self.one(said(text="/start refund-2026")).traits == {"kind": "message", "start": "refund-2026"}
        assert self.one(said(text="/start")).traits == {"kind": "message"}

    def test_a_message_of_an_unforeseen_kind_is_still_a_contact(self) -> None:
        assert self.one(said(hologram={"file_id": "h"})).provider_id == "904512346"

    @pytest.mark.parametrize(
        "body",
        [
            said(chat={"id": -1001, "type": "supergroup"}),
            said(**{"from": {"id": 8, "is_bot": True}}),
            said(pinned_message={"message_id": 1}),
            update(edited_message={"message_id": 1, "chat": CHAT}),
            update(my_chat_member={"chat": CHAT}),
            update(callback_query={"id": "9", "from": ZOE, "inline_message_id": "x"}),
        ],
        ids=["group", "bot", "pin", "edit", "membership", "inline button"],
    )
    def test_ignores_what_is_no_persons_word_to_us(self, body: bytes) -> None:
        parsed = self.read(body)

        assert (parsed.contacts, parsed.ignored) == ((), 1)

    @pytest.mark.parametrize(
        "body", [b"{}", update(message=None), update(callback_query=[]), said(chat={})], ids=str
    )
    def test_an_update_that_nobody_could_answer_is_malformed(self, body: bytes) -> None:
        with pytest.raises(Malformed):
            self.read(body)

    def test_no_answer_has_a_body_that_could_be_obeyed(self) -> None:
        answers = [self.channel().answer(Verdict(standing=s, refusal=r)) for s, r in STANDINGS]

        assert {answer.body for answer in answers} == {""}
        assert {a.headers.get("retry-after") for a in answers if a.code == 503} == {"30"}

    def test_calls_with_the_newest_token_and_telegram_itself_without_another_base(self) -> None:
        channel = self.channel(*self.accepted, config=replace(self.config(), base=""))

        channel.send(self.message(), self.now)

        assert isinstance(channel.http, ScriptedHttp)
        assert channel.http.last.url == f"https://api.telegram.org/bot{TOKEN}/sendMessage"
        assert channel.http.sent == {"chat_id": str(PERSON), "text": WORDS}

    @pytest.mark.parametrize(
        "changes",
        [
            {"target": {}},
            {"text": ""},
            {"text": "é" * 4097},
            {"contact": Contact(account=BOT, provider_id="1", party=Party(address="2"))},
        ],
        ids=["no address", "no text", "too long", "for a desk"],
    )
    def test_refuses_what_cannot_be_sent_without_asking(self, changes: dict[str, Any]) -> None:
        with pytest.raises(SendFailed) as failed:
            self.channel().send(replace(self.message(), **changes), self.now)

        assert failed.value.outcome is Outcome.REQUEST

    def test_waits_as_long_as_telegram_says(self) -> None:
        with pytest.raises(SendFailed) as failed:
            self.channel(*REFUSALS["paced"][0]).send(self.message(), self.now)

        assert failed.value.retry_after == 7
        assert self.channel(*REFUSALS["paced"][0]).probe(self.now).retry_after == 7

    @pytest.mark.parametrize(
        ("hook", "findings"),
        [
            ({"url": HOOK, "pending_update_count": 3}, ()),
            ({"url": "", "pending_update_count": 3}, ("no webhook is set: no message will arrive",)),
            ({"url": "https://e/hooks/b"}, ("the webhook leads elsewhere: no message will arrive here",)),
            ({"url": HOOK, "pending_update_count": 250}, ("250 updates wait",)),
            ({"url": HOOK, "allowed_updates": ["message"]}, ("the webhook lacks callback_query",)),
            (
                {"url": HOOK, "last_error_date": NOON - 600, "last_error_message": "Connection timed out"},
                ("at 11:50 UTC: Connection timed out",),
            ),
            ({"url": HOOK, "last_error_date": NOON - 7200, "last_error_message": "over by now"}, ()),
        ],
        ids=str,
    )
    def test_the_check_finds_what_is_wrong_with_the_webhook(
        self, hook: dict[str, Any], findings: tuple[str, ...]
    ) -> None:
        assert tuple(one.about for one in self.channel(result(hook)).check(self.now)) == findings

    def test_a_check_that_is_refused_says_against_whom(self) -> None:
        with pytest.raises(SendFailed) as failed:
            self.channel(error(401)).check(self.now)

        assert failed.value.outcome is Outcome.AUTH

    def test_attaches_with_our_word_and_returns_the_former_address(self) -> None:
        before = {"url": OLD, "allowed_updates": ["message", "poll"], "max_connections": 9}
        channel = self.channel(result(before), result(True))

        former = channel.attach(HOOK)

        kinds = ["callback_query", "message", "poll"]
        wanted = {"url": HOOK, "secret_token": SECRET, "allowed_updates": kinds, "max_connections": 9}
        assert former == OLD
        assert self.asked(channel) == [("getWebhookInfo", {}), ("setWebhook", wanted)]

    @pytest.mark.parametrize("words", [(), ("old-word", "older-word")], ids=["unknown", "known"])
    def test_detaches_to_the_former_address_with_its_own_word(self, words: tuple[str, ...]) -> None:
        config = self.config()
        config = replace(config, secrets={**config.secrets, "former_secret_token": words})
        channel = self.channel(result({"url": HOOK, "max_connections": 9}), result(True), config=config)

        channel.detach(OLD)

        word = {"secret_token": words[0]} if words else {}
        assert self.asked(channel)[1] == ("setWebhook", {"url": OLD, "max_connections": 9, **word})

    def test_detaches_from_a_bot_that_had_no_webhook_without_losing_what_waits(self) -> None:
        channel = self.channel(result(True))

        channel.detach("")

        assert self.asked(channel) == [("deleteWebhook", {"drop_pending_updates": False})]

    @pytest.mark.parametrize("script", [(error(401),), (result({"url": HOOK}), error(400))], ids=len)
    def test_a_refused_attach_is_not_taken_for_done(self, script: tuple[Response, ...]) -> None:
        with pytest.raises(SendFailed):
            self.channel(*script).attach(HOOK)

    @pytest.mark.parametrize("former", ["", OLD], ids=["none", "one"])
    def test_a_refused_detach_is_not_taken_for_done(self, former: str) -> None:
        with pytest.raises(SendFailed):
            self.channel(error(401)).detach(former)
