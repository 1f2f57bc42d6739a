"""Chatwoot as a desk. It has no Python verifier of its own: the published known answer stands in."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest

from chalicelib.channels import (
    ChannelConfig,
    Forged,
    Malformed,
    MissingSetting,
    Refusal,
    SendFailed,
    Standing,
    kind,
)
from chalicelib.domain.model import Attachment, Contact, DeskWord, Message, Outcome, Party, party_key
from chalicelib.http_types import Call, MaybeSent, NotSent, Request
from tests.contract.channel_contract import SAMPLES, SECRET
from tests.contract.sending_contract import WORDS, SendingContract
from tests.contract.signed_contract import SignedContract
from tests.fakes_http import Scripted, ScriptedHttp, reply

KEY = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
CONTACT = Contact(account="page-1", provider_id="m-1", party=Party(address="psid-9", name="Zoé"), text=WORDS)
SOURCE = party_key("messenger-fr", "page-1", "psid-9")
ROOT = "https://desk.example/public/api/v1/inboxes/inbox%2Fidentifier"
CHATS = f"{ROOT}/contacts/{SOURCE}/conversations"
OPEN = reply(
    200, [{"id": 9, "status": "resolved"}, {"id": 77, "status": "open"}, {"id": 8, "status": "open"}]
)
TAKEN = reply(200, {"id": 90212, "content": WORDS, "message_type": 0, "conversation_id": 77})
NEW_PERSON = (reply(404), reply(200, {"source_id": SOURCE, "id": 700}), reply(200, {"id": 78}), TAKEN)
PACED = reply(429, headers={"retry-after": "17"})


class TestChatwoot(SignedContract, SendingContract):
    kind = "chatwoot"
    sample = "chatwoot-v1-2026_11-agent-reply.json"
    samples = ("chatwoot-v1-2026_11-resolved.json",)
    unknown_event = b'{"event":"macro_executed","account":{"id":3}}'
    accounts: ClassVar[frozenset[str]] = frozenset()
    secret_name = "webhook_secret"
    proof_headers = ("x-chatwoot-signature", "x-chatwoot-timestamp")
    lives = timedelta(minutes=5)
    proves_sends = False
    answers: ClassVar[Mapping[tuple[Standing, Refusal | None], int]] = {
        (Standing.DECIDED, None): 200,
        (Standing.DUPLICATE, None): 200,
        (Standing.OVERLOADED, None): 503,
        (Standing.REFUSED, Refusal.FORGED): 401,
        (Standing.REFUSED, Refusal.MALFORMED): 400,
        (Standing.REFUSED, Refusal.TOO_LARGE): 413,
        (Standing.REFUSED, Refusal.WRONG_ACCOUNT): 200,
    }
    probes: ClassVar = {
        "fine": ((reply(200, {"identifier": "inbox/identifier"}),), Outcome.OK),
        "refused": ((reply(401),), Outcome.AUTH),
        "unknown inbox": ((reply(404),), Outcome.AUTH),
        "paced": ((PACED,), Outcome.THROTTLED),
        "broken": ((reply(500, "<h1>We're sorry</h1>"),), Outcome.OUTAGE),
        "behind a dead proxy": ((reply(502),), Outcome.OUTAGE),
    }
    sends: ClassVar = {
        "refused": ((reply(401),), Outcome.AUTH),
        "unknown inbox": ((reply(404), reply(404)), Outcome.AUTH),
        "paced at the first question": ((PACED,), Outcome.THROTTLED),
        "paced at the message": ((OPEN, PACED), Outcome.THROTTLED),
        "broken": ((reply(500),), Outcome.OUTAGE),
        "broken at the message": ((OPEN, reply(500)), Outcome.OUTAGE),
        "person not accepted": ((reply(404), reply(422, {"message": WORDS})), Outcome.REQUEST),
        "a page instead of the list": ((reply(200, "<html>"),), Outcome.OUTAGE),
        "no conversation made": ((reply(200, []), reply(200, "<html>")), Outcome.OUTAGE),
        "a page instead of the message": ((OPEN, reply(200, "<html>")), Outcome.UNKNOWN),
    }
    accepted = (OPEN, TAKEN)
    accepted_id = "77"

    def config(self) -> ChannelConfig:
        return ChannelConfig(
            id="chatwoot-eu",
            account="3",
            base="https://desk.example",
            settings={"inbox": "inbox/identifier", "inbox_id": "12"},
            secrets={"webhook_secret": (SECRET,)},
        )

    def sign(self, body: bytes, secret: str = SECRET, late: int = 0) -> Request:
        stamp = str(int((self.now + timedelta(seconds=late)).timestamp()))
        proof = hmac.digest(secret.encode(), stamp.encode() + b"." + body, "sha256").hex()
        headers = {"x-chatwoot-signature": f"sha256={proof}", "x-chatwoot-timestamp": stamp}
        return Request(headers=headers, body=body)

    def message(self, text: str = WORDS) -> Message:
        return Message(
            key=KEY,
            target={},
            text=text,
            contact=replace(CONTACT, text=text),
            channel="messenger-fr",
            purpose="help",
        )

    def spoken(self, calls: list[Call]) -> str:
        return str(json.loads(calls[-1].body)["content"])

    def sent(
        self, *script: Scripted, contact: Contact = CONTACT, **secrets: tuple[str, ...]
    ) -> tuple[str, list[Call]]:
        door = ScriptedHttp(script)
        channel = kind("chatwoot")(replace(self.config(), secrets=secrets), door)
        return channel.send(replace(self.message(), contact=contact), self.now).provider_id, door.calls

    def event(self, **changes: Any) -> Any:
        body = json.dumps({**json.loads(self.genuine()), **changes}).encode()
        return self.channel().parse(self.sign(body), self.now)

    def test_reads_every_sample_without_a_fault(self) -> None:
        words, end = (
            self.read((SAMPLES / name).read_bytes()).outcomes for name in (self.sample, *self.samples)
        )

        assert (words[0].reference, words[0].word, words[0].provider_id) == ("77", DeskWord.REPLY, "90211")
        assert words[0].text == (
            "Bonjour, votre colis part aujourd'hui 📦 <b>/</b>\nhttps://desk.example/rails/avis.pdf"
        )
        assert words[0].at == datetime(2026, 11, 21, 11, 59, 59, 412000, tzinfo=UTC)
        assert (end[0].reference, end[0].word) == ("77", DeskWord.CLOSED)

    @pytest.mark.parametrize(
        "changes",
        [
            {"private": True},
            {"message_type": "incoming"},
            {"message_type": "template"},
            {"message_type": 2},
            {"content": None, "attachments": []},
            {"account": {"id": 4}},
            {"inbox": {"id": 13}},
            {"event": "message_updated"},
            {"event": "conversation_status_changed", "status": "open"},
        ],
        ids=str,
    )
    def test_ignores_what_is_not_an_agents_word_in_our_inbox(self, changes: dict[str, Any]) -> None:
        parsed = self.event(**changes)

        assert (parsed.outcomes, parsed.ignored) == ((), 1)

    @pytest.mark.parametrize("changes", [{"conversation": None}, {"id": {}}, {"event": None}], ids=str)
    def test_words_that_belong_nowhere_are_malformed(self, changes: dict[str, Any]) -> None:
        with pytest.raises(Malformed):
            self.event(**changes)

    def test_the_end_of_an_unnamed_conversation_is_malformed(self) -> None:
        with pytest.raises(Malformed):
            self.read(b'{"event":"conversation_status_changed","status":"resolved"}')

    def test_a_known_person_writes_into_their_newest_open_conversation(self) -> None:
        number, calls = self.sent(OPEN, TAKEN)

        assert [(call.method, call.url) for call in calls] == [
            ("GET", CHATS),
            ("POST", f"{CHATS}/77/messages"),
        ]
        assert json.loads(calls[-1].body) == {"content": WORDS, "echo_id": KEY}
        assert number == "77"

    def test_a_new_person_is_made_before_their_conversation(self) -> None:
        number, calls = self.sent(*NEW_PERSON)

        assert [call.url for call in calls] == [CHATS, f"{ROOT}/contacts", CHATS, f"{CHATS}/78/messages"]
        assert json.loads(calls[1].body) == {"source_id": SOURCE, "identifier": SOURCE, "name": "Zoé"}
        about = {"bascule": KEY, "channel": "messenger-fr", "purpose": "help"}
        assert json.loads(calls[2].body) == {"custom_attributes": about}
        assert number == "78"

    @pytest.mark.parametrize(
        "listed",
        [
            [],
            [{"id": 9, "status": "resolved"}],
            [{"id": 9, "status": "open", "inbox_id": 5}],
            [None, {"id": "x"}],
            {},
        ],
        ids=str,
    )
    def test_a_new_conversation_begins_when_none_is_open_here(self, listed: Any) -> None:
        number, calls = self.sent(reply(200, listed), reply(200, {"id": 78}), TAKEN)

        assert [call.method for call in calls] == ["GET", "POST", "POST"]
        assert number == "78"

    def test_the_identity_is_proven_where_the_inbox_demands_it(self) -> None:
        _, calls = self.sent(*NEW_PERSON, identity_key=("an-identity-key",))

        proof = hmac.digest(b"an-identity-key", SOURCE.encode(), "sha256").hex()
        assert json.loads(calls[1].body)["identifier_hash"] == proof

    def test_an_identity_key_needs_the_inbox_number(self) -> None:
        config = replace(self.config(), settings={"inbox": "i"}, secrets={"identity_key": ("k",)})

        with pytest.raises(MissingSetting, match="inbox_id"):
            kind("chatwoot")(config, ScriptedHttp())

    @pytest.mark.parametrize(
        ("address", "field"),
        [
            ("+33612345678", "phone_number"),
            ("zoe@example.fr", "email"),
            ("zoé@exa mple", ""),
            ("+0", ""),
            ("9", ""),
        ],
    )
    def test_only_a_sure_number_or_mailbox_is_given_as_one(self, address: str, field: str) -> None:
        _, calls = self.sent(*NEW_PERSON, contact=replace(CONTACT, party=Party(address=address)))

        record = json.loads(calls[1].body)
        assert {name for name in record if record[name] == address} == {"name"} | ({field} - {""})

    def test_agents_see_subject_words_and_attachments(self) -> None:
        letter = replace(
            CONTACT,
            text="Bonjour",
            traits={"subject": "Ma commande"},
            attachments=(Attachment(reference="https://f/1.jpg", name="a.jpg"),),
        )

        _, calls = self.sent(OPEN, TAKEN, contact=letter)

        assert json.loads(calls[-1].body)["content"] == "Ma commande\n\nBonjour\n\na.jpg https://f/1.jpg"

    @pytest.mark.parametrize("script", [NEW_PERSON[:0], NEW_PERSON[:1], NEW_PERSON[:2]], ids=len)
    def test_an_answer_lost_before_the_words_left_is_no_doubt(self, script: tuple[Scripted, ...]) -> None:
        with pytest.raises(NotSent):
            self.sent(*script, MaybeSent("late"))

    def test_an_answer_lost_after_the_words_left_is_a_doubt(self) -> None:
        with pytest.raises(MaybeSent):
            self.sent(OPEN, MaybeSent("late"))

    @pytest.mark.parametrize(
        "failure", [NotSent("refused"), MaybeSent("late")], ids=["not sent", "maybe sent"]
    )
    def test_a_send_without_an_answer_lets_the_door_say_so(self, failure: NotSent | MaybeSent) -> None:
        with pytest.raises(type(failure)):
            self.sent(OPEN, failure)

    def test_does_not_write_to_persons(self) -> None:
        with pytest.raises(SendFailed, match="takes contacts"):
            self.channel().send(replace(self.message(), contact=None), self.now)

    def test_agrees_with_the_published_known_answer(self) -> None:
        proof = "sha256=1a44e1c0ce4b7f5d5b2940127d131928726edbe273e9352eb4fa4ada4ebe4c51"
        headers = {"x-chatwoot-signature": proof, "x-chatwoot-timestamp": "1700000000"}
        config = replace(self.config(), secrets={"webhook_secret": ("bascule-test-secret",)})
        request, at = (
            Request(headers=headers, body='{"probe":"café 🚨","n":1}'.encode()),
            datetime.fromtimestamp,
        )

        self.channel(config=config).verify(request, at(1700000300, UTC))

        with pytest.raises(Forged):
            self.channel(config=config).verify(request, at(1700000301, UTC))

    @pytest.mark.parametrize(
        ("query", "good"),
        [({"key": ("k2",)}, True), ({"key": ("k3",)}, False), ({"key": ("k1", "k2")}, False), ({}, False)],
    )
    def test_a_server_that_does_not_sign_calls_with_our_key(
        self,
        query: dict[str, tuple[str, ...]],
        good: bool,  # noqa: FBT001 - a table's cell
    ) -> None:
        channel = self.channel(config=replace(self.config(), secrets={"path_key": ("k1", "k2")}))
        request = Request(body=self.genuine(), query=query)

        if good:
            channel.verify(request, self.now)
            assert channel.parse(request, self.now).outcomes
        else:
            with pytest.raises(Forged):
                channel.verify(request, self.now)

    def test_without_any_secret_everything_is_forged(self) -> None:
        channel = self.channel(config=replace(self.config(), secrets={}))

        with pytest.raises(Forged):
            channel.verify(self.sign(self.genuine(), ""), self.now)
