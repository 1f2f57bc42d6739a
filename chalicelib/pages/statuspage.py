"""Statuspage v2 (`/api/v2/summary.json`), as other makers serve it too: components, incidents, planned work.

The format: https://confluence.status.atlassian.com/api (v2, read 2026-11). A component's group is its region.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.domain.vendor_pages.page import Incident, Maintenance, Page, PageState, folded
from chalicelib.pages import Unreadable
from chalicelib.pages._reading import gathered, instant, line, listed, meant, regions_of, table_of, words
from chalicelib.strict_json import text

STATES = {
    "operational": PageState.OK,
    "degraded_performance": PageState.DEGRADED,
    "partial_outage": PageState.PARTIAL,
    "major_outage": PageState.DOWN,
    "full_outage": PageState.DOWN,
    "under_maintenance": PageState.MAINTENANCE,
}
IMPACTS = {
    "none": PageState.OK,
    "minor": PageState.DEGRADED,
    "major": PageState.PARTIAL,
    "critical": PageState.DOWN,
    "maintenance": PageState.MAINTENANCE,
}
OVER = frozenset({"resolved", "postmortem", "completed"})


def read(body: bytes, now: datetime) -> Page:  # noqa: ARG001 - the formats' common signature
    """The page's components; those of one name in several groups are one, with a state per group."""
    found = table_of(body)
    if not isinstance(found.get("components"), list):
        raise Unreadable("the page lists no components")
    components = listed(found, "components")
    groups = {text(one, "id"): line(one, "name") for one in components if text(one, "id")}
    incidents = (one for one in listed(found, "incidents") if _open(one))
    planned = (one for one in listed(found, "scheduled_maintenances") if _open(one))
    return Page(
        components=gathered(
            (line(one, "name"), groups.get(text(one, "group_id"), ""), meant(text(one, "status"), STATES))
            for one in components
        ),
        incidents=tuple(_incident(one) for one in incidents),
        maintenances=tuple(_maintenance(one, groups) for one in planned),
        updated_at=instant(found, "page", "updated_at"),
    )


def _open(event: Any) -> bool:
    return bool(text(event, "id")) and folded(text(event, "status")) not in OVER


def _incident(event: Any) -> Incident:
    return Incident(
        id=line(event, "id"),
        title=line(event, "name"),
        state=meant(text(event, "impact"), IMPACTS),
        since=instant(event, "started_at") or instant(event, "created_at"),
        components=_named(event),
        words=words(line(event, "name")),
    )


def _maintenance(event: Any, groups: Mapping[str, str]) -> Maintenance:
    return Maintenance(
        id=line(event, "id"),
        title=line(event, "name"),
        start=instant(event, "scheduled_for"),
        end=instant(event, "scheduled_until"),
        components=_named(event),
        regions=regions_of(
            (line(one, "name"), groups.get(text(one, "group_id"), "")) for one in listed(event, "components")
        ),
        words=words(line(event, "name")),
    )


def _named(event: Any) -> frozenset[str]:
    updates = listed(event, "incident_updates") or listed(event, "event_updates")
    lists = [listed(event, "components"), *(listed(update, "affected_components") for update in updates)]
    return frozenset(folded(line(one, "name")) for ones in lists for one in ones if line(one, "name"))
