"""Messenger against the contract of all channels, and its own events."""

import json
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import parse_qsl

import pytest

from chalicelib.channels import ChannelConfig, Ill, SendFailed
from chalicelib.domain.model import Attachment, Message, Outcome, Receipt, ReceiptState
from chalicelib.http_types import Call, Response
from tests.contract.channel_contract import SAMPLES, SECRET
from tests.contract.meta_side import (
    FAILURES,
    GATEWAY,
    GRAPH,
    VERIFY_TOKEN,
    MetaContract,
    graph_error,
    text_message,
)
from tests.contract.sending_contract import WORDS
from tests.fakes_http import ScriptedHttp, reply

PAGE = "104512345678901"
PERSON = "6512345678900001"
RECEIPTS = "messenger-v25.0-2026_11-receipts.json"
ENFORCED = "messenger-v25.0-2026_11-policy_enforcement.json"


def page_event(**event: Any) -> bytes:
    """One event for our page."""
    whole = {"sender": {"id": PERSON}, "recipient": {"id": PAGE}, "timestamp": 1795260000000, **event}
    return json.dumps({"object": "page", "entry": [{"id": PAGE, "messaging": [whole]}]}).encode()


FIELDS = ["messages", "messaging_postbacks", "message_deliveries"]
DONE = reply(200, {"success": True})
TOKEN = reply(200, {"data": {"is_valid": True, "expires_at": 0, "scopes": ["pages_messaging"]}})
ADDRESS = reply(200, {"data": [{"object": "page", "active": True, "callback_url": "https://x/hooks/y"}]})
WELL = (TOKEN, ADDRESS)
SOON = 1795348800
WRONG = [
    (reply(200, {"data": {"is_valid": False, "error": {"code": 190}}}), ADDRESS, Ill.TOKEN_INVALID),
    (reply(200, {"data": {"is_valid": True, "expires_at": SOON}}), ADDRESS, Ill.TOKEN_EXPIRES),
    (reply(200, {"data": {"is_valid": True, "data_access_expires_at": SOON}}), ADDRESS, Ill.TOKEN_EXPIRES),
    (reply(200, {"data": {"is_valid": True, "scopes": ["email"]}}), ADDRESS, Ill.PERMISSION_MISSING),
    (graph_error(190), ADDRESS, Ill.SIGNATURE_FAILS),
    (TOKEN, reply(200, {"data": []}), Ill.NOT_SUBSCRIBED),
    (TOKEN, reply(200, {"data": [{"object": "page", "active": False}]}), Ill.NOT_SUBSCRIBED),
]


class TestMessenger(MetaContract):
    kind = "messenger"
    longest = 2000
    sample = "messenger-v25.0-2026_11-messages.json"
    samples = (RECEIPTS, ENFORCED)
    accounts = frozenset({PAGE, "104512345678902"})
    mixed = json.dumps(
        {
            "object": "page",
            "entry": [
                {
                    "id": PAGE,
                    "messaging": [
                        {
                            "sender": {"id": "1"},
                            "recipient": {"id": PAGE},
                            "message": {"mid": "m1", "text": "a"},
                        },
                        {"sender": None, "recipient": {"id": PAGE}, "message": {"mid": "m2", "text": "b"}},
                        {
                            "sender": {"id": "3"},
                            "recipient": {"id": PAGE},
                            "message": {"mid": "m3", "text": "c"},
                        },
                    ],
                }
            ],
        }
    ).encode()
    good = 2
    accepted = (reply(200, {"recipient_id": PERSON, "message_id": "m_Out77"}),)
    accepted_id = "m_Out77"
    sends: ClassVar = FAILURES | GATEWAY
    probes: ClassVar = FAILURES | {
        "our page": ((reply(200, {"id": PAGE}),), Outcome.OK),
        "another page": ((reply(200, {"id": "999"}),), Outcome.AUTH),
        "object not visible": ((graph_error(100, 33),), Outcome.AUTH),
    }

    def config(self) -> ChannelConfig:
        return ChannelConfig(
            id="messenger-fr",
            account=PAGE,
            base=GRAPH,
            settings={"app_id": "1517776481860111"},
            secrets={
                "app_secret": (SECRET,),
                "verify_token": (VERIFY_TOKEN,),
                "page_token": ("the-newest-token", "the-former-token"),
            },
        )

    def message(self, text: str = WORDS) -> Message:
        return text_message(PERSON, text)

    def spoken(self, calls: list[Call]) -> str:
        return str(json.loads(calls[-1].body)["message"]["text"])

    def test_reads_words_emoji_and_escaped_slashes(self) -> None:
        first = self.read(self.genuine()).contacts[0]

        assert first.text == "Bonjour, mon vol est annulé 🚨 voir https://example.com/vol"
        assert (first.provider_id, first.party.address) == ("m_AbCdEf0001", PERSON)
        assert first.sent_at is not None
        assert first.sent_at.isoformat() == "2026-11-21T11:20:00.987000+00:00"

    def test_reads_attachments_of_every_shape(self) -> None:
        second = self.read(self.genuine()).contacts[1]

        assert second.attachments == (
            Attachment(reference="https://scontent.example.com/v/t1.jpg?oh=1", media_type="image"),
            Attachment(reference="geo:48.8443,2.3744", media_type="location", name="Gare"),
            Attachment(reference="https://example.com/lien", media_type="fallback", name="Un lien"),
        )
        assert second.traits == {"kind": "message", "reply_to": "m_Parent01"}

    def test_a_pressed_button_is_a_contact_with_an_id_of_its_own(self) -> None:
        third, fourth = self.read(self.genuine()).contacts[2:4]

        assert third.text == "Parler à un conseiller"
        assert third.traits == {"kind": "postback", "button": "TALK_AGENT", "referral": "summer"}
        assert third.provider_id.startswith("digest-")
        assert third.sent_at is not None
        assert third.sent_at.year == 2026
        assert fourth.traits == {"kind": "message", "button": "YES"}

    def test_a_person_without_a_page_scoped_id_can_be_answered(self) -> None:
        last = self.read(self.genuine()).contacts[4]
        channel = self.channel(*self.accepted)

        channel.send(replace(self.message(), target={"address": last.party.address}), self.now)

        assert (last.account, last.party.address) == ("104512345678902", "user_ref:ref-77")
        assert isinstance(channel.http, ScriptedHttp)
        assert channel.http.sent["recipient"] == {"user_ref": "ref-77"}

    def test_deliveries_are_receipts_and_echoes_reads_reactions_and_others_threads_are_ignored(self) -> None:
        parsed = self.read((SAMPLES / RECEIPTS).read_bytes())

        assert [(r.provider_id, r.state) for r in parsed.receipts] == [
            ("m_Out01", ReceiptState.DELIVERED),
            ("m_Out02", ReceiptState.DELIVERED),
        ]
        assert (parsed.contacts, parsed.ignored) == ((), 5)

    def test_a_read_that_names_its_message_is_a_receipt(self) -> None:
        parsed = self.read(page_event(read={"mid": "m_Out01", "watermark": 1795260000000}))

        assert [(r.provider_id, r.state) for r in parsed.receipts] == [("m_Out01", ReceiptState.READ)]

    def test_a_block_of_our_page_is_a_signal_against_the_account(self) -> None:
        body = (SAMPLES / ENFORCED).read_bytes()

        blocked = self.read(body).signals
        lifted = self.read(body.replace(b'"block"', b'"unblock"')).signals
        elsewhere = self.read(body.replace(PAGE.encode(), b"999"))

        assert [s.outcome for s in (*blocked, *lifted)] == [Outcome.ACCOUNT, Outcome.OK]
        assert (elsewhere.signals, elsewhere.ignored) == ((), 1)

    def test_the_event_names_the_page_before_the_entry_does(self) -> None:
        said = {"mid": "m_1", "text": "a"}

        named = self.read(page_event(recipient={"id": "777"}, message=said)).contacts[0]
        unnamed = self.read(page_event(recipient={}, message=said)).contacts[0]

        assert (named.account, unnamed.account) == ("777", PAGE)

    def test_an_unknown_event_of_our_page_is_ignored(self) -> None:
        parsed = self.read(page_event(hologram={"a": 1}))

        assert (parsed.contacts, parsed.ignored, parsed.faults) == ((), 1, ())

    def test_a_receipt_list_of_wrong_things_makes_no_receipt(self) -> None:
        parsed = self.read(page_event(delivery={"mids": [None, 3, {"a": 1}, "m_1"], "watermark": "x"}))

        assert parsed.receipts == (Receipt(provider_id="m_1", state=ReceiptState.DELIVERED),)

    def test_a_nearly_used_up_limit_shows_in_the_probe(self) -> None:
        response = reply(200, {"id": PAGE}, headers={"x-app-usage": '{"call_count":91,"total_time":3}'})

        signal = self.channel(response).probe(self.now)

        assert (signal.outcome, signal.detail, signal.latency) == (Outcome.OK, "rate limit used 91 %", 12)

    def test_the_check_finds_a_lost_subscription(self) -> None:
        ours = {"id": "1517776481860111", "subscribed_fields": ["messages", "messaging_postbacks"]}
        whole = {**ours, "subscribed_fields": ["messages", "messaging_postbacks", "message_deliveries"]}
        scripts = {"whole": [whole], "lacking": [ours], "foreign": [{"id": "5"}], "none": []}

        found = {
            n: tuple(one.about for one in self.channel(reply(200, {"data": apps}), *WELL).check(self.now))
            for n, apps in scripts.items()
        }

        lost = ("the app is not subscribed to the page: no message will arrive",)
        assert found == {
            "whole": (),
            "lacking": ("the page's subscription lacks message_deliveries",),
            "foreign": lost,
            "none": lost,
        }

    @pytest.mark.parametrize(("token", "address", "ill"), WRONG, ids=lambda value: str(value)[:24])
    def test_the_check_finds_what_is_wrong_with_token_secret_and_address(
        self, token: Response, address: Response, ill: Ill
    ) -> None:
        whole = {"id": "1517776481860111", "subscribed_fields": FIELDS}

        found = self.channel(reply(200, {"data": [whole]}), token, address).check(self.now)

        assert [one.ill for one in found] == [ill]

    @pytest.mark.parametrize(("version", "times"), [("v20.0", 1), ("v9.0", 1), ("v25.0", 0), ("v31.0", 0)])
    def test_the_check_finds_a_version_that_is_about_to_end(self, version: str, times: int) -> None:
        config = replace(self.config(), settings={"version": version})
        whole = {"id": "1", "subscribed_fields": FIELDS}

        found = self.channel(reply(200, {"data": [whole]}), config=config).check(self.now)

        assert [one.ill for one in found].count(Ill.VERSION_EXPIRES) == times

    def test_the_app_is_led_to_us_and_back(self) -> None:
        told = reply(200, {"data": [{"object": "page", "callback_url": "https://old.example/m?a=1"}]})
        config = self.config()
        config = replace(config, secrets={**config.secrets, "former_verify_token": ("old-word",)})
        channel = self.channel(told, DONE, DONE, config=config)

        former = channel.attach("https://bascule.example/hooks/messenger-fr")
        channel.detach(former)

        assert isinstance(channel.http, ScriptedHttp)
        posted = [dict(parse_qsl(call.body.decode())) for call in channel.http.calls[1:]]
        assert former == "https://old.example/m?a=1"
        assert [one["callback_url"] for one in posted] == [
            "https://bascule.example/hooks/messenger-fr",
            former,
        ]
        assert [one["verify_token"] for one in posted] == [VERIFY_TOKEN, "old-word"]

    def test_an_app_that_led_nowhere_is_led_nowhere_again(self) -> None:
        channel = self.channel(DONE)

        channel.detach("")

        assert isinstance(channel.http, ScriptedHttp)
        assert (channel.http.last.method, channel.http.last.body) == ("DELETE", b"object=page")

    def test_a_check_that_is_refused_says_against_whom(self) -> None:
        with pytest.raises(SendFailed) as failed:
            self.channel(graph_error(190)).check(self.now)

        assert failed.value.outcome is Outcome.AUTH
