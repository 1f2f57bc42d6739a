"""The kinds' other sides: what they send, what they are called in the plan, and how they sign.

A kind whose contract test names an `OTHER_SIDE` is found by itself.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from chalicelib.channels import kinds
from tests.fuzz.shots import Shot
from tests.fuzz.signers import (
    BASE,
    CHATWOOT,
    META,
    TOPIC,
    TWILIO,
    WHSEC,
    Vendor,
    chatwoot_sign,
    chatwoot_vouches,
    mail_sign,
    mail_vouches,
    meta_sign,
    meta_vouches,
    standard_sign,
    standard_vouches,
    twilio_sign,
    twilio_vouches,
)

SAMPLES = Path(__file__).parent.parent / "samples"


def samples(prefix: str) -> tuple[bytes, ...]:
    """The sample payloads of a kind."""
    return tuple(path.read_bytes() for path in sorted(SAMPLES.glob(f"{prefix}-*")) if path.is_file())


def an_hour_before(now: datetime) -> datetime:
    """When an old request was signed."""
    return now - timedelta(hours=1)


META_SECRETS = {
    "app_secret": (META,), "verify_token": ("our-own-verify-token",), "access_token": ("t",), "page_token": ("t",),
}  # fmt: skip
TWILIO_SECRETS = {"auth_token": (TWILIO,)}
AC = "AC00000000000000000000000000000001"
STATE = "state=eyJ0IjoxfQ.c2ln"
OLDER = (
    Vendor(
        kind="messenger", channel="messenger-fr", bodies=samples("messenger"), secrets=META_SECRETS, sign=meta_sign,
        vouches=meta_vouches, plan='account: "104512345678901"',
    ),
    Vendor(
        kind="whatsapp", channel="whatsapp-fr", bodies=samples("whatsapp"), secrets=META_SECRETS, sign=meta_sign,
        vouches=meta_vouches, plan='account: "106512345678901", settings: {business_account: "215512345678901"}',
    ),
    Vendor(
        kind="twilio_sms", channel="sms-fr", bodies=samples("twilio_sms"), secrets=TWILIO_SECRETS, sign=twilio_sign,
        vouches=twilio_vouches, plan=f'account: "+33199001234", settings: {{account_sid: {AC}}}',
    ),
    Vendor(
        kind="twilio_voice", channel="phone-fr", bodies=samples("twilio_voice"), secrets=TWILIO_SECRETS,
        sign=twilio_sign, vouches=twilio_vouches, queries=("", "", STATE, "state=", "lang=fr&lang=en"),
        plan=f'account: "+33199001234", settings: {{account_sid: {AC}}}',
    ),
    Vendor(
        kind="webhook", channel="partner", bodies=samples("webhook"), secrets={"secret": (WHSEC,)},
        sign=standard_sign, vouches=standard_vouches, plan="account: shop",
    ),
    Vendor(
        kind="chatwoot", channel="chatwoot-eu", bodies=samples("chatwoot"), sign=chatwoot_sign,
        vouches=chatwoot_vouches, secrets={"webhook_secret": (CHATWOOT,)},
        plan='account: "3", base: "https://desk.example", settings: {inbox: aa, inbox_id: "12"}',
    ),
    Vendor(
        kind="ses_email", channel="mail-fr", bodies=samples("ses_email"), sign=mail_sign, secrets={},
        vouches=mail_vouches,
        plan=f'account: contact@shop.example, settings: {{topic_arn: "{TOPIC}", region: eu-west-3}}',
    ),
)  # fmt: skip


def newer() -> Iterator[Vendor]:
    """What the contract tests of the other kinds name."""
    for name in sorted(set(kinds()) - {vendor.kind for vendor in OLDER}):
        if find_spec(module := f"tests.contract.test_{name}"):
            yield from getattr(import_module(module), "OTHER_SIDE", ())


VENDORS = (*OLDER, *newer())
BY_CHANNEL = {vendor.channel: vendor for vendor in VENDORS}


def genuine(shot: Shot, now: datetime) -> bool:
    """The word of whoever owns the door that the shot comes to."""
    owner = BY_CHANNEL.get("mail-fr" if shot.topic else shot.channel)
    return owner is not None and owner.vouches(shot, now)


def plan() -> str:
    """A plan with a channel of each kind, and a desk for all."""
    channels = "".join(f"  {v.channel}: {{kind: {v.kind}, {v.plan}}}\n" for v in VENDORS)
    match = ", ".join(f"{{channel: {v.channel}}}" for v in VENDORS)
    return f"""
schema: 1
public_base_url: {BASE}
market: fr
languages: [fr, en]
channels:
{channels}  box: {{kind: webhook, settings: {{url: "https://a.example/in"}}}}
desks:
  desk: {{channel: box, target: {{queue: sales}}}}
purposes:
  all: {{match: [{match}], routes: {{world: [desk], fr: [desk]}}, deadline: 4h}}
"""
