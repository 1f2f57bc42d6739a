"""Rows as items: the accepted contact and its work, compact, with defaults left out."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from zlib import compress, decompress

from chalicelib.aws.works import clean, first_item, first_work, json_of, work_of
from chalicelib.domain.backlog.lot import lot_of
from chalicelib.domain.model import Attachment, Contact, ContactKind, Medium, Party
from chalicelib.domain.outbox import Row
from chalicelib.domain.upgrade.schema import understood
from chalicelib.domain.upgrade.times import millis, millis_or_none, moment, moment_or_none

# Above this the JSON is compressed: an item ends at 400 KB, and a long e-mail is mostly quoted text.
_LONG = 65_536


def row_item(row: Row) -> dict[str, Any]:
    """The item of an accepted row, without its keys and index of due rows."""
    contact = row.contact
    item: dict[str, Any] = {
        "channel": row.channel,
        "account": clean(contact.account),
        "provider_id": clean(contact.provider_id),
        "contact": _packed(json_of(contact_document(contact))),
        "market": clean(row.market),
        "purpose": row.purpose,
        "lane": row.lane,
        "received_at": millis(row.accepted_at),
        "deadline": millis(row.deadline),
        "decision": row.decision,
        "kind": row.kind.value,
        "parent": row.parent,
        "schema": row.schema,
    }
    if row.party:  # an index key may not be empty
        item["party"] = row.party
    if row.erased_at:
        item["erased_at"] = millis(row.erased_at)
    return item | first_item(row.work)


def row_of(item: Mapping[str, Any], *works: Mapping[str, Any]) -> Row:
    """The row of an item and, when it was ever saved, its work's item, one for each term. Raises Newer."""
    due_at = understood(item).get("due_at")
    row = Row(
        key=item["pk"],
        channel=item["channel"],
        contact=contact_of(json.loads(_unpacked(item["contact"]))),
        market=item["market"],
        purpose=item["purpose"],
        lane=item["lane"],
        accepted_at=moment(item["received_at"]),
        deadline=moment(item["deadline"]),
        party=item.get("party", ""),
        decision=item["decision"],
        parent=item["parent"],
        kind=ContactKind(item["kind"]),
        due_at=moment_or_none(due_at),
        lot=lot_of(item.get("due_shard", "")),
        erased_at=moment_or_none(item.get("erased_at")),
        schema=item["schema"],
        work=work_of(works[0]) if works else first_work(item),
    )
    return of_terms(row, item, works) if len(works) > 1 or row.work.term else row


def of_terms(row: Row, item: Mapping[str, Any], works: Iterable[Mapping[str, Any]]) -> Row:
    """A row that several terms worked on."""
    from chalicelib.domain.regions.works import joined, whole  # noqa: PLC0415 - most stages have one region

    accepted = first_work(item)
    known = joined({accepted.term: accepted}, {work.term: work for work in map(work_of, works)})
    return replace(row, work=whole(known.values()), works=tuple(known.values()))


def contact_document(contact: Contact) -> dict[str, Any]:
    """A contact as plain JSON values, defaults left out."""
    party = contact.party
    document = {
        "account": contact.account,
        "provider_id": contact.provider_id,
        "party": [party.address, party.name, party.language],
        "text": contact.text,
        "medium": contact.medium.value,
        "sent_at": millis_or_none(contact.sent_at),
        "conversation": contact.conversation,
        "attachments": [[a.reference, a.media_type, a.name] for a in contact.attachments],
        "traits": dict(contact.traits),
        "market": contact.market,
        "kind": contact.kind.value,
    }
    return {name: value for name, value in document.items() if value}


def contact_of(document: Mapping[str, Any]) -> Contact:
    """The contact of `contact_document`."""
    address, name, language = document["party"]
    return Contact(
        account=document.get("account", ""),
        provider_id=document.get("provider_id", ""),
        party=Party(address=address, name=name, language=language),
        text=document.get("text", ""),
        medium=Medium(document["medium"]),
        sent_at=moment_or_none(document.get("sent_at")),
        conversation=document.get("conversation", ""),
        attachments=tuple(
            Attachment(reference=reference, media_type=media_type, name=label)
            for reference, media_type, label in document.get("attachments", ())
        ),
        traits=document.get("traits", {}),
        market=document.get("market", ""),
        kind=ContactKind(document["kind"]),
    )


def _packed(text: str) -> str | bytes:
    return text if len(text) <= _LONG else compress(text.encode(), 6)


def _unpacked(stored: str | bytes) -> str:
    return stored if isinstance(stored, str) else decompress(stored).decode()
