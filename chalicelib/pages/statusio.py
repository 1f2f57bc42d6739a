"""status.io's public API, `https://api.status.io/1.0/status/<page>`: components by region (it calls them containers).

The format: https://kb.status.io/developers/public-status-api/ (1.0, read 2026-11).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from chalicelib.domain.vendor_pages.page import Incident, Maintenance, Page, PageState, folded
from chalicelib.pages import Unreadable
from chalicelib.pages._reading import gathered, instant, line, listed, meant, regions_of, table_of, words
from chalicelib.strict_json import table, text

CODES = {
    "100": PageState.OK,
    "200": PageState.MAINTENANCE,
    "300": PageState.DEGRADED,
    "400": PageState.PARTIAL,
    "500": PageState.DOWN,
}
"""600 is a security event, which says nothing of whether the service works."""
_RESOLVED = "400"


def read(body: bytes, now: datetime) -> Page:  # noqa: ARG001 - the formats' common signature
    """Each component with its containers as regions."""
    found = table(table_of(body), "result")
    if not isinstance(found.get("status"), list):
        raise Unreadable("the page lists no components")
    planned = [*listed(found, "maintenance", "active"), *listed(found, "maintenance", "upcoming")]
    return Page(
        components=gathered(row for one in listed(found, "status") for row in _rows(one)),
        incidents=tuple(_incident(one) for one in listed(found, "incidents") if _open(one)),
        maintenances=tuple(_maintenance(one) for one in planned if _id(one)),
        updated_at=instant(found, "status_overall", "updated"),
    )


def _rows(component: Any) -> Iterator[tuple[str, str, PageState]]:
    name = line(component, "name")
    yield name, "", meant(text(component, "status_code"), CODES)
    for one in listed(component, "containers"):
        yield name, line(one, "name"), meant(text(one, "status_code"), CODES)


def _id(event: Any) -> str:
    return line(event, "_id") or line(event, "id")


def _open(event: Any) -> bool:
    """Messages come newest first; the state of the first is the incident's."""
    return bool(_id(event)) and not text(event, "datetime_resolved") and _newest(event, "state") != _RESOLVED


def _newest(event: Any, name: str) -> str:
    told = [one for one in listed(event, "messages") if instant(one, "datetime")]
    latest = max(told, key=lambda one: str(instant(one, "datetime")), default=None)
    return text(latest, name)


def _named(event: Any) -> frozenset[str]:
    ones = listed(event, "components_affected")
    return frozenset(folded(name) for one in ones if (name := line(one, "name")))


def _regions(event: Any) -> list[str]:
    return [line(one, "name") for one in listed(event, "containers_affected")]


def _incident(event: Any) -> Incident:
    return Incident(
        id=_id(event),
        title=line(event, "name"),
        state=meant(text(event, "status_code") or _newest(event, "status"), CODES),
        since=instant(event, "datetime_open"),
        components=_named(event),
        words=words(line(event, "name")),
    )


def _maintenance(event: Any) -> Maintenance:
    return Maintenance(
        id=_id(event),
        title=line(event, "name"),
        start=instant(event, "datetime_planned_start"),
        end=instant(event, "datetime_planned_end"),
        components=_named(event),
        regions=regions_of((name, region) for name in _named(event) for region in _regions(event)),
        words=words(line(event, "name")),
    )
