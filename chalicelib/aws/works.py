"""A row's work as an item: compact, with defaults left out; and the spelling that rows and works share."""

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.domain.model import Outcome
from chalicelib.domain.outbox import Attempt, RowState, Work
from chalicelib.domain.upgrade.schema import stamped, understood
from chalicelib.domain.upgrade.times import millis, millis_or_none, moment, moment_or_none


def first_work(item: Mapping[str, Any]) -> Work:
    """The work that a row was accepted with."""
    if "first_work" not in item:
        return Work()
    return work_of({"work": item["first_work"], "version": item["first_version"], "state": item["state"]})


def work_item(work: Work) -> dict[str, Any]:
    """The item of a row's work, without its keys."""
    return stamped({"version": work.version, "state": work.state.value, "work": json_of(work_document(work))})


def work_document(work: Work) -> dict[str, Any]:
    """What of a work is JSON: all but its state and version."""
    document = {
        "attempt": work.attempt,
        "round": work.round,
        "lease_until": millis_or_none(work.lease_until),
        "desk": work.desk,
        "tried": list(work.tried),
        "attempts": [[millis(a.at), a.decision, a.desk, a.outcome, a.detail] for a in work.attempts],
        "provider_id": work.provider_id,
        "offered": work.offered,
        "extended_to": millis_or_none(work.extended_to),
        "term": work.term,
        "started": work.started,
        "seen": [list(each) for each in work.seen],
        "in_doubt": work.in_doubt,
    }
    return {name: value for name, value in document.items() if value}


def first_item(work: Work) -> dict[str, Any]:
    """What of the work that a row is accepted with stands in the row's own item."""
    if work == Work():
        return {}
    return {
        "first_work": json_of(work_document(work)),
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
        lease_until=moment_or_none(document.get("lease_until")),
        desk=document.get("desk", ""),
        tried=tuple(document.get("tried", ())),
        attempts=tuple(_attempt(values) for values in document.get("attempts", ())),
        provider_id=document.get("provider_id", ""),
        offered=document.get("offered", False),
        extended_to=moment_or_none(document.get("extended_to")),
        term=document.get("term", ""),
        started=document.get("started", 0),
        seen=tuple((term, version, attempt) for term, version, attempt in document.get("seen", ())),
        in_doubt=document.get("in_doubt", False),
    )


def _attempt(values: list[Any]) -> Attempt:
    at, decision, desk, outcome, detail = values
    known = Outcome(outcome) if outcome else None
    return Attempt(at=moment(at), decision=decision, desk=desk, outcome=known, detail=detail)


def json_of(document: Any) -> str:
    """Compact JSON that any store takes."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    # Half a surrogate pair is legal in JSON and not in UTF-8: such a text is kept escaped.
    return text if text.isascii() or _writable(text) else json.dumps(document, separators=(",", ":"))


def _writable(text: str) -> bool:
    return clean(text) == text


def clean(text: str) -> str:
    """A text without half surrogate pairs."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
