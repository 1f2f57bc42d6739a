"""Proof and reading of each kind beside the vendor's SDK on the same bytes (the SDK stops at plain values)."""

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path
from urllib.parse import parse_qs

from pywa.utils import webhook_updates_validator
from standardwebhooks import Webhook
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped] # twilio has no types

from bench.stage import NoNetwork
from bench.timing import Prepare, again, race
from chalicelib.channels import ChannelConfig, kind, kinds
from chalicelib.http_types import Request

SAMPLES = Path(__file__).parent.parent / "tests" / "samples"
SECRET = "a-shared-secret-of-32-characters"  # noqa: S105 - signs only what is read here
STANDARD = "whsec_YmFzY3VsZS1iZW5jaC1zZWNyZXQtMjQ="
TOPIC, URL = "arn:aws:sns:eu-west-3:123456789012:mail", "https://contact.example/hooks/x"
PROOF = "x-hub-signature-256"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One genuine request of a kind, how the channel is set up, and what the vendor's SDK does with the bytes."""

    config: ChannelConfig
    request: Request
    sdk: str
    by_sdk: Callable[[], object]


def reading(*, rounds: int, calls: int) -> list[dict[str, str | float]]:
    """A row for each kind; a kind that has no sample here is left out."""
    now = datetime.now(UTC)
    found = {name: SAMPLE_OF[name](now) for name in kinds() if name in SAMPLE_OF}
    subjects: dict[str, Prepare] = {}
    for name, sample in found.items():
        subjects[f"{name} ours"] = again(_ours(name, sample, now))
        subjects[f"{name} sdk"] = again(sample.by_sdk)
    times = race(subjects, rounds=rounds, calls=calls)
    return [
        {
            "kind": name,
            "microseconds": round(times.of(f"{name} ours"), 1),
            "sdk": sample.sdk,
            "sdk_microseconds": round(times.of(f"{name} sdk"), 1),
        }
        for name, sample in found.items()
    ]


def _ours(name: str, sample: Sample, now: datetime) -> Callable[[], object]:
    channel = kind(name)(sample.config, NoNetwork())

    def read() -> object:
        channel.verify(sample.request, now)
        return channel.parse(sample.request, now)

    parsed = channel.parse(sample.request, now)
    assert parsed.contacts or parsed.outcomes, name
    return read


def _meta(file: str, account: str, token: str) -> Sample:
    body = (SAMPLES / file).read_bytes()
    proof = f"sha256={hmac.digest(SECRET.encode(), body, 'sha256').hex()}"
    secrets = {"app_secret": (SECRET,), "verify_token": ("word",), token: ("token",)}

    def by_sdk() -> object:
        assert webhook_updates_validator(SECRET, body, proof)
        return json.loads(body)

    return Sample(
        config=ChannelConfig(id="x", account=account, secrets=secrets),
        request=Request(headers={PROOF: proof}, body=body),
        sdk="pywa validator + json",
        by_sdk=by_sdk,
    )


def _twilio(file: str) -> Sample:
    body = (SAMPLES / file).read_bytes().strip()
    validator = RequestValidator(SECRET)
    fields = {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
    proof = validator.compute_signature(URL, fields)

    def by_sdk() -> object:
        read = {n: v[0] for n, v in parse_qs(body.decode(), keep_blank_values=True).items()}
        assert validator.validate(URL, read, proof)
        return read

    return Sample(
        config=ChannelConfig(
            id="x",
            account="+33199001234",
            settings={"account_sid": fields["AccountSid"]},
            secrets={"auth_token": (SECRET,)},
        ),
        request=Request(url=URL, headers={"x-twilio-signature": proof}, body=body),
        sdk="twilio RequestValidator + parse_qs",
        by_sdk=by_sdk,
    )


def _webhook(now: datetime) -> Sample:
    body = (SAMPLES / "webhook-1.0-2026_11-contact.json").read_bytes()
    other = Webhook(STANDARD)
    stamp = str(int(now.timestamp()))
    headers = {"webhook-id": "msg_1", "webhook-timestamp": stamp}
    headers["webhook-signature"] = other.sign("msg_1", now, body.decode())
    return Sample(
        config=ChannelConfig(id="x", secrets={"secret": (STANDARD,)}),
        request=Request(headers=headers, body=body),
        sdk="standardwebhooks verify",
        by_sdk=lambda: other.verify(body, headers),
    )


def _chatwoot(now: datetime) -> Sample:
    body = (SAMPLES / "chatwoot-v1-2026_11-agent-reply.json").read_bytes()
    stamp = str(int(now.timestamp()))

    def proof() -> str:
        return f"sha256={hmac.digest(SECRET.encode(), stamp.encode() + b'.' + body, 'sha256').hex()}"

    given = proof()

    def by_hand() -> object:
        assert hmac.compare_digest(proof(), given)
        return json.loads(body)

    return Sample(
        config=ChannelConfig(
            id="x",
            account="3",
            base="https://desk.example",
            settings={"inbox": "inbox", "inbox_id": "12"},
            secrets={"webhook_secret": (SECRET,)},
        ),
        request=Request(headers={"x-chatwoot-signature": given, "x-chatwoot-timestamp": stamp}, body=body),
        sdk="none: hmac + json by hand",
        by_sdk=by_hand,
    )


def _ses_email(_: datetime) -> Sample:
    notice = (SAMPLES / "ses_email-2019-09-27-2026_11-received.json").read_text()
    body = json.dumps({"Type": "Notification", "TopicArn": TOPIC, "Message": notice}).encode()

    def by_hand() -> object:
        read = json.loads(json.loads(body)["Message"])
        return message_from_bytes(str(read.get("content", "")).encode())

    return Sample(
        config=ChannelConfig(
            id="x", account="contact@shop.example", settings={"topic_arn": TOPIC, "region": "eu-west-3"}
        ),
        request=Request(body=body, origin=TOPIC),
        sdk="none: json + email by hand",
        by_sdk=by_hand,
    )


SAMPLE_OF: Mapping[str, Callable[[datetime], Sample]] = {
    "messenger": lambda _: _meta("messenger-v25.0-2026_11-messages.json", "104512345678901", "page_token"),
    "whatsapp": lambda _: _meta("whatsapp-v25.0-2026_11-messages.json", "", "access_token"),
    "twilio_sms": lambda _: _twilio("twilio_sms-2010_04_01-2026_11-inbound.form"),
    "twilio_voice": lambda _: _twilio("twilio_voice-2010_04_01-2026_11-arrival.form"),
    "webhook": _webhook,
    "chatwoot": _chatwoot,
    "ses_email": _ses_email,
}
