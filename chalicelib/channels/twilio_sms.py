"""Twilio Programmable Messaging (Messaging Webhooks and Messages pages, API 2010-04-01): SMS and its kin."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from chalicelib.channels import CANARY_FROM, Capability, Malformed, Parsed, SendFailed, Setting, Step
from chalicelib.channels._twilio import NOTHING, TwilioChannel, form, is_form, traits
from chalicelib.channels._twilio_rest import OUTCOMES
from chalicelib.domain.model import (
    Attachment,
    Contact,
    Medium,
    Message,
    Outcome,
    Party,
    Receipt,
    ReceiptState,
    Sent,
)
from chalicelib.http_types import Request

# MessageStatus in delivery reports -> our word. A report can come late, so the service ranks them.
_STATES = {
    "accepted": ReceiptState.ACCEPTED,
    "scheduled": ReceiptState.ACCEPTED,
    "queued": ReceiptState.ACCEPTED,
    "sending": ReceiptState.SENT,
    "sent": ReceiptState.SENT,
    "delivered": ReceiptState.DELIVERED,
    "partially_delivered": ReceiptState.DELIVERED,
    "read": ReceiptState.READ,
    "undelivered": ReceiptState.FAILED,
    "failed": ReceiptState.FAILED,
    "canceled": ReceiptState.FAILED,
}
_INBOUND = frozenset({"", "received", "receiving"})

_TRAITS = {
    "To": "called",
    "NumMedia": "num_media",
    "FromCountry": "country",
    "OptOutType": "opt_out",
    "ButtonText": "button",
    "MessagingServiceSid": "messaging_service",
}
_CHAT_PREFIXES = ("whatsapp:", "messenger:")
_LONGEST_BODY = 1600


class TwilioSms(TwilioChannel):
    """One sender that takes and gives short messages; WhatsApp and Messenger senders keep their prefix."""

    kind = "twilio_sms"
    medium = Medium.SMS
    capabilities = frozenset({Capability.SEND, Capability.CANARY})
    needs: ClassVar[tuple[Setting, ...]] = (
        *TwilioChannel.needs,
        Setting(name="messaging_service_sid", purpose="MG..., sends in place of the number", required=False),
    )

    def parse(self, request: Request, now: datetime) -> Parsed:
        """One message from a person, or one report on ours; anything else that Twilio signs is ignored."""
        fields = form(request) if is_form(request) else {}
        sid = fields.get("MessageSid") or fields.get("SmsSid") or ""
        if not sid:
            return Parsed(ignored=1)
        word = fields.get("MessageStatus") or fields.get("SmsStatus") or ""
        if word in _INBOUND:
            return Parsed(contacts=(_contact(sid, fields, now),))
        return Parsed(receipts=(_receipt(sid, word, fields, now),))

    def document(self, step: Step | None) -> str:  # noqa: ARG002 - nobody waits on a message
        """No words: a reply goes out by the API, where its failure can be seen."""
        return NOTHING

    def send(self, message: Message, now: datetime) -> Sent:  # noqa: ARG002 - Twilio stamps the time itself
        """Text a person, or a desk's own phone; needs `address` in the target."""
        address = message.target.get("address", "")
        service = self.config.settings.get("messaging_service_sid", "")
        if not address or not (service or self.config.account):
            raise SendFailed(Outcome.REQUEST, detail="no address to send " + ("from" if address else "to"))
        fields = {
            "To": address,
            "MessagingServiceSid": service,
            "From": "" if service else self.config.account,
            "Body": _for_desk(message.contact) if message.contact else message.text,
            "StatusCallback": self.config.settings.get("status_callback", ""),
        }
        return self.api.create("Messages", fields)

    def canary(self, token: str, now: datetime) -> Sent:  # noqa: ARG002 - Twilio stamps the time itself
        """Have our second number text this one."""
        fields = {"To": self.config.account, "From": self.config.settings.get(CANARY_FROM, ""), "Body": token}
        return self.api.create("Messages", fields)


def _for_desk(contact: Contact) -> str:
    """Who wrote and what; cut to what Twilio takes, the whole text stays in our row."""
    words = f"{contact.party.name or contact.party.address}: {contact.text}"
    return words if len(words) <= _LONGEST_BODY else words[: _LONGEST_BODY - 1] + "…"


def _contact(sid: str, fields: Mapping[str, str], now: datetime) -> Contact:
    """The form has no time of its own, so the time of receipt stands for it."""
    sender, called = fields.get("From", ""), fields.get("To", "")
    if not sender or not called:
        raise Malformed("a message without From or To")
    return Contact(
        account=called,
        provider_id=sid,
        party=Party(address=sender, name=fields.get("ProfileName", "")),
        text=fields.get("Body", ""),
        medium=Medium.MESSAGING if sender.startswith(_CHAT_PREFIXES) else Medium.SMS,
        sent_at=now,
        conversation=sender,
        attachments=tuple(_attachments(fields)),
        traits=traits(fields, _TRAITS),
    )


def _attachments(fields: Mapping[str, str]) -> list[Attachment]:
    found: list[Attachment] = []
    while url := fields.get(f"MediaUrl{len(found)}"):
        media_type = fields.get(f"MediaContentType{len(found)}", "")
        found.append(Attachment(reference=url, media_type=media_type))
    return found


def _receipt(sid: str, word: str, fields: Mapping[str, str], now: datetime) -> Receipt:
    state = _STATES.get(word, ReceiptState.UNKNOWN)
    code = fields.get("ErrorCode", "")
    outcome = Outcome.OK
    if word == "canceled":
        outcome = Outcome.REQUEST
    elif state is ReceiptState.FAILED:
        outcome = OUTCOMES.get(code, Outcome.UNKNOWN)
    return Receipt(provider_id=sid, state=state, outcome=outcome, at=now, detail=code[:20])
