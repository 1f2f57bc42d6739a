"""Standard Webhooks, both ways; the other side is the `standardwebhooks` package."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from standardwebhooks import Webhook as Sdk

from chalicelib.channels import (
    Channel,
    ChannelConfig,
    Forged,
    Malformed,
    MissingSetting,
    Refusal,
    Standing,
    Verdict,
    kind,
)
from chalicelib.domain.model import DeskWord, Medium, Message, Outcome, Party
from chalicelib.http_types import Call, Request
from tests.contract.channel_contract import SAMPLES, SECRET
from tests.contract.sending_contract import WORDS, SendingContract
from tests.contract.signed_contract import FORMER, SignedContract
from tests.contract.webhook_side import CONFIG, CONTACT, KEY, MESSAGE, made, whsec
from tests.fakes_http import Scripted, ScriptedHttp, reply

WAIT = {"retry-after": "17"}


class TestWebhook(SignedContract, SendingContract):
    kind = "webhook"
    sample = "webhook-1.0-2026_11-contact.json"
    samples = ("webhook-1.0-2026_11-desk-reply.json",)
    unknown_event = b'{"type":"invoice.paid","data":{}}'
    accounts = frozenset({"shop"})
    secret_name = "secret"
    proof_headers = ("webhook-id", "webhook-timestamp", "webhook-signature")
    lives = timedelta(minutes=5)
    answers: ClassVar[Mapping[tuple[Standing, Refusal | None], int]] = {
        (Standing.DECIDED, None): 202,
        (Standing.DUPLICATE, None): 200,
        (Standing.OVERLOADED, None): 503,
        (Standing.REFUSED, Refusal.FORGED): 401,
        (Standing.REFUSED, Refusal.MALFORMED): 400,
        (Standing.REFUSED, Refusal.TOO_LARGE): 413,
        (Standing.REFUSED, Refusal.WRONG_ACCOUNT): 422,
    }
    probes: ClassVar = {
        "fine": ((reply(204),), Outcome.OK),
        "secret refused": ((reply(401),), Outcome.AUTH),
        "paced": ((reply(429, headers=WAIT),), Outcome.THROTTLED),
        "busy for a moment": ((reply(503, headers=WAIT),), Outcome.THROTTLED),
        "busy for an hour": ((reply(503, headers={"retry-after": "3600"}),), Outcome.OUTAGE),
        "broken": ((reply(500),), Outcome.OUTAGE),
        "gone": ((reply(410),), Outcome.ACCOUNT),
    }
    sends: ClassVar = {
        **{name: case for name, case in probes.items() if name != "fine"},
        "no such page": ((reply(404),), Outcome.ACCOUNT),
        "moved": ((reply(302, headers={"location": "https://other.example"}),), Outcome.ACCOUNT),
        "forbidden": ((reply(403),), Outcome.AUTH),
        "not understood": ((reply(422),), Outcome.REQUEST),
        "gateway": ((reply(502),), Outcome.OUTAGE),
    }
    accepted = (reply(202),)
    accepted_id = KEY

    def config(self) -> ChannelConfig:
        return CONFIG

    def proofs(self, calls):
        return [
            replace(
                call,
                headers={**call.headers, "webhook-signature": newest_of(call.headers["webhook-signature"])},
            )
            for call in calls
        ]

    def channel(self, *responses: Scripted, config: ChannelConfig | None = None) -> Channel:
        return made(*responses, config=config or CONFIG)[0]

    def sign(
        self, body: bytes, secret: str = SECRET, number: str = "msg_8841", at: datetime | None = None
    ) -> Request:
        stamp = at or self.now
        words = body.decode("utf-8", "replace")
        headers = {
            "webhook-id": number,
            "webhook-timestamp": str(int(stamp.timestamp())),
            "webhook-signature": Sdk(whsec(secret)).sign(number, stamp, words),
        }
        return Request(headers=headers, body=words.encode())

    def message(self, text: str = WORDS) -> Message:
        return replace(MESSAGE, text=text, contact=replace(CONTACT, text=text))

    def spoken(self, calls: list[Call]) -> str:
        return str(json.loads(calls[-1].body)["data"]["text"])

    def parsed(self, event: Any, **settings: str) -> Any:
        config = replace(self.config(), settings={**self.config().settings, **settings})
        return self.channel(config=config).parse(self.sign(json.dumps(event).encode()), self.now)

    def test_reads_the_default_shape_whole(self) -> None:
        contact = self.read(self.genuine()).contacts[0]

        assert contact.provider_id == "msg_8841"
        assert contact.party == Party(address="zoé.martin@example.fr", name="Zoé « Z » Martin", language="fr")
        assert contact.text == "Ma commande n'est pas arrivée 🚨 voir https://example.fr/suivi"
        assert contact.sent_at == datetime(2026, 11, 21, 11, 59, 57, tzinfo=UTC)
        assert contact.attachments[0].reference == "https://files.example.fr/p/1.jpg"
        assert contact.traits == {"topic": "delivery", "order": "778812", "urgent": "true"}

    def test_reads_any_shape_through_the_plans_paths(self) -> None:
        event = {
            "what": "new",
            "who": [{"tel": 336}],
            "msg": {"body": "Allô"},
            "to": "line-2",
            "ctx": {"k": 1.5},
        }
        paths = {
            "map.type": "what",
            "map.party": "who.0.tel",
            "map.text": "msg.body",
            "map.account": "to",
            "map.traits.score": "ctx.k",
        }

        contact = self.parsed(event, types="old, new", medium="chat", **paths).contacts[0]

        assert (contact.party.address, contact.text, contact.account) == ("336", "Allô", "line-2")
        assert (contact.medium, contact.traits) == (Medium.CHAT, {"score": "1.5"})

    def test_a_star_takes_every_type_as_a_contact(self) -> None:
        assert self.parsed({"data": {"customer": {"id": "a"}}}, types="*").contacts[0].party.address == "a"

    @pytest.mark.parametrize(
        "path", ["", ".", "data.", "data.9", "data.customer.id.0", "²", "data.list.99999999999"]
    )
    def test_a_path_that_leads_nowhere_is_malformed(self, path: str) -> None:
        event = {"type": "contact.message", "data": {"list": [1], "customer": {"id": {}}}}

        with pytest.raises(Malformed, match="names no person"):
            self.parsed(event, **{"map.party": path})

    @pytest.mark.parametrize("word", list(DeskWord))
    def test_a_desks_word_comes_back_under_our_reference(self, word: DeskWord) -> None:
        event = {"type": f"contact.{word.value}", "data": {"reference": KEY, "text": "Réglé ✅"}}

        outcome = self.parsed(event).outcomes[0]

        assert (outcome.reference, outcome.word, outcome.text) == (KEY, word, "Réglé ✅")
        assert outcome.provider_id == "msg_8841"

    @pytest.mark.parametrize(
        "told", [{"text": "a"}, {"reference": None, "text": "a"}, {"reference": KEY}, None]
    )
    def test_a_reply_without_reference_or_words_is_malformed(self, told: Any) -> None:
        with pytest.raises(Malformed):
            self.parsed({"type": "contact.reply", "data": told})

    @pytest.mark.parametrize(("seconds", "genuine"), [(-300, True), (-301, False), (300, True), (301, False)])
    def test_a_webhook_lives_five_minutes(self, seconds: int, genuine: bool) -> None:  # noqa: FBT001 - a table's cell
        request = self.sign(self.genuine(), at=self.now + timedelta(seconds=seconds))

        assert (self.outcome(request) == "parsed") is genuine

    def test_agrees_with_the_published_known_answer(self) -> None:
        body = '{"probe":"café 🚨","n":1}'.encode()
        headers = {
            "webhook-id": "msg_1",
            "webhook-timestamp": "1700000000",
            "webhook-signature": "v1a,AAAA v1,AAAA v1,arZTTfRuu5BgMJstx8qWVxfSBZR5GixS66mT3+2ddYU=",
        }
        secret = "whsec_YmFzY3VsZS10ZXN0LXNlY3JldC0yNGJ5dGVzIQ=="
        channel = self.channel(config=replace(self.config(), secrets={"secret": (secret,)}))

        channel.verify(Request(headers=headers, body=body), datetime.fromtimestamp(1700000299, UTC))
        svix = {name.replace("webhook", "svix"): value for name, value in headers.items()}
        channel.verify(Request(headers=svix, body=body), datetime.fromtimestamp(1700000000, UTC))

        with pytest.raises(Forged):
            channel.verify(
                Request(headers=headers, body=body + b" "), datetime.fromtimestamp(1700000000, UTC)
            )

    def test_a_secret_that_is_no_base64_is_named(self) -> None:
        with pytest.raises(MissingSetting, match=r"secret form-fr\.secret"):
            kind("webhook")(replace(self.config(), secrets={"secret": ("whsec_é",)}), ScriptedHttp())

    def test_a_medium_that_does_not_exist_is_named(self) -> None:
        with pytest.raises(MissingSetting, match="medium"):
            self.parsed({}, medium="pigeon")

    def test_refusals_are_problems_and_overload_says_when_to_come_back(self) -> None:
        busy = self.channel().answer(Verdict(standing=Standing.OVERLOADED))
        forged = self.channel().answer(Verdict(standing=Standing.REFUSED, refusal=Refusal.FORGED))

        assert int(busy.headers["retry-after"]) > 0
        assert forged.headers["content-type"] == "application/problem+json"
        assert json.loads(forged.body) == {"type": "about:blank", "title": "forged", "status": 401}

    def test_the_desk_reply_sample_is_a_reply(self) -> None:
        outcome = self.read((SAMPLES / self.samples[0]).read_bytes()).outcomes[0]

        assert (outcome.word, outcome.text) == (DeskWord.REPLY, "Bonjour, c'est réglé ✅")
        assert outcome.at == datetime(2026, 11, 21, 11, 59, 58, tzinfo=UTC)


def newest_of(signatures):
    """The first: a receiver that still has the former secret finds its own behind it."""
    return signatures.split()[0]


def test_while_two_secrets_hold_a_send_is_signed_with_both_the_newest_first():
    channel, http = made(reply(202), config=replace(CONFIG, secrets={"secret": (SECRET, FORMER)}))

    channel.send(MESSAGE, TestWebhook.now)

    (call,) = http.calls
    assert len(call.headers["webhook-signature"].split()) == 2
