"""Messenger's Conversations API (Graph API v25.0): what people wrote to a page, and what the page wrote to them.

Of a conversation only the 20 newest messages can be read. A message's id is the webhook's `mid`.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from chalicelib.channels import Listed, Malformed, Sought, Stretch, Trace
from chalicelib.channels import _graph as graph
from chalicelib.channels._json import items, lenient, moment, table, text
from chalicelib.channels._reading import Reading
from chalicelib.domain.model import Attachment, Contact, Outcome, Party, Receipt, ReceiptState
from chalicelib.http_types import Response

Get = Callable[..., Response]
MESSAGES = 20
SKEW = timedelta(seconds=30)
_FIELDS = f"updated_time,messages.limit({MESSAGES}){{id,created_time,from,message,attachments}}"
_PAGE = "25"
"""Conversations of a page: the limit is two calls a second, and each brings up to 20 messages of everybody."""
_OK, _NOT_THERE = 200, (100, 33)


def missed(get: Get, page: str, stretch: Stretch) -> Listed:
    """A page of conversations, the last touched first; what people wrote in the stretch. Raises SendFailed."""
    cursor = {"after": stretch.cursor} if stretch.cursor else {}
    told = _read(get(f"{page}/conversations", platform="messenger", fields=_FIELDS, limit=_PAGE, **cursor))
    reading, behind = Reading(), False
    for where, conversation in reading.each(told, "data"):
        touched = moment(conversation, "updated_time")
        behind = behind or (touched is not None and touched < stretch.since)
        for place, message in reading.each(table(conversation, "messages"), "data", where):
            reading.take(place, _written(message, page, stretch))
        if _cut(items(conversation, "messages", "data"), stretch):
            reading.faults.append(f"{where}: more than {MESSAGES} messages")
    following = "" if behind or not text(told, "paging", "next") else text(told, "paging", "cursors", "after")
    return Listed(read=reading.parsed(), following=following)


def traced(get: Get, page: str, sought: Sought) -> Trace:
    """A message by its id, else all with these words to this person in that time. Raises SendFailed."""
    if sought.provider_id:
        answer = get(quote(sought.provider_id, safe=""), fields="id,created_time")
        if _absent(answer):
            return Trace()
        return Trace(receipts=(_sent(_read(answer)),))
    person = sought.message.target.get("address", "")
    told = _read(get(f"{page}/conversations", platform="messenger", user_id=person, fields=_FIELDS))
    stretch = Stretch(since=sought.since - SKEW, until=sought.until + SKEW)
    listed = [one for talk in items(told, "data") for one in items(talk, "messages", "data")]
    near = [one for one in listed if text(one, "from", "id") == page and _within(one, stretch)]
    alike = [one for one in near if text(one, "message") == sought.message.text]
    whole = len(alike) == len(near) and not _cut(listed, stretch)
    return Trace(receipts=tuple(_sent(one) for one in reversed(alike)), whole=whole)


def _written(message: Mapping[str, Any], page: str, stretch: Stretch) -> Iterator[Contact]:
    person, id_ = text(message, "from", "id"), text(message, "id")
    at = moment(message, "created_time")
    if not person or not id_ or at is None:
        raise Malformed("nobody, no id, or no time")
    if person != page and stretch.since <= at <= stretch.until:
        yield Contact(
            account=page, provider_id=id_, party=Party(address=person), text=text(message, "message"), sent_at=at,
            attachments=tuple(_attached(message)), traits={"kind": "message"},
        )  # fmt: skip


def _attached(message: Mapping[str, Any]) -> Iterator[Attachment]:
    for sent in items(message, "attachments", "data"):
        reference = (
            text(sent, "image_data", "url") or text(sent, "video_data", "url") or text(sent, "file_url")
        )
        if reference:
            yield Attachment(reference=reference, media_type=text(sent, "mime_type"), name=text(sent, "name"))


def _cut(messages: list[Any], stretch: Stretch) -> bool:
    """True when older messages of the stretch may lie behind what can be read."""
    oldest = moment(messages[-1], "created_time") if len(messages) >= MESSAGES else None
    return oldest is not None and oldest > stretch.since


def _within(message: Any, stretch: Stretch) -> bool:
    at = moment(message, "created_time")
    return at is not None and stretch.since <= at <= stretch.until


def _sent(message: Mapping[str, Any]) -> Receipt:
    """The list knows no delivery: that it is there says that it was taken."""
    return Receipt(
        provider_id=text(message, "id"),
        state=ReceiptState.SENT,
        outcome=Outcome.OK,
        at=moment(message, "created_time"),
    )


def _read(response: Response) -> dict[str, Any]:
    found: dict[str, Any] = lenient(response.body)
    if response.code != _OK or not found:
        raise graph.failure(response)
    return found


def _absent(response: Response) -> bool:
    error = table(lenient(response.body), "error")
    return (error.get("code"), error.get("error_subcode")) == _NOT_THERE
