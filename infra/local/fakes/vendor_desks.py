"""The other sides that speak JSON: a Standard Webhooks producer or desk, Chatwoot, and SES through SNS."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from infra.local.fakes import signatures
from infra.local.fakes.vendors import Signed

JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A producer or a desk on Standard Webhooks (specification 1.0)."""

    url: str
    secret: str = field(repr=False)

    def contact(self, key: str, person: str, text: str, at: datetime) -> Signed:
        """One contact; `key` is the webhook-id, and with it the contact's id."""
        customer = {"id": person, "name": "", "language": "fr"}
        told = {"message_id": key, "conversation_id": f"with-{person}", "customer": customer, "text": text}
        return self.event(key, "contact.message", {**told, "attachments": [], "sent_at": at.isoformat()}, at)

    def word(self, reference: str, word: str, at: datetime, text: str = "") -> Signed:
        """A desk's word on a contact: answered, closed, abandoned, or reply with a text."""
        said = {"reference": reference, **({"text": text} if text else {})}
        return self.event(f"{reference}-{word}", f"contact.{word}", said, at)

    def event(self, key: str, kind: str, told: Mapping[str, Any], at: datetime) -> Signed:
        """Any event."""
        content = {"type": kind, "timestamp": at.isoformat(), "data": dict(told)}
        body, stamp = json.dumps(content, ensure_ascii=False).encode(), int(at.timestamp())
        proof = signatures.standard(self.secret, key, stamp, body)
        named = {"webhook-id": key, "webhook-timestamp": str(stamp), "webhook-signature": proof}
        return Signed(url=self.url, body=body, headers={"Content-Type": JSON, **named})


@dataclass(frozen=True, slots=True, kw_only=True)
class Chatwoot:
    """An API channel's webhook (Chatwoot 4)."""

    url: str
    secret: str = field(repr=False)
    account: int = 1
    inbox: int = 1

    def said(self, conversation: str, text: str, number: int, at: datetime) -> Signed:
        """An agent wrote to the person."""
        about = {"id": int(conversation), "inbox_id": self.inbox, "status": "open"}
        words = {"id": number, "content": text, "content_type": "text", "message_type": "outgoing"}
        agent = {"id": 7, "type": "user", "name": "Agent"}
        shown = {"private": False, "created_at": at.isoformat(), "sender": agent}
        return self._event({"event": "message_created", **words, **shown, "conversation": about}, at)

    def resolved(self, conversation: str, at: datetime) -> Signed:
        """An agent closed the conversation."""
        about = {"id": int(conversation), "inbox_id": self.inbox, "status": "resolved"}
        return self._event({"event": "conversation_status_changed", **about}, at)

    def _event(self, told: Mapping[str, Any], at: datetime) -> Signed:
        ends = {
            "account": {"id": self.account, "name": "Shop"},
            "inbox": {"id": self.inbox, "name": "Bascule"},
        }
        body, stamp = json.dumps({**told, **ends}).encode(), int(at.timestamp())
        proof = {
            "X-Chatwoot-Signature": signatures.chatwoot(self.secret, stamp, body),
            "X-Chatwoot-Timestamp": str(stamp),
        }
        return Signed(url=self.url, body=body, headers={"Content-Type": JSON, **proof})


def ses_mail(sender: str, mailbox: str, subject: str, text: str, ids: tuple[str, datetime]) -> str:
    """The Message that SES puts on an SNS topic for mail it received (`ids`: its message id and the time)."""
    message_id, at = ids
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, mailbox, subject
    mail["Message-ID"] = f"<{message_id}@mail.example>"
    mail.set_content(text)
    passed = {f"{name}Verdict": {"status": "PASS"} for name in ("spam", "virus", "spf", "dkim", "dmarc")}
    action = {"type": "SNS", "topicArn": "", "encoding": "UTF8"}
    common = {"from": [sender], "to": [mailbox], "subject": subject, "returnPath": sender}
    headers = [{"name": name, "value": str(value)} for name, value in mail.items()]
    told = {
        "notificationType": "Received",
        "mail": {
            "messageId": message_id, "timestamp": at.isoformat(), "source": sender, "destination": [mailbox],
            "headersTruncated": False, "headers": headers, "commonHeaders": common,
        },
        "receipt": {"timestamp": at.isoformat(), "recipients": [mailbox], **passed, "action": action},
        "content": mail.as_string(),
    }  # fmt: skip
    return json.dumps(told)
