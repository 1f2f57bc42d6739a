"""The events of our own webhook protocol as JSON: what we post, and what a desk posts back."""

from typing import Any

from chalicelib.channels import Malformed
from chalicelib.channels._json import moment, text
from chalicelib.domain.model import Contact, DeskOutcome, DeskWord, Message

CONTACT = "contact.message"
REPLY = "contact.reply"
PROBE = "bascule.probe"
DESK_WORDS = {f"contact.{word.value}": word for word in DeskWord}


def handed_over(message: Message, contact: Contact) -> dict[str, Any]:
    """A contact for a desk: the shape that we take ourselves, with our reference, channel and purpose."""
    attachments = [{"url": a.reference, "mime": a.media_type, "name": a.name} for a in contact.attachments]
    passed = {
        "reference": message.key,
        "channel": message.channel,
        "purpose": message.purpose,
        "medium": contact.medium.value,
        "message_id": contact.provider_id,
        "conversation_id": contact.conversation,
        "customer": {
            "id": contact.party.address,
            "name": contact.party.name,
            "language": contact.party.language or message.language,
        },
        "text": contact.text or message.text,
        "attachments": attachments,
        "sent_at": contact.sent_at.isoformat() if contact.sent_at else None,
        "fields": dict(contact.traits),
    }
    return {"type": CONTACT, "data": passed}


def canary_event(sender: str, token: str) -> dict[str, Any]:
    """A canary in the shape that we take ourselves."""
    told = {"message_id": token, "customer": {"id": sender}, "text": token}
    return {"type": CONTACT, "data": told}


def reply(message: Message) -> dict[str, Any]:
    """Words for the person whom the producer knows."""
    passed = {
        "reference": message.key,
        "conversation_id": message.target.get("conversation", ""),
        "customer": {"id": message.target.get("address", ""), "language": message.language},
        "text": message.text,
    }
    return {"type": REPLY, "data": passed}


def desk_outcome(event: dict[str, Any], word: DeskWord, provider_id: str) -> DeskOutcome:
    """A desk's word on the contact that it knows by our reference. Malformed without one."""
    reference, words = text(event, "data", "reference"), text(event, "data", "text")
    if not reference:
        raise Malformed("data.reference is missing")
    if word is DeskWord.REPLY and not words:
        raise Malformed("a reply needs data.text")
    at = moment(event, "data", "at") or moment(event, "timestamp")
    return DeskOutcome(reference=reference, word=word, provider_id=provider_id, text=words, at=at)
