"""Meta's status page: `/data/orgs.json`, `/data/outages/<org>.json`, or `/outage-events-feed-<org>.rss`.

https://metastatus.com publishes no description of these (shapes as served in 2026-11): three shapes, one reader.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from chalicelib.domain.vendor_pages.page import Incident, Page, PageState, folded
from chalicelib.pages import Unreadable, feed
from chalicelib.pages._reading import document_of, gathered, instant, line, listed, meant, words
from chalicelib.strict_json import table, text

STATES = {
    "no known issues": PageState.OK,
    "available": PageState.OK,
    "resolved": PageState.OK,
    "low disruptions": PageState.DEGRADED,
    "some disruptions": PageState.DEGRADED,
    "medium disruptions": PageState.PARTIAL,
    "high disruptions": PageState.DOWN,
    "major disruptions": PageState.DOWN,
}


def read(body: bytes, now: datetime) -> Page:
    """Services with their states; of outages and of the feed only what is open is told, and the rest is well."""
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return feed.read(body, now)
    found = document_of(body)
    orgs = _records(found, "orgs")
    if orgs is not None and all(isinstance(org, dict) and "services" in org for org in orgs) and orgs:
        return _services(orgs)
    outages = _records(found, "outages")
    if outages is None or not all("service_id" in table(one) for one in outages):
        raise Unreadable("the page has neither services nor outages")
    return _outages(outages)


def _records(found: Any, name: str) -> list[Any] | None:
    if isinstance(found, list):
        return listed(found)
    return listed(found, name) if isinstance(found, dict) and isinstance(found.get(name), list) else None


def _services(orgs: list[Any]) -> Page:
    return Page(components=gathered(_rows(orgs)))


def _rows(orgs: list[Any]) -> Iterator[tuple[str, str, PageState]]:
    """Each service under its name and under its id; an organisation's name is no component."""
    for org in orgs:
        for one in listed(org, "services"):
            state = meant(text(one, "status"), STATES)
            for name in {
                folded(line(one, "name")): line(one, "name"),
                folded(line(one, "id")): line(one, "id"),
            }.values():
                yield name, "", state


def _outages(outages: list[Any]) -> Page:
    open_ = [one for one in outages if meant(text(one, "status"), STATES) is not PageState.OK]
    return Page(incidents=tuple(_incident(one) for one in open_), rest=PageState.OK)


def _incident(one: Any) -> Incident:
    service = line(one, "service_id")
    told = line(one, "posts", 0, "description")
    return Incident(
        id=f"{service}@{line(one, 'time')}",
        title=told or line(one, "status"),
        state=meant(text(one, "status"), STATES),
        since=instant(one, "time"),
        components=frozenset({folded(service)} - {""}),
        words=words(told),
    )
