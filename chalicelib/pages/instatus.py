"""Instatus: `/v3/components.json` with each component, or `/summary.json` with open troubles alone.

The format: https://instatus.com/help/api/public-data (v3, read 2026-11).
"""

from datetime import datetime, timedelta
from typing import Any

from chalicelib.domain.vendor_pages.page import Incident, Maintenance, Page, PageState, folded
from chalicelib.pages import Unreadable
from chalicelib.pages._reading import gathered, instant, line, listed, meant, table_of, words
from chalicelib.strict_json import number, text

STATES = {
    "operational": PageState.OK,
    "undermaintenance": PageState.MAINTENANCE,
    "degradedperformance": PageState.DEGRADED,
    "minoroutage": PageState.DEGRADED,
    "partialoutage": PageState.PARTIAL,
    "majoroutage": PageState.DOWN,
}
_OVER = frozenset({"resolved", "completed"})
_LONGEST = 60 * 24 * 366


def read(body: bytes, now: datetime) -> Page:  # noqa: ARG001 - the formats' common signature
    """Components where they are listed. A summary names none: its incidents' titles do, or nothing is known.

    The page's own word is never taken for a component's, but for UP: then nothing at all is in trouble.
    """
    found = table_of(body)
    if not isinstance(found.get("components"), list) and not text(found, "page", "status"):
        raise Unreadable("the page has neither components nor a state")
    incidents = (one for one in listed(found, "activeIncidents") if _open(one))
    planned = (one for one in listed(found, "activeMaintenances") if _open(one))
    well = folded(text(found, "page", "status")) == "up"
    return Page(
        components=gathered(
            (line(one, "name"), line(one, "group", "name"), meant(text(one, "status"), STATES))
            for one in listed(found, "components")
        ),
        incidents=tuple(_incident(one) for one in incidents),
        maintenances=tuple(_maintenance(one) for one in planned),
        updated_at=instant(found, "page", "updatedAt"),
        rest=PageState.OK if well and "components" not in found else PageState.UNKNOWN,
    )


def _open(event: Any) -> bool:
    return bool(line(event, "name")) and folded(text(event, "status")) not in _OVER


def _incident(event: Any) -> Incident:
    return Incident(
        id=line(event, "id") or line(event, "url") or line(event, "name"),
        title=line(event, "name"),
        state=meant(text(event, "impact"), STATES),
        since=instant(event, "started"),
        words=words(line(event, "name")),
    )


def _maintenance(event: Any) -> Maintenance:
    start = instant(event, "start")
    return Maintenance(
        id=line(event, "id") or line(event, "url") or line(event, "name"),
        title=line(event, "name"),
        start=start,
        end=_after(start, number(event, "duration")),
        words=words(line(event, "name")),
    )


def _after(start: datetime | None, minutes: float | None) -> datetime | None:
    if start is None or minutes is None or not 0 < minutes <= _LONGEST:
        return None
    try:
        return start + timedelta(minutes=minutes)
    except OverflowError:
        return None
