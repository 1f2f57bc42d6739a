"""Twilio Programmable Messaging (Messaging Webhooks and Messages pages, API 2010-04-01): SMS and its kin."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from chalicelib.channels import (
    CANARY_FROM,
    ChannelConfig,
    Listed,
    Malformed,
    Parsed,
    SendFailed,
    Setting,
    Sought,
    Step,
    Stretch,
    Trace,
)
from chalicelib.channels import _twilio_lists as lists
from chalicelib.channels import _twiml as twiml
from chalicelib.channels._json import clean, text
from chalicelib.channels._twilio import NOTHING, TwilioChannel, form, is_form, traits
from chalicelib.channels._twilio_rest import ADDRESS, OUTCOMES
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
from chalicelib.http_types import Http, Request

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
    lying = staticmethod(twiml.written)
    place = "sms_url"
    needs: ClassVar[tuple[Setting, ...]] = (
        *TwilioChannel.needs,
        Setting(name="messaging_service_sid", purpose="MG..., sends in place of the number", required=False),
        lists.WAIT,
    )

    def __init__(self, config: ChannelConfig, http: Http) -> None:
        super().__init__(config, http)
        self.receipts = lists.promised(config)

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
            "Body": _words(message),
            "StatusCallback": self.config.settings.get("status_callback", ""),
        }
        return self.api.create("Messages", fields)

    def canary(self, token: str, now: datetime) -> Sent:  # noqa: ARG002 - Twilio stamps the time itself
        """Have our second number text this one."""
        fields = {"To": self.config.account, "From": self.config.settings.get(CANARY_FROM, ""), "Body": token}
        return self.api.create("Messages", fields)

    def catch_up(self, stretch: Stretch, now: datetime) -> Listed:  # noqa: ARG002 - each item has its own time
        """Messages to our number, from Twilio's list of messages."""
        return lists.missed(self.api, "Messages", self.config.account, stretch, _listed)

    def resolve(self, sought: Sought, now: datetime) -> Trace:
        """The message by its SID, else all with these words to this person in that time."""
        return lists.traced(
            self.api,
            "Messages",
            sought,
            {"body": clean(_words(sought.message)), "to": sought.message.target.get("address", "")},
            lambda item: _receipt(
                text(item, "sid"), text(item, "status"), {"ErrorCode": text(item, "error_code")}, now
            ),
        )


def _words(message: Message) -> str:
    return _for_desk(message.contact) if message.contact else message.text


def _listed(item: Mapping[str, Any]) -> Contact | None:
    """A listed message as its webhook would have brought it; the pictures' list stands for them."""
    sid = text(item, "sid")
    if text(item, "direction") != "inbound" or not sid:
        return None
    ends = {"From": text(item, "from"), "To": text(item, "to"), "Body": text(item, "body")}
    fields = {
        **ends,
        "NumMedia": text(item, "num_media"),
        "MessagingServiceSid": text(item, "messaging_service_sid"),
    }
    media = text(item, "subresource_uris", "media") if fields["NumMedia"] not in ("", "0") else ""
    contact = _contact(sid, fields, lists.at(item))
    return replace(contact, attachments=(Attachment(reference=f"{ADDRESS}{media}"),)) if media else contact


def _for_desk(contact: Contact) -> str:
    """Who wrote and what; cut to what Twilio takes, the whole text stays in our row."""
    words = f"{contact.party.name or contact.party.address}: {contact.text}"
    return words if len(words) <= _LONGEST_BODY else words[: _LONGEST_BODY - 1] + "…"


def _contact(sid: str, fields: Mapping[str, str], at: datetime | None) -> Contact:
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
        sent_at=at,
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
