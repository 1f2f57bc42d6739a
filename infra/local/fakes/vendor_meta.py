"""Meta's side: Messenger and WhatsApp webhooks as the Graph API v25.0 posts them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from infra.local.fakes import signatures
from infra.local.fakes.vendors import Signed


def _signed(url: str, app_secret: str, kind: str, entries: Sequence[dict[str, Any]]) -> Signed:
    """Meta escapes what is not ASCII, and slashes: whoever re-serialises before verifying is found out."""
    body = json.dumps({"object": kind, "entry": list(entries)}).replace("/", "\\/").encode()
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": signatures.meta(app_secret, body)}
    return Signed(url=url, body=body, headers=headers)


def handshake(url: str, verify_token: str, challenge: str) -> Signed:
    """The GET by which Meta proves an address at set-up; the answer must be the challenge."""
    asked = {"hub.mode": "subscribe", "hub.verify_token": verify_token, "hub.challenge": challenge}
    return Signed(url=f"{url}?{urlencode(asked)}", method="GET")


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Messenger:
    """A page's webhook."""

    url: str
    page: str
    app_secret: str = field(repr=False)

    def text(self, sender: str, text: str, mid: str, at: datetime) -> Signed:
        """One message of one person."""
        return self.batch([self.message(sender, text, mid, at)], at)

    def message(self, sender: str, text: str, mid: str, at: datetime) -> dict[str, Any]:
        """One element of `messaging`, for a batch."""
        return self._event(sender, at, {"message": {"mid": mid, "text": text}})

    def batch(self, events: Sequence[object], at: datetime, page: str = "") -> Signed:
        """Several elements in one POST; `page` when the entry is another page's."""
        entry = {"id": page or self.page, "time": _milliseconds(at), "messaging": list(events)}
        return _signed(self.url, self.app_secret, "page", [entry])

    def delivered(self, person: str, mid: str, at: datetime) -> Signed:
        """Our message reached the person's device."""
        told = {"delivery": {"mids": [mid], "watermark": _milliseconds(at)}}
        return self.batch([self._event(person, at, told)], at)

    def read(self, person: str, mid: str, at: datetime) -> Signed:
        """The person has read it."""
        told = {"read": {"watermark": _milliseconds(at), "mid": mid}}
        return self.batch([self._event(person, at, told)], at)

    def _event(self, person: str, at: datetime, told: dict[str, Any]) -> dict[str, Any]:
        ends = {"sender": {"id": person}, "recipient": {"id": self.page}}
        return {**ends, "timestamp": _milliseconds(at), **told}


@dataclass(frozen=True, slots=True, kw_only=True)
class Whatsapp:
    """A number's webhook on the Cloud API."""

    url: str
    phone: str
    app_secret: str = field(repr=False)
    business: str = "102290129340398"

    def text(self, sender: str, text: str, wamid: str, at: datetime) -> Signed:
        """One message of one person; `sender` in digits."""
        return self.batch([self.message(sender, text, wamid, at)])

    def message(self, sender: str, text: str, wamid: str, at: datetime) -> dict[str, Any]:
        """One element of `messages`, for a batch."""
        stamp = str(int(at.timestamp()))
        return {"from": sender, "id": wamid, "timestamp": stamp, "type": "text", "text": {"body": text}}

    def batch(self, messages: Sequence[Any]) -> Signed:
        """Several messages in one change."""
        senders = [m["from"] for m in messages if isinstance(m, dict) and "from" in m]
        people = [{"profile": {"name": "Client"}, "wa_id": sender} for sender in senders]
        return self._change({"contacts": people, "messages": list(messages)})

    def state(self, recipient: str, wamid: str, state: str, at: datetime) -> Signed:
        """sent, delivered, read or failed, for a message of ours."""
        told = {
            "id": wamid,
            "status": state,
            "timestamp": str(int(at.timestamp())),
            "recipient_id": recipient,
        }
        failed = {"errors": [{"code": 131026, "title": "Message undeliverable"}]} if state == "failed" else {}
        return self._change({"statuses": [{**told, **failed}]})

    def _change(self, told: dict[str, Any]) -> Signed:
        number = {"display_phone_number": "33100000000", "phone_number_id": self.phone}
        value = {"messaging_product": "whatsapp", "metadata": number, **told}
        entry = {"id": self.business, "changes": [{"field": "messages", "value": value}]}
        return _signed(self.url, self.app_secret, "whatsapp_business_account", [entry])
