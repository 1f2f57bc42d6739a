"""Chatwoot's JSON: the person's record and the words that agents get, and what comes back from them."""

import re
from collections.abc import Sequence
from typing import Any

from chalicelib.channels import Malformed, SendFailed
from chalicelib.channels._json import at, items, moment, text
from chalicelib.channels._signature import hmac_hex
from chalicelib.domain.model import Contact, DeskOutcome, DeskWord, Message, Outcome, party_key

# The words in webhooks, the numbers within `conversation.messages`.
OUTGOING = frozenset(("outgoing", "1"))
LONGEST_CONTENT = 150_000
# Chatwoot refuses the whole person for one bad field: only what it surely takes is passed on.
_DIGITS = re.compile(r"[0-9]{1,18}")
_NUMBER = re.compile(r"\+[1-9]\d{1,14}")
_MAILBOX = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,4}")


def sender(message: Message) -> tuple[Contact, str]:
    """What a person wrote, and who they are there. Raises SendFailed for words to a person."""
    if message.contact is None:
        raise SendFailed(Outcome.REQUEST, detail="this desk takes contacts; it does not write to people")
    contact = message.contact
    return contact, party_key(message.channel, contact.account, contact.party.address)


def person(source: str, contact: Contact, identity_keys: Sequence[str]) -> dict[str, Any]:
    """The person's record; found again by number or mailbox if they wrote from one.

    With an identity key, `identifier_hash` proves the identifier: HMAC-SHA256 in hexadecimal.
    """
    address = contact.party.address
    record = {"source_id": source, "identifier": source, "name": contact.party.name or address}
    if _NUMBER.fullmatch(address):
        record["phone_number"] = address
    if _MAILBOX.fullmatch(address):
        record["email"] = address
    if identity_keys:
        record["identifier_hash"] = hmac_hex(identity_keys[0], source)
    return record


def content(contact: Contact, words: str) -> str:
    """Subject, words and attachments' addresses, a blank line between them; never empty."""
    links = [f"{a.name} {a.reference}".strip() for a in contact.attachments]
    parts = (contact.traits.get("subject", ""), contact.text or words, "\n".join(links))
    return "\n\n".join(part for part in parts if part)[:LONGEST_CONTENT] or "—"


def numbered(conversation: Any) -> str:
    """The conversation's number, fit for an address; "" for anything that is none."""
    number = text(conversation, "id")
    return number if _DIGITS.fullmatch(number) else ""


def reply(event: dict[str, Any]) -> DeskOutcome | None:
    """An agent's words to the person; None for notes, templates, activities and our own messages."""
    if text(event, "message_type") not in OUTGOING or at(event, "private") is True:
        return None
    links = [text(one, "data_url") for one in items(event, "attachments")]
    words = "\n".join(part for part in (text(event, "content"), *links) if part)
    if not words:
        return None
    reference, number = text(event, "conversation", "id"), text(event, "id")
    if not reference or not number:
        raise Malformed("a message without its id or its conversation's")
    return DeskOutcome(
        reference=reference,
        word=DeskWord.REPLY,
        provider_id=number,
        text=words,
        at=moment(event, "created_at"),
    )


def closed(event: dict[str, Any]) -> DeskOutcome:
    """The end of a conversation."""
    reference = text(event, "id")
    if not reference:
        raise Malformed("a conversation without its id")
    return DeskOutcome(reference=reference, word=DeskWord.CLOSED, at=moment(event, "updated_at"))
