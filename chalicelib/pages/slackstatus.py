"""Slack's own page, `https://slack-status.com/api/v2.0.0/current`: it tells troubles, by service, and nothing else.

The format: https://docs.slack.dev/reference/slack-status-api (v2.0.0, read 2026-11).
"""

from datetime import datetime
from typing import Any

from chalicelib.domain.vendor_pages.page import Incident, Maintenance, Page, PageState, folded
from chalicelib.pages import Unreadable
from chalicelib.pages._reading import instant, line, listed, meant, table_of, words
from chalicelib.strict_json import items, text

TYPES = {
    "notice": PageState.DEGRADED,
    "incident": PageState.PARTIAL,
    "outage": PageState.DOWN,
    "maintenance": PageState.MAINTENANCE,
}
_WELL = frozenset({"ok", "active"})
_OVER = frozenset({"resolved", "completed", "cancelled", "canceled"})


def read(body: bytes, now: datetime) -> Page:  # noqa: ARG001 - the formats' common signature
    """A service that no open trouble names is well, as long as the page itself speaks a word that we know."""
    found = table_of(body)
    said = folded(text(found, "status"))
    if not said or not isinstance(found.get("active_incidents"), list):
        raise Unreadable("the page has no state and no list of incidents")
    events = [one for one in listed(found, "active_incidents") if _open(one)]
    planned = [one for one in events if _planned(one)]
    return Page(
        incidents=tuple(_incident(one) for one in events if one not in planned or not _ahead(one)),
        maintenances=tuple(_maintenance(one) for one in planned),
        # while all is well this is the date of the last trouble
        updated_at=instant(found, "date_updated") if events else None,
        rest=PageState.OK if said in _WELL else PageState.UNKNOWN,
    )


def _open(event: Any) -> bool:
    return bool(text(event, "id")) and folded(text(event, "status")) not in _OVER


def _planned(event: Any) -> bool:
    return folded(text(event, "type")) == "maintenance"


def _ahead(event: Any) -> bool:
    return folded(text(event, "status")) == "scheduled"


def _services(event: Any) -> frozenset[str]:
    return frozenset(folded(name) for one in items(event, "services")[:200] if (name := line(one)))


def _incident(event: Any) -> Incident:
    return Incident(
        id=line(event, "id"),
        title=line(event, "title"),
        state=meant(text(event, "type"), TYPES),
        since=instant(event, "date_created"),
        components=_services(event),
        words=words(line(event, "title")),
    )


def _maintenance(event: Any) -> Maintenance:
    return Maintenance(
        id=line(event, "id"),
        title=line(event, "title"),
        components=_services(event),
        words=words(line(event, "title")),
    )
