"""A person's conversations at Chatwoot (client API v1): which of them is open, and what came there of a send of ours.

The list has every conversation with all its messages but notes and activities. A message keeps no key of ours, so it is
known by whose it is, its very words and its time (app/views/public/api/v1/models in Chatwoot's repository, 2026-11).
"""

from datetime import timedelta
from typing import Any

from chalicelib.channels import Malformed, SendFailed, Sought, Trace
from chalicelib.channels._chatwoot import numbered
from chalicelib.channels._json import clean, items, load, moment, text
from chalicelib.domain.model import Outcome, Receipt, ReceiptState
from chalicelib.http_types import Response

INCOMING = frozenset(("incoming", "0"))
SKEW = timedelta(seconds=30)
"""By so much may Chatwoot's clock and ours differ."""


def newest_open(response: Response, inbox: str) -> str:
    """The number of the newest conversation of our inbox that goes on, "" for none. Raises SendFailed."""
    talks = [one for one in items(_read(response)) if _of(one, inbox)]
    numbers = [numbered(one) for one in talks if text(one, "status") != "resolved"]
    return max(filter(None, numbers), key=int, default="")


def traced(response: Response, inbox: str, words: str, sought: Sought) -> Trace:
    """Every message that this send may be, and the names of those with other words. Raises SendFailed."""
    listed = _read(response)
    if not isinstance(listed, list):
        raise SendFailed(Outcome.OUTAGE, detail="no list of conversations")
    talks = [one for one in listed if _of(one, inbox)]
    came = [(numbered(talk), one) for talk in talks for one in items(talk, "messages")]
    near = [(number, one) for number, one in came if _near(one, sought)]
    alike = [(number, one) for number, one in near if text(one, "content") == clean(words)]
    alike.sort(key=lambda found: int(numbered(found[1]) or 0))
    return Trace(
        receipts=tuple(_taken(number, one) for number, one in alike),
        parts=tuple(part(number, numbered(one)) for number, one in alike),
        others=tuple(part(n, numbered(one)) for n, one in near if text(one, "content") != clean(words)),
        whole=all(_whole(one) for one in talks) and all(number and numbered(one) for number, one in near),
    )


def part(conversation: str, message: str) -> str:
    """A message's own name: numbers of messages and conversations overlap."""
    return f"{conversation}/{message}"


def _read(response: Response) -> Any:
    try:
        return load(response.body)
    except Malformed:
        raise SendFailed(Outcome.OUTAGE, detail="unreadable conversations") from None


def _of(talk: Any, inbox: str) -> bool:
    return not (inbox and text(talk, "inbox_id") not in ("", inbox))


def _near(message: Any, sought: Sought) -> bool:
    """True for a person's words of that time, and for words whose time or direction is unreadable."""
    at = moment(message, "created_at")
    ours = text(message, "message_type") in (*INCOMING, "")
    return ours and (at is None or sought.since - SKEW <= at <= sought.until + SKEW)


def _whole(talk: Any) -> bool:
    return isinstance(talk, dict) and isinstance(talk.get("messages"), list)


def _taken(number: str, message: Any) -> Receipt:
    """That it is in the list says that the agents have it, as the answer to the send would have said."""
    at = moment(message, "created_at")
    return Receipt(provider_id=number, state=ReceiptState.DELIVERED, outcome=Outcome.OK, at=at)
