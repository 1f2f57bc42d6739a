"""Rows as items: the accepted contact and its work, compact, with defaults left out."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zlib import compress, decompress

from chalicelib.domain.backlog.lot import lot_of
from chalicelib.domain.model import Attachment, Contact, ContactKind, Medium, Outcome, Party
from chalicelib.domain.outbox import Attempt, Row, RowState, Work
from chalicelib.domain.snapshot import millis, moment
from chalicelib.domain.upgrade.schema import stamped, understood
from chalicelib.domain.upgrade.times import from_ms_or_none

# Above this the JSON is compressed: an item ends at 400 KB, and a long e-mail is mostly quoted text.
_LONG = 65_536


def row_item(row: Row) -> dict[str, Any]:
    """The item of an accepted row, without its keys and index of due rows."""
    contact = row.contact
    item: dict[str, Any] = {
        "channel": row.channel,
        "account": _clean(contact.account),
        "provider_id": _clean(contact.provider_id),
        "contact": _packed(_json(contact_document(contact))),
        "market": _clean(row.market),
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
    return item | _first_item(row.work)


def row_of(item: Mapping[str, Any], work: Mapping[str, Any] | None = None) -> Row:
    """The row of an item and, when it was ever saved, its work's item. Raises Newer."""
    due_at = understood(item).get("due_at")
    return Row(
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
        due_at=from_ms_or_none(due_at),
        lot=lot_of(item.get("due_shard", "")),
        erased_at=_moment(item.get("erased_at")),
        schema=item["schema"],
        work=work_of(work) if work else first_work(item),
    )


def first_work(item: Mapping[str, Any]) -> Work:
    """The work that a row was accepted with."""
    if "first_work" not in item:
        return Work()
    return work_of({"work": item["first_work"], "version": item["first_version"], "state": item["state"]})


def work_item(work: Work) -> dict[str, Any]:
    """The item of a row's work, without its keys."""
    return stamped({"version": work.version, "state": work.state.value, "work": _json(work_document(work))})


def work_document(work: Work) -> dict[str, Any]:
    """What of a work is JSON: all but its state and version."""
    document = {
        "attempt": work.attempt,
        "round": work.round,
        "lease_until": _ms(work.lease_until),
        "desk": work.desk,
        "tried": list(work.tried),
        "attempts": [[_ms(a.at), a.decision, a.desk, a.outcome, a.detail] for a in work.attempts],
        "provider_id": work.provider_id,
        "offered": work.offered,
        "extended_to": _ms(work.extended_to),
    }
    return {name: value for name, value in document.items() if value}


def contact_document(contact: Contact) -> dict[str, Any]:
    """A contact as plain JSON values, defaults left out."""
    party = contact.party
    document = {
        "account": contact.account,
        "provider_id": contact.provider_id,
        "party": [party.address, party.name, party.language],
        "text": contact.text,
        "medium": contact.medium.value,
        "sent_at": _ms(contact.sent_at),
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
        sent_at=_moment(document.get("sent_at")),
        conversation=document.get("conversation", ""),
        attachments=tuple(
            Attachment(reference=reference, media_type=media_type, name=label)
            for reference, media_type, label in document.get("attachments", ())
        ),
        traits=document.get("traits", {}),
        market=document.get("market", ""),
        kind=ContactKind(document["kind"]),
    )


def _first_item(work: Work) -> dict[str, Any]:
    if work == Work():
        return {}
    return {
        "first_work": _json(work_document(work)),
        "first_version": work.version,
        "state": work.state.value,
    }


def work_of(item: Mapping[str, Any]) -> Work:
    """The work of `work_item`. Raises Newer."""
    document = json.loads(understood(item)["work"])
    return Work(
        state=RowState(item["state"]),
        version=item["version"],
        attempt=document.get("attempt", 0),
        round=document.get("round", 0),
        lease_until=_moment(document.get("lease_until")),
        desk=document.get("desk", ""),
        tried=tuple(document.get("tried", ())),
        attempts=tuple(_attempt(values) for values in document.get("attempts", ())),
        provider_id=document.get("provider_id", ""),
        offered=document.get("offered", False),
        extended_to=_moment(document.get("extended_to")),
    )


def _attempt(values: list[Any]) -> Attempt:
    at, decision, desk, outcome, detail = values
    known = Outcome(outcome) if outcome else None
    return Attempt(at=moment(at), decision=decision, desk=desk, outcome=known, detail=detail)


def _json(document: Any) -> str:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    # Half a surrogate pair is legal in JSON and not in UTF-8: such a text is kept escaped.
    return text if text.isascii() or _writable(text) else json.dumps(document, separators=(",", ":"))


def _writable(text: str) -> bool:
    return _clean(text) == text


def _clean(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _packed(text: str) -> str | bytes:
    return text if len(text) <= _LONG else compress(text.encode(), 6)


def _unpacked(stored: str | bytes) -> str:
    return stored if isinstance(stored, str) else decompress(stored).decode()


def _ms(instant: datetime | None) -> int:
    return millis(instant) if instant else 0


def _moment(milliseconds: int | None) -> datetime | None:
    return moment(milliseconds) if milliseconds else None
