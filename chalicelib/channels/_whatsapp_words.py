"""What a person's message on WhatsApp says, by type; WhatsApp Cloud API, messages webhook, v25.0."""

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.channels import Malformed
from chalicelib.channels._json import items, lenient, moment, number, table, text
from chalicelib.channels._reading import own_id
from chalicelib.domain.model import Attachment, Contact, Party

# Where each type has its words. A type that is not here is still a contact: somebody wrote.
WORDS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "text": (("text", "body"),),
    "button": (("button", "text"),),
    "interactive": (
        ("interactive", "button_reply", "title"),
        ("interactive", "list_reply", "title"),
        ("interactive", "nfm_reply", "body"),
    ),
    "image": (("image", "caption"),),
    "video": (("video", "caption"),),
    "document": (("document", "caption"),),
    "order": (("order", "text"),),
    "location": (("location", "name"), ("location", "address")),
}
BUTTONS = (
    ("button", "payload"),
    ("interactive", "button_reply", "id"),
    ("interactive", "list_reply", "id"),
)
MEDIA = ("image", "audio", "video", "document", "sticker", "voice")
# Types in which nobody speaks to us: a reaction to our words, a changed number, the opening of the chat.
SILENT = frozenset({"reaction", "system", "request_welcome"})
MOST_FIELDS = 20
"""Answers of a form that become traits."""


def contact_of(said: dict[str, Any], value: dict[str, Any]) -> Iterator[Contact]:
    """The contact in one element of `messages`, or none; `value` is the change around it."""
    kind = text(said, "type")
    if kind in SILENT or "group_id" in said:
        return
    account, person = (
        text(value, "metadata", "phone_number_id"),
        text(said, "from") or text(said, "from_user_id"),
    )
    if not account or not person:
        raise Malformed("nobody to answer, or no number")
    yield Contact(
        account=account,
        provider_id=text(said, "id") or own_id(said),
        party=Party(address=person, name=_name(value, said)),
        text=_first(said, WORDS.get(kind, ())),
        sent_at=moment(said, "timestamp"),
        attachments=tuple(_attachments(said)),
        traits=_traits(kind, said, value),
    )


def _first(said: dict[str, Any], paths: tuple[tuple[str, ...], ...]) -> str:
    return next((words for words in (text(said, *path) for path in paths) if words), "")


def _name(value: dict[str, Any], said: dict[str, Any]) -> str:
    """The profile's name; people are matched by number or, without one, by the business-scoped id."""
    known = {text(said, "from"), text(said, "from_user_id")} - {""}
    for person in items(value, "contacts"):
        if {text(person, "wa_id"), text(person, "user_id")} & known:
            return text(person, "profile", "name")
    return ""


def _traits(kind: str, said: dict[str, Any], value: dict[str, Any]) -> dict[str, str]:
    possible = {
        "kind": kind,
        "called": text(value, "metadata", "display_phone_number"),
        "button": _first(said, BUTTONS),
        "referral": text(said, "referral", "source_id"),
        "reply_to": text(said, "context", "id"),
    }
    form = lenient(text(said, "interactive", "nfm_reply", "response_json"))
    answered = {f"form.{text(name)}": text(form, name) for name in list(form)[:MOST_FIELDS]}
    return {name: words for name, words in (possible | answered).items() if words}


def _attachments(said: dict[str, Any]) -> Iterator[Attachment]:
    """Media are ids to be fetched with our token; a location is a geo address (RFC 5870)."""
    for kind in MEDIA:
        media = table(said, kind)
        if text(media, "id"):
            name = text(media, "filename")
            yield Attachment(
                reference=text(media, "id"), media_type=text(media, "mime_type") or kind, name=name
            )
    latitude, longitude = number(said, "location", "latitude"), number(said, "location", "longitude")
    if latitude is not None and longitude is not None:
        yield Attachment(reference=f"geo:{latitude},{longitude}", media_type="location")
