"""The other sides: requests in the vendors' shapes, signed by the vendors' own SDKs wherever there is one."""

import base64
import json
import secrets
from collections import UserDict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import standardwebhooks
from pywa.utils import webhook_updates_validator
from twilio.request_validator import RequestValidator

from infra.local.fakes.vendor_meta import Messenger, Whatsapp
from infra.local.fakes.vendors import FORM, Signed
from infra.local.scene import Scene

Fields = Sequence[tuple[str, str]]


def fresh(what: str) -> str:
    """A name that no other test uses."""
    return f"{what}-{secrets.token_hex(6)}"


def number() -> str:
    """A telephone number that no other test uses."""
    return f"+336{secrets.randbelow(10**8):08d}"


def person(medium: str) -> str:
    """Somebody who never contacted us before, in the words of their medium."""
    if medium == "email":
        return f"{fresh('client')}@example.org"
    digits = {"messenger": "7421" + number()[2:], "whatsapp": number()[1:], "form": fresh("anne")}
    return digits.get(medium) or number()


class Repeated(UserDict[str, list[str]]):
    """A form as web frameworks give it to Twilio's SDK."""

    def getlist(self, name: str) -> list[str]:
        return self.data[name]


def twilio(scene: Scene, url: str, fields: Fields, token: str = "") -> Signed:
    """A form that Twilio's SDK signs for this URL; repeated and blank fields stay as they are."""
    every = [("AccountSid", scene.fakes["twilio"].provider.settings["account_sid"]), *fields]
    values: dict[str, list[str]] = {}
    for name, value in every:
        values.setdefault(name, []).append(value)
    validator = RequestValidator(token or scene.fakes["twilio"].provider.secrets["auth_token"])
    headers = {
        "Content-Type": f"{FORM}; charset=UTF-8",
        "X-Twilio-Signature": validator.compute_signature(url, Repeated(values)),
    }
    return Signed(url=url, body=urlencode(every).encode(), headers=headers)


def sms(scene: Scene, sender: str, text: str, sid: str, *more: tuple[str, str]) -> Signed:
    """A text message that came in."""
    ends = [("From", sender), ("To", scene.fakes["twilio"].provider.account), ("FromCity", "")]
    fields = [("MessageSid", sid), ("SmsStatus", "received"), *ends, ("Body", text), ("NumMedia", "0"), *more]
    return twilio(scene, scene.hook("sms-fr"), fields)


def call(scene: Scene, caller: str, sid: str, url: str = "", **more: str) -> Signed:
    """A request of a call: it rings, or (with `url`, the action that our TwiML gave) it goes on."""
    told = {"CallSid": sid, "CallStatus": "in-progress" if url else "ringing", "Direction": "inbound"}
    ends = {"From": caller, "To": scene.fakes["twilio"].provider.account}
    return twilio(scene, url or scene.hook("phone-fr"), list({**told, **ends, **more}.items()))


def standard(url: str, secret: str, key: str, event: Mapping[str, Any], at: datetime | None = None) -> Signed:
    """An event that the Standard Webhooks library signs."""
    when, text = at or datetime.now(UTC), json.dumps(event, ensure_ascii=False)
    proof = standardwebhooks.Webhook(secret).sign(key, when, text)
    named = {"webhook-id": key, "webhook-timestamp": str(int(when.timestamp())), "webhook-signature": proof}
    return Signed(url=url, body=text.encode(), headers={"Content-Type": "application/json", **named})


def form(scene: Scene, key: str, name: str, text: str, at: datetime | None = None) -> Signed:
    """A contact from the shop's own producer."""
    told = {"message_id": key, "customer": {"id": name, "language": "fr"}, "text": text}
    event = {"type": "contact.message", "timestamp": datetime.now(UTC).isoformat(), "data": told}
    return standard(scene.hook("shop"), scene.shop_secret, key, event, at)


def messenger(scene: Scene) -> Messenger:
    """The page's side of Messenger."""
    own = scene.fakes["messenger"].provider
    return Messenger(url=scene.hook("messenger-fr"), page=own.account, app_secret=own.secrets["app_secret"])


def whatsapp(scene: Scene) -> Whatsapp:
    """The number's side of WhatsApp."""
    own = scene.fakes["whatsapp"].provider
    return Whatsapp(url=scene.hook("whatsapp-fr"), phone=own.account, app_secret=own.secrets["app_secret"])


def page_entries(scene: Scene, entries: Sequence[Mapping[str, Any]]) -> Signed:
    """Several entries of Messenger's webhook in one POST, as Meta escapes and signs it."""
    side = messenger(scene)
    one = side.batch([], datetime.now(UTC))
    body = json.dumps({"object": "page", "entry": list(entries)}).replace("/", "\\/").encode()
    return meta(Signed(url=one.url, body=body, headers=one.headers), side.app_secret)


def meta(signed: Signed, app_secret: str) -> Signed:
    """The request with Meta's signature of its body; pywa's own validator must accept it."""
    import hmac  # noqa: PLC0415 - Meta has no SDK that signs

    proof = "sha256=" + hmac.new(app_secret.encode(), signed.body, "sha256").hexdigest()
    assert webhook_updates_validator(app_secret, signed.body, proof)
    return Signed(url=signed.url, body=signed.body, headers={**signed.headers, "X-Hub-Signature-256": proof})


def padding(size: int) -> str:
    """A text of this many characters that does not compress to nothing."""
    return base64.b64encode(secrets.token_bytes(size * 3 // 4)).decode()[:size]
