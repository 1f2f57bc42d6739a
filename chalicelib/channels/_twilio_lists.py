"""Twilio's lists of messages and calls (API 2010-04-01): filters, pages, times, which item a send of ours may be."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from chalicelib.channels import (
    ChannelConfig,
    Listed,
    Malformed,
    MissingSetting,
    SendFailed,
    Setting,
    Sought,
    Stretch,
    Trace,
)
from chalicelib.channels._json import items, text
from chalicelib.channels._reading import Reading
from chalicelib.channels._twilio_rest import Account
from chalicelib.domain.detection.promise import ReceiptPromise
from chalicelib.domain.model import Contact, Outcome, Receipt

PAGE = 200
"""Items of a page: the longest ones still fit the door's megabyte."""
SKEW = timedelta(seconds=30)
"""By so much may Twilio's clock and ours differ about when it took a send."""
LONGEST_WAIT = 900
"""Seconds: the longest that a queue delays the bell which looks for the receipt."""
WAIT = Setting(
    name="receipt_wait",
    purpose="seconds within which delivery reports come; a later one is looked up, and counts as lost if it was",
    required=False,
)
_TIME = {"Messages": "DateSent", "Calls": "StartTime"}


def promised(config: ChannelConfig) -> ReceiptPromise | None:
    """Reports within the time that the plan sets, if it sets one; Raises MissingSetting for a time that is none.

    A telephone that is switched off keeps them away, but then the list says that the message is on its way.
    """
    said = config.settings.get(WAIT.name, "")
    if not said:
        return None
    if not said.isascii() or not said.isdigit() or not 0 < int(said) <= LONGEST_WAIT:
        raise MissingSetting(config.id, WAIT)
    return ReceiptPromise(wait=timedelta(seconds=int(said)), missing=0.02)


def missed(
    account: Account,
    resource: str,
    number: str,
    stretch: Stretch,
    read: Callable[[Mapping[str, Any]], Contact | None],
) -> Listed:
    """A page of what came to `number`; `read` makes a contact, or None of what is no contact. Raises SendFailed.

    The list is filtered once more here, for Twilio documents its time filter by the day.
    """
    if not number:
        raise SendFailed(Outcome.REQUEST, detail="no number to list for")
    query = stretch.cursor or _query(resource, stretch, To=number)
    page = account.page(resource, query)
    reading = Reading()
    for where, item in reading.each(page, resource.lower()):
        reading.take(where, _within(item, stretch, read))
    following = "" if _past(page, resource, stretch) else _following(page)
    return Listed(read=reading.parsed(), following=following)


def traced(
    account: Account,
    resource: str,
    sought: Sought,
    ours: Mapping[str, str],
    read: Callable[[Mapping[str, Any]], Receipt],
) -> Trace:
    """What Twilio has of a send: by its SID, else every item to that person with these very values. Raises SendFailed.

    `ours` are the values by Twilio's names for them; they must all be the item's own. Twilio may spell a text in
    another way than it got it, so anything else that went to that person then leaves the doubt.
    """
    if sought.provider_id:
        known = account.item(resource, sought.provider_id)
        return Trace(receipts=(read(known),) if known else ())
    address = sought.message.target.get("address", "")
    stretch = Stretch(since=sought.since - SKEW, until=sought.until + SKEW)
    page = account.page(resource, _query(resource, stretch, To=address))
    near = [item for item in _objects(page, resource) if _near(item, stretch)]
    alike = [item for item in near if all(text(item, name) == value for name, value in ours.items())]
    read_out = _past(page, resource, stretch) or not _following(page)
    return Trace(
        receipts=tuple(read(item) for item in reversed(alike)), whole=read_out and len(near) == len(alike)
    )


def at(item: Mapping[str, Any]) -> datetime | None:
    """When Twilio took it: RFC 2822; None when that cannot be read."""
    for name in ("date_sent", "start_time", "date_created"):
        try:
            moment = parsedate_to_datetime(text(item, name))
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


def _query(resource: str, stretch: Stretch, **more: str) -> str:
    name = _TIME[resource]
    times = {f"{name}>": _spelled(stretch.since), f"{name}<": _spelled(stretch.until + timedelta(seconds=1))}
    return urlencode({**more, **times, "PageSize": str(PAGE)})


def _spelled(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _following(page: Mapping[str, Any]) -> str:
    """The next page's query alone: the address stays the one that we know."""
    return urlsplit(text(page, "next_page_uri")).query


def _past(page: Mapping[str, Any], resource: str, stretch: Stretch) -> bool:
    """True when the newest-first list has come to items before the stretch."""
    times = [moment for item in _objects(page, resource) if (moment := at(item))]
    return bool(times) and times[-1] < stretch.since


def _objects(page: Mapping[str, Any], resource: str) -> Iterator[dict[str, Any]]:
    found: Iterable[Any] = items(page, resource.lower())
    return (item for item in found if isinstance(item, dict))


def _within(
    item: Mapping[str, Any], stretch: Stretch, read: Callable[[Mapping[str, Any]], Contact | None]
) -> Iterator[Contact]:
    moment = at(item)
    if moment is None:
        raise Malformed("no time that can be read")
    found = read(item) if stretch.since <= moment <= stretch.until else None
    if found is not None:
        yield found


def _near(item: Mapping[str, Any], stretch: Stretch) -> bool:
    moment = at(item)
    return moment is not None and stretch.since <= moment <= stretch.until
