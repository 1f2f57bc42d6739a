"""The subscribers of a plan document: who gets our announcements by webhook; their secrets are not here."""

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.plan_document.faults import Place
from chalicelib.domain.plan_document.fields import web_address
from chalicelib.domain.subscriber import ALL, LOUD, Subscriber

MOST = 20
_FIELDS = ("url", "events")


def read_subscribers(place: Place) -> dict[str, Subscriber]:
    """The subscribers by id."""
    found = {id_: _subscriber(id_, entry) for id_, entry in place.identified()}
    if len(found) > MOST:
        place.fault(f"must be at most {MOST}: let one of them pass announcements on")
    return found


def subscribers_document(subscribers: Mapping[str, Subscriber]) -> dict[str, Any]:
    """The document that `read_subscribers` reads as these."""
    return {id_: {"url": each.url, "events": each.events} for id_, each in subscribers.items()}


def _subscriber(id_: str, place: Place) -> Subscriber:
    place.entries(_FIELDS)
    url = place.at("url")
    if url.value is None:
        url.fault("is required: where announcements are posted")
    return Subscriber(id=id_, url=web_address(url), events=place.at("events").choice((ALL, LOUD), ALL))
