"""Zendesk's Status API, `/api/incidents/active` or `/api/incidents/maintenance`, JSON:API: what is open, by service.

The format: https://developer.zendesk.com/api-reference/status_api/status_api/ (read 2026-11): 10 requests a minute;
an incident is over when it is no longer listed.
"""

from datetime import datetime
from typing import Any

from chalicelib.domain.vendor_pages.page import Incident, Maintenance, Page, PageState, folded
from chalicelib.pages import Unreadable
from chalicelib.pages._reading import instant, line, listed, meant, table_of, words
from chalicelib.strict_json import at, table, text

IMPACTS = {
    "minor": PageState.DEGRADED,
    "degradation": PageState.DEGRADED,
    "degraded": PageState.DEGRADED,
    "major": PageState.PARTIAL,
    "partial outage": PageState.PARTIAL,
    "outage": PageState.DOWN,
    "critical": PageState.DOWN,
    "maintenance": PageState.MAINTENANCE,
}
_LINKS = ("services", "incidentServices", "incident_services")
_OVER = frozenset({"resolved", "completed"})
_Included = dict[tuple[str, str], Any]


def read(body: bytes, now: datetime) -> Page:  # noqa: ARG001 - the formats' common signature
    """A service that no listed incident concerns is well. Without a `data` list it is no such page."""
    found = table_of(body)
    if not isinstance(found.get("data"), list):
        raise Unreadable("the page has no list of incidents")
    included = {(text(one, "type"), text(one, "id")): one for one in listed(found, "included")}
    events = [one for one in listed(found, "data") if _open(one)]
    planned = [one for one in events if _planned(one)]
    return Page(
        incidents=tuple(_incident(one, included) for one in events if one not in planned),
        maintenances=tuple(_maintenance(one, included) for one in planned),
        rest=PageState.OK,
    )


def _said(event: Any, *names: str) -> str:
    return next((found for name in names if (found := line(event, "attributes", name))), "")


def _when(event: Any, *names: str) -> datetime | None:
    return next((found for name in names if (found := instant(event, "attributes", name))), None)


def _open(event: Any) -> bool:
    over = folded(_said(event, "status")) in _OVER or _when(event, "resolvedAt", "resolved_at")
    return bool(text(event, "id")) and not over


def _planned(event: Any) -> bool:
    return "maintenance" in (folded(_said(event, "impact", "kind")), folded(text(event, "type"))) or bool(
        _when(event, "maintenanceStartTime", "maintenance_start_time")
    )


def _services(event: Any, included: _Included) -> list[Any]:
    """The included records that an incident links to, and the services behind those."""
    links = [one for name in _LINKS for one in listed(event, "relationships", name, "data")]
    direct = [included.get((text(one, "type"), text(one, "id"))) for one in links]
    behind = [table(one, "relationships", "service", "data") for one in direct]
    return [*direct, *(included.get((text(one, "type"), text(one, "id"))) for one in behind if one)]


def _named(event: Any, included: _Included) -> frozenset[str]:
    return frozenset(
        folded(name) for one in _services(event, included) if (name := line(one, "attributes", "name"))
    )


def _state(event: Any, included: _Included) -> PageState:
    flagged = (event, *_services(event, included))
    if any(at(one, "attributes", "outage") is True for one in flagged):
        return PageState.DOWN
    if any(at(one, "attributes", "degradation") is True for one in flagged):
        return PageState.DEGRADED
    said = meant(_said(event, "impact", "severity"), IMPACTS)
    # an active incident without a word on its weight is one all the same
    return (
        PageState.DEGRADED if said is PageState.UNKNOWN and not _said(event, "impact", "severity") else said
    )


def _incident(event: Any, included: _Included) -> Incident:
    return Incident(
        id=line(event, "id"),
        title=_said(event, "title", "name"),
        state=_state(event, included),
        since=_when(event, "startedAt", "started_at", "createdAt", "created_at"),
        components=_named(event, included),
        words=words(_said(event, "title", "name")),
    )


def _maintenance(event: Any, included: _Included) -> Maintenance:
    return Maintenance(
        id=line(event, "id"),
        title=_said(event, "title", "name"),
        start=_when(event, "maintenanceStartTime", "maintenance_start_time", "startedAt"),
        end=_when(event, "maintenanceEndTime", "maintenance_end_time"),
        components=_named(event, included),
        words=words(_said(event, "title", "name")),
    )
