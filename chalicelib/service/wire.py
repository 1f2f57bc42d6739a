"""Our own queue messages as text and back: raw requests for later, receipts, outcomes and signals as evidence."""

import json
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib.domain.model import (
    DeskOutcome,
    DeskWord,
    EvidenceClass,
    Outcome,
    Receipt,
    ReceiptState,
    Signal,
)
from chalicelib.domain.upgrade.times import millis, moment
from chalicelib.http_types import Request

type_names = {"receipt": Receipt, "outcome": DeskOutcome, "signal": Signal}
_UNFIT = re.compile("[\ud800-\udfff\ufffe\uffff]")
"""What a queue or UTF-8 refuses: such a text travels escaped."""
_ENUMS = {"state": ReceiptState, "outcome": Outcome, "word": DeskWord, "evidence": EvidenceClass}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One thing heard about a channel: `about` is a Receipt, a DeskOutcome or a Signal; `path` only for a Signal."""

    channel: str
    account: str
    about: Receipt | DeskOutcome | Signal
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A raw request kept for later, with the time at which it came (replay windows are checked against that).

    What is not `proven` yet is proven at replay. `late` is how long it waited: said at replay, never kept.
    """

    channel: str
    request: Request
    at: datetime
    proven: bool = True
    late: timedelta = timedelta()


def dump_evidence(evidence: Evidence) -> str:
    """One evidence message."""
    name = next(n for n, t in type_names.items() if isinstance(evidence.about, t))
    about = {k: v for k, v in _plain(evidence.about).items() if v not in ("", None, 0)}
    document = {"channel": evidence.channel, "account": evidence.account, "path": evidence.path, name: about}
    return _text(document)


def read_evidence(text: str) -> Evidence:
    """One evidence message back. Raises ValueError when it is none."""
    try:
        document = json.loads(text)
        name = next(n for n in type_names if n in document)
        about = type_names[name](**{k: _typed(k, v) for k, v in document[name].items()})
        return Evidence(
            channel=document["channel"], account=document["account"], path=document["path"], about=about
        )
    except (StopIteration, KeyError, TypeError, ValueError) as unreadable:
        raise ValueError(f"not an evidence message: {type(unreadable).__name__}") from unreadable


def is_evidence(text: str) -> bool:
    """True for an evidence message."""
    try:
        return bool(read_evidence(text))
    except ValueError:
        return False


def dump_held(held: Held) -> str:
    """A raw request as text; the body's bytes survive exactly."""
    request = held.request
    document = {
        "channel": held.channel,
        "at": millis(held.at),
        "method": request.method,
        "url": request.url,
        "headers": dict(request.headers),
        "query": {k: list(v) for k, v in request.query.items()},
        "origin": request.origin,
        "body": b64encode(request.body).decode(),
    }
    return _text(document if held.proven else {**document, "proven": False})


def read_held(text: str) -> Held:
    """A raw request back. Raises ValueError when the text is none."""
    try:
        document = json.loads(text)
        request = Request(
            method=document["method"],
            url=document["url"],
            headers=document["headers"],
            origin=document["origin"],
            query={k: tuple(v) for k, v in document["query"].items()},
            body=b64decode(document["body"]),
        )
        proven = document.get("proven", True) is True
        return Held(channel=document["channel"], at=moment(document["at"]), request=request, proven=proven)
    except (KeyError, TypeError, ValueError) as unreadable:
        raise ValueError(f"not a held request: {type(unreadable).__name__}") from unreadable


def _text(document: dict[str, Any]) -> str:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return json.dumps(document, separators=(",", ":")) if _UNFIT.search(text) else text


def _plain(value: Any) -> dict[str, Any]:
    if not is_dataclass(value):
        raise TypeError(type(value).__name__)
    plain = {f.name: getattr(value, f.name) for f in fields(value)}
    return {k: millis(v) if isinstance(v, datetime) else v for k, v in plain.items()}


def _typed(name: str, value: Any) -> Any:
    if name == "at":
        return moment(value)
    return _ENUMS[name](value) if name in _ENUMS else value
