"""The letters that we write through SES v2 (`SendEmail`, Content.Simple): to a person, and to a desk."""

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.model import Contact, Medium, Message

LONGEST_SUBJECT = 120
CONTACT_HEADER = "X-Bascule-Contact"
CHARSET = "UTF-8"


def to_person(message: Message, settings: Mapping[str, str]) -> dict[str, Any]:
    """An answer in the person's thread (`target.subject`, `target.in_reply_to`), or a letter of its own."""
    asked = message.target.get("subject", "")
    subject = f"Re: {asked.removeprefix('Re: ')}" if asked else settings.get("subject") or "Message"
    headers = {CONTACT_HEADER: message.key}
    if answered := _line(message.target.get("in_reply_to", "")):
        headers |= {"In-Reply-To": answered, "References": answered}
    return _letter(message, subject, message.text, headers)


def to_desk(message: Message, contact: Contact) -> dict[str, Any]:
    """A contact as a mail to agents; their answer goes straight to the person if that person has a mailbox.

    Marked as automatic, so that no desk's automaton answers it.
    """
    topic = contact.traits.get("subject", "") or contact.text or message.text
    facts = {
        "Channel": message.channel,
        "Purpose": message.purpose,
        "From": f"{contact.party.name} {contact.party.address}".strip(),
        "Sent": contact.sent_at.isoformat(timespec="seconds") if contact.sent_at else "",
        "Reference": message.key,
    }
    lines = [f"{name}: {value}" for name, value in facts.items() if value]
    links = [f"{a.name} {a.reference}".strip() for a in contact.attachments]
    text = "\n\n".join(
        part for part in ("\n".join(lines), contact.text or message.text, "\n".join(links)) if part
    )
    headers = {CONTACT_HEADER: message.key, "Auto-Submitted": "auto-generated"}
    letter = _letter(message, f"[{message.purpose or message.channel}] {topic}", text, headers)
    if contact.medium is Medium.EMAIL:
        letter["ReplyToAddresses"] = [_line(contact.party.address)]
    return letter


def canary_letter(mailbox: str, token: str) -> dict[str, Any]:
    """A canary's letter: its word stands in the subject too, for mail servers add lines to what they pass on.

    It is not marked as automatic: it must take the way of a customer's own letter.
    """
    told = {"Data": token, "Charset": CHARSET}
    simple = {"Subject": told, "Body": {"Text": told}}
    return {"Destination": {"ToAddresses": [_line(mailbox)]}, "Content": {"Simple": simple}}


def _letter(message: Message, subject: str, text: str, headers: Mapping[str, str]) -> dict[str, Any]:
    simple = {
        "Subject": {"Data": _line(subject)[:LONGEST_SUBJECT], "Charset": CHARSET},
        "Body": {"Text": {"Data": text, "Charset": CHARSET}},
        "Headers": [{"Name": name, "Value": value} for name, value in headers.items()],
    }
    return {
        "Destination": {"ToAddresses": [_line(message.target.get("address", ""))]},
        "Content": {"Simple": simple},
        "EmailTags": [{"Name": "bascule", "Value": message.key}],
    }


def _line(words: str) -> str:
    """One line: nothing that a person wrote may start a header of its own."""
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())
