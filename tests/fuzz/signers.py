"""How each vendor signs, and its own word on whether a request is genuine, by its SDK where there is one."""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from urllib.parse import parse_qs, urlencode

from pywa.utils import webhook_updates_validator
from standardwebhooks import Webhook, WebhookVerificationError
from twilio.request_validator import RequestValidator

from tests.contract.twilio_side import Fields
from tests.contract.twilio_side import signature as twilio_signature
from tests.fuzz.shots import Shot

BASE = "https://bascule.example"
META, TWILIO, STANDARD, CHATWOOT = (
    f"the-secret-of-{name}-0123456789abcdef" for name in ("meta", "twilio", "standard", "chatwoot")
)
WHSEC = f"whsec_{b64encode(STANDARD.encode()).decode()}"
TOPIC = "arn:aws:sns:eu-west-3:123456789012:mail"
JSON_TYPE, FORM_TYPE = "application/json", "application/x-www-form-urlencoded"
FIVE_MINUTES = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """`sign` makes the shot as of a time; `vouches` is the vendor's own check, by its SDK where there is one."""

    kind: str
    channel: str
    bodies: tuple[bytes, ...]
    plan: str
    secrets: Mapping[str, tuple[str, ...]]
    sign: Callable[["Vendor", bytes, datetime, Random], Shot]
    vouches: Callable[[Shot, datetime], bool]
    queries: tuple[str, ...] = ("",)


def meta_sign(vendor: Vendor, body: bytes, _: datetime, __: Random) -> Shot:
    """X-Hub-Signature-256."""
    proof = hmac.new(META.encode(), body, hashlib.sha256).hexdigest()
    headers = (("Content-Type", JSON_TYPE), ("X-Hub-Signature-256", f"sha256={proof}"))
    return Shot(channel=vendor.channel, body=body, headers=headers)


def meta_vouches(shot: Shot, _: datetime) -> bool:
    """The validator of a library for Meta's webhooks."""
    given = shot.proof.get("x-hub-signature-256", "").strip()
    return given.isascii() and bool(webhook_updates_validator(META, shot.body, given))


def twilio_sign(vendor: Vendor, body: bytes, _: datetime, random: Random) -> Shot:
    """X-Twilio-Signature over the address and the fields; one in four as JSON, whose digest is in the address."""
    query, kind = random.choice(vendor.queries), FORM_TYPE
    if random.random() < 0.25:
        query, kind = f"bodySHA256={hashlib.sha256(body).hexdigest()}", JSON_TYPE
    url = f"{BASE}/hooks/{vendor.channel}{'?' if query else ''}{query}"
    proof = twilio_signature(body if kind == FORM_TYPE else b"", TWILIO, url)
    headers = (("Content-Type", kind), ("X-Twilio-Signature", proof))
    return Shot(channel=vendor.channel, body=body, headers=headers, query=query)


def twilio_vouches(shot: Shot, _: datetime) -> bool:
    """The validator of Twilio's SDK, on the address as the gateway spells it."""
    pairs = {} if shot.bare else parse_qs(shot.query, keep_blank_values=True)
    query = f"?{urlencode(pairs, doseq=True)}" if pairs else ""
    given = shot.proof.get("x-twilio-signature", "").strip()
    url, validator = f"{BASE}/hooks/{shot.channel}{query}", RequestValidator(TWILIO)
    if not given.isascii():
        return False
    if shot.proof.get("content-type", FORM_TYPE).partition(";")[0].strip().lower() != FORM_TYPE:
        return hashlib.sha256(shot.body).hexdigest() in query and validator.validate(url, {}, given)
    try:
        fields = Fields(parse_qs(shot.body.decode(), keep_blank_values=True, errors="strict"))
    except ValueError:
        return False
    return bool(validator.validate(url, fields, given))


def standard_sign(vendor: Vendor, body: bytes, now: datetime, random: Random) -> Shot:
    """Standard Webhooks; the stamp is a text, so bodies that are none are signed by hand."""
    name, stamp = f"msg_{random.getrandbits(48):x}", str(int(now.timestamp()))
    proof = b64encode(hmac.digest(STANDARD.encode(), f"{name}.{stamp}.".encode() + body, "sha256")).decode()
    headers = (
        ("Content-Type", JSON_TYPE), ("webhook-id", name), ("webhook-timestamp", stamp),
        ("webhook-signature", f"v1,{proof}"),
    )  # fmt: skip
    return Shot(channel=vendor.channel, body=body, headers=headers)


def standard_vouches(shot: Shot, now: datetime) -> bool:
    """The reference implementation; its clock is the machine's, so the stamp's age is looked at here."""
    given = dict(shot.proof)
    family = "webhook" if "webhook-id" in given else "svix"
    stamp, name = given.get(f"{family}-timestamp", "").strip(), given.get(f"{family}-id", "").strip()
    if not (stamp.isascii() and stamp.isdigit()) or abs(now.timestamp() - int(stamp[:15])) > FIVE_MINUTES:
        return False
    try:
        at = datetime.fromtimestamp(int(stamp), UTC)
        proof = Webhook(WHSEC).sign(name, at, shot.body.decode())
    except (UnicodeError, WebhookVerificationError, OverflowError, ValueError):
        signed = f"{name}.{stamp}.".encode("utf-8", "surrogatepass") + shot.body
        proof = f"v1,{b64encode(hmac.digest(STANDARD.encode(), signed, 'sha256')).decode()}"
    return proof in given.get(f"{family}-signature", "").strip().split(" ")


def chatwoot_sign(vendor: Vendor, body: bytes, now: datetime, _: Random) -> Shot:
    """Digest over stamp and body."""
    stamp = str(int(now.timestamp()))
    proof = hmac.digest(CHATWOOT.encode(), stamp.encode() + b"." + body, "sha256").hex()
    headers = (
        ("Content-Type", JSON_TYPE), ("X-Chatwoot-Signature", f"sha256={proof}"),
        ("X-Chatwoot-Timestamp", stamp),
    )  # fmt: skip
    return Shot(channel=vendor.channel, body=body, headers=headers)


def chatwoot_vouches(shot: Shot, now: datetime) -> bool:
    """As its documentation has it: the same digest, at most five minutes old."""
    stamp = shot.proof.get("x-chatwoot-timestamp", "").strip()
    if not (stamp.isascii() and stamp.isdigit()) or abs(now.timestamp() - int(stamp[:15])) > FIVE_MINUTES:
        return False
    proof = hmac.digest(CHATWOOT.encode(), stamp.encode() + b"." + shot.body, "sha256").hex()
    return shot.proof.get("x-chatwoot-signature", "").strip() == f"sha256={proof}"


def mail_sign(vendor: Vendor, body: bytes, _: datetime, __: Random) -> Shot:
    """The platform vouches for the topic."""
    return Shot(channel=vendor.channel, body=body, topic=TOPIC)


def mail_vouches(shot: Shot, _: datetime) -> bool:
    """What comes by another way was sent by anybody."""
    return shot.topic == TOPIC
