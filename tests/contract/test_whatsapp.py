"""WhatsApp against the contract of all channels, and its own events."""

import json
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from chalicelib.channels import ChannelConfig, SendFailed
from chalicelib.domain.model import Attachment, Message, Outcome, ReceiptState
from chalicelib.http_types import Call
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

NUMBER = "106512345678901"
BUSINESS = "215512345678901"
STATUSES = "whatsapp-v25.0-2026_11-statuses.json"
UPDATE = "whatsapp-v25.0-2026_11-account_update.json"


def health(word: str, *codes: int) -> dict[str, Any]:
    """The answer to a question for health_status."""
    errors = [{"error_code": code, "error_description": "in Meta's words"} for code in codes]
    entities = [{"entity_type": "PHONE_NUMBER", "id": NUMBER, "can_send_message": word, "errors": errors}]
    return {"health_status": {"can_send_message": word, "entities": entities}, "id": NUMBER}


def change(field: str, value: Any) -> bytes:
    """One change for our business account."""
    entry = {"id": BUSINESS, "changes": [{"field": field, "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def words(**more: Any) -> dict[str, Any]:
    """One text message."""
    return {
        "from": "336",
        "id": "wamid.1",
        "timestamp": "1795260000",
        "type": "text",
        "text": {"body": "a"},
    } | more


ADDRESS = {"object": "whatsapp_business_account", "active": True, "callback_url": "https://x/hooks/y"}
WELL = (
    reply(200, {"data": [{"name": "crisis_fr", "status": "APPROVED"}]}),
    reply(200, {"data": {"is_valid": True, "expires_at": 0}}),
    reply(200, {"data": [ADDRESS]}),
)


class TestWhatsApp(MetaContract):
    kind = "whatsapp"
    longest = 4096
    sample = "whatsapp-v25.0-2026_11-messages.json"
    samples = (STATUSES, UPDATE)
    accounts = frozenset({NUMBER, "106512345678902"})
    mixed = change(
        "messages",
        {
            "metadata": {"phone_number_id": NUMBER},
            "messages": [words(), {**words(id="wamid.2"), "from": None}, words(id="wamid.3")],
        },
    )
    good = 2
    accepted = (
        reply(
            200,
            {
                "messaging_product": "whatsapp",
                "contacts": [{"input": "33612345678", "wa_id": "33612345678"}],
                "messages": [{"id": "wamid.Out77", "message_status": "accepted"}],
            },
        ),
    )
    accepted_id = "wamid.Out77"
    sends: ClassVar = (
        FAILURES
        | GATEWAY
        | {
            "window closed": ((graph_error(131047),), Outcome.RECIPIENT),
            "unknown by code": ((graph_error(131000, http=500),), Outcome.OUTAGE),
            "no messages in the answer": ((reply(200, {"messages": []}),), Outcome.UNKNOWN),
            "locked": ((graph_error(131031, http=403),), Outcome.ACCOUNT),
            "template": ((graph_error(132001),), Outcome.REQUEST),
        }
    )
    probes: ClassVar = FAILURES | {
        "available": ((reply(200, health("AVAILABLE")),), Outcome.OK),
        "limited": ((reply(200, health("LIMITED", 141006)),), Outcome.OK),
        "blocked": ((reply(200, health("BLOCKED", 131031)),), Outcome.ACCOUNT),
        "a new word": ((reply(200, health("PERHAPS")),), Outcome.UNKNOWN),
    }

    def config(self) -> ChannelConfig:
        return ChannelConfig(
            id="whatsapp-fr",
            account=NUMBER,
            base=GRAPH,
            settings={"app_id": "1517776481860111", "business_account": BUSINESS},
            secrets={
                "app_secret": (SECRET,),
                "verify_token": (VERIFY_TOKEN,),
                "access_token": ("the-newest-token", "the-former-token"),
            },
        )

    def message(self, text: str = WORDS) -> Message:
        return text_message("33612345678", text)

    def spoken(self, calls: list[Call]) -> str:
        return str(json.loads(calls[-1].body)["text"]["body"])

    def test_reads_who_wrote_what_to_which_number(self) -> None:
        first = self.read(self.genuine()).contacts[0]

        assert first.text == "Mon colis est perdu 😢 https://example.com/colis"
        assert (first.party.address, first.party.name) == ("33612345678", "Zoé 🌻")
        assert first.provider_id == "wamid.HBgLMzM2MTIzNDU2NzgVAgASGBQzQQ01"
        assert first.traits == {"kind": "text", "called": "33187000000", "reply_to": "wamid.Parent01"}
        assert first.sent_at is not None
        assert first.sent_at.isoformat() == "2026-11-21T11:20:00+00:00"

    def test_reads_a_person_who_hides_the_number_and_answers_by_the_other_field(self) -> None:
        second = self.read(self.genuine()).contacts[1]
        channel = self.channel(*self.accepted)

        channel.send(replace(self.message(), target={"address": second.party.address}), self.now)

        assert (second.party.address, second.party.name) == ("FR.1029384756", "Hidden Number")
        assert second.attachments == (Attachment(reference="998877", media_type="image/jpeg"),)
        assert isinstance(channel.http, ScriptedHttp)
        assert channel.http.sent["recipient"] == "FR.1029384756"
        assert "to" not in channel.http.sent

    def test_reads_lists_forms_places_and_types_of_tomorrow(self) -> None:
        listed, form, place, unsupported, unknown = self.read(self.genuine()).contacts[2:7]

        assert (listed.text, listed.traits["button"]) == ("Colis perdu", "purpose-lost")
        assert (form.text, form.traits["form.order"]) == ("Sent", "A-42")
        assert (place.text, place.attachments[0].reference) == ("Agence", "geo:48.85,2.35")
        assert (unsupported.traits["kind"], unknown.traits["kind"]) == ("unsupported", "hologram")

    def test_a_reaction_is_ignored_and_a_siblings_batch_keeps_its_account(self) -> None:
        parsed = self.read(self.genuine())

        assert (parsed.ignored, len(parsed.contacts)) == (1, 8)
        assert (parsed.contacts[7].account, parsed.contacts[7].traits["button"]) == (
            "106512345678902",
            "CALLBACK",
        )
        assert [r.provider_id for r in parsed.receipts] == ["wamid.Out09"]

    def test_receipts_say_whom_a_failure_speaks_against(self) -> None:
        parsed = self.read((SAMPLES / STATUSES).read_bytes())

        assert [(r.provider_id[-2:], r.state, r.outcome, r.detail) for r in parsed.receipts] == [
            ("01", ReceiptState.SENT, Outcome.OK, ""),
            ("01", ReceiptState.DELIVERED, Outcome.OK, ""),
            ("01", ReceiptState.READ, Outcome.OK, ""),
            ("02", ReceiptState.FAILED, Outcome.RECIPIENT, "131026"),
            ("03", ReceiptState.FAILED, Outcome.OUTAGE, "131000"),
            ("04", ReceiptState.FAILED, Outcome.UNKNOWN, ""),
        ]
        assert {r.at.year for r in parsed.receipts if r.at} == {2026}
        assert parsed.ignored == 1

    def test_a_voice_message_that_was_played_was_read(self) -> None:
        parsed = self.read((SAMPLES / STATUSES).read_bytes().replace(b'"read"', b'"played"'))

        assert parsed.receipts[2].state is ReceiptState.READ

    def test_a_ban_and_an_error_of_the_account_are_signals(self) -> None:
        parsed = self.read((SAMPLES / UPDATE).read_bytes())

        assert [(s.outcome, s.detail) for s in parsed.signals] == [
            (Outcome.ACCOUNT, "account_update DISABLE"),
            (Outcome.ACCOUNT, "webhook error 131031"),
        ]
        assert parsed.ignored == 1

    def test_an_account_that_is_not_ours_gives_no_signal(self) -> None:
        body = (SAMPLES / UPDATE).read_bytes().replace(BUSINESS.encode(), b"5").replace(NUMBER.encode(), b"6")

        parsed = self.read(body)

        assert (parsed.signals, parsed.ignored) == ((), 3)

    def test_a_ban_that_is_lifted_is_good_news(self) -> None:
        parsed = self.read((SAMPLES / UPDATE).read_bytes().replace(b'"DISABLE"', b'"REINSTATE"'))

        assert parsed.signals[0].outcome is Outcome.OK

    def test_changes_of_wrong_shapes_are_faults(self) -> None:
        shapes = {
            "value": change("messages", None),
            "messages": change("messages", {"messages": {"a": 1}}),
            "status": change("messages", {"statuses": [{"status": "sent"}]}),
        }

        faults = {name: self.read(body).faults for name, body in shapes.items()}

        assert faults == {
            "value": ("entry[0].changes[0].value: not an object",),
            "messages": ("entry[0].changes[0].value.messages: not a list",),
            "status": ("entry[0].changes[0].value.statuses[0]: a receipt for no message",),
        }

    def test_a_group_is_not_a_contact(self) -> None:
        body = change(
            "messages", {"metadata": {"phone_number_id": NUMBER}, "messages": [words(group_id="g")]}
        )

        assert (self.read(body).contacts, self.read(body).ignored) == ((), 1)

    def test_a_limited_or_blocked_number_says_why(self) -> None:
        blocked = self.channel(reply(200, health("BLOCKED", 131031))).probe(self.now)
        limited = self.channel(reply(200, health("LIMITED", 141006))).probe(self.now)

        assert (blocked.detail, limited.detail) == (
            "BLOCKED; PHONE_NUMBER 131031",
            "LIMITED; PHONE_NUMBER 141006",
        )

    def test_the_check_finds_a_lost_subscription(self) -> None:
        ours = {"whatsapp_business_api_data": {"id": "1517776481860111", "name": "Bascule"}}
        bare = replace(self.config(), settings={})

        found = [
            tuple(one.about for one in self.channel(reply(200, {"data": apps}), *WELL).check(self.now))
            for apps in ([ours], [], [{"a": 1}])
        ]
        unknown = self.channel(config=bare).check(self.now)

        lost = ("the app is not subscribed to the business account: no message will arrive",)
        assert found == [(), lost, lost]
        assert "business_account is not set" in unknown[0].about

    def test_the_check_finds_refused_templates_and_an_overridden_address(self) -> None:
        ours = {"whatsapp_business_api_data": {"id": "1517776481860111"}}
        away = {**ours, "override_callback_uri": "https://old.example/w"}
        refused = reply(200, {"data": [{"name": "crisis_fr", "status": "REJECTED"}]})
        config = self.config()
        config = replace(config, settings={**config.settings, "own_hook": "https://x/hooks/whatsapp-fr"})

        found = self.channel(reply(200, {"data": [away]}), refused, *WELL[1:], config=config).check(self.now)

        assert [one.ill.value for one in found] == ["leads_elsewhere", "template_refused"]

    def test_a_check_that_is_refused_says_against_whom(self) -> None:
        with pytest.raises(SendFailed) as failed:
            self.channel(graph_error(190)).check(self.now)

        assert failed.value.outcome is Outcome.AUTH
