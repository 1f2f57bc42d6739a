"""incident.io's own summary: of its widget, or of a page's proxy, which also lists what is well.

The words: https://docs.incident.io (status pages, widget API v1, read 2026-11). Its pages serve Statuspage v2 too.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from chalicelib.domain.vendor_pages.page import Incident, Maintenance, Page, PageState, folded, worst
from chalicelib.pages import Unreadable
from chalicelib.pages._reading import gathered, instant, line, listed, meant, regions_of, table_of, words
from chalicelib.pages.statuspage import OVER, STATES
from chalicelib.strict_json import at, table, text

_EVENTS = ("ongoing_incidents", "in_progress_maintenances", "scheduled_maintenances")
_DONE = OVER | {"maintenance_complete"}
_Line = tuple[str, str, PageState]


def read(body: bytes, now: datetime) -> Page:  # noqa: ARG001 - the formats' common signature
    """Its components with the group as region; without a list of them, only those in trouble are known."""
    outer = table_of(body)
    found = table(outer, "summary") or outer
    structure = isinstance(at(found, "structure", "items"), list)
    if not structure and not any(isinstance(found.get(name), list) for name in _EVENTS):
        raise Unreadable("the page has neither a structure nor incidents")
    known = list(_structure(found))
    names = {id_: (name, group) for id_, name, group in known}
    troubled = {text(one, "component_id"): _said(one) for one in listed(found, "affected_components")}
    lines = [(name, group, troubled.get(id_, PageState.OK)) for id_, name, group in known]
    incidents = [one for one in listed(found, "ongoing_incidents") if _open(one)]
    impacts = [line_ for one in incidents for line_ in _affected(one, names)]
    planned = (one for name in _EVENTS[1:] for one in listed(found, name) if _open(one))
    return Page(
        components=gathered([*lines, *impacts]),
        incidents=tuple(_incident(one, names) for one in incidents),
        maintenances=tuple(_maintenance(one, names) for one in planned),
        updated_at=max((at_ for one in incidents if (at_ := instant(one, "last_update_at"))), default=None),
        rest=PageState.UNKNOWN if structure else PageState.OK,
    )


def _structure(found: Any) -> Iterator[tuple[str, str, str]]:
    """(id, name, group) of each component that the page shows."""
    for item in listed(found, "structure", "items"):
        group = line(item, "group", "name")
        ones = listed(item, "group", "components") if group else [at(item, "component")]
        for one in ones:
            yield text(one, "component_id") or text(one, "id"), line(one, "name"), group


def _open(event: Any) -> bool:
    return bool(text(event, "id")) and folded(text(event, "status")) not in _DONE


def _said(one: Any) -> PageState:
    return meant(text(one, "status") or text(one, "current_status"), STATES)


def _affected(event: Any, names: dict[str, tuple[str, str]]) -> Iterator[_Line]:
    for one in [*listed(event, "affected_components"), *listed(event, "component_impacts")]:
        id_ = text(one, "component_id") or text(one, "id")
        name, group = names.get(id_, (line(one, "name"), line(one, "group_name")))
        # an impact that has ended is history
        if not text(one, "end_at"):
            yield name, group, _said(one)


def _incident(event: Any, names: dict[str, tuple[str, str]]) -> Incident:
    affected = list(_affected(event, names))
    own = meant(text(event, "current_worst_impact"), STATES)
    return Incident(
        id=line(event, "id"),
        title=line(event, "name"),
        state=worst((own, *(state for _, _, state in affected))),
        since=instant(event, "published_at") or instant(event, "created_at"),
        components=frozenset(folded(name) for name, _, _ in affected if name),
        words=words(line(event, "name")),
    )


def _maintenance(event: Any, names: dict[str, tuple[str, str]]) -> Maintenance:
    return Maintenance(
        id=line(event, "id"),
        title=line(event, "name"),
        start=instant(event, "starts_at") or instant(event, "started_at"),
        end=instant(event, "ends_at") or instant(event, "scheduled_end_at"),
        components=frozenset(folded(name) for name, _, _ in _affected(event, names) if name),
        regions=regions_of((name, group) for name, group, _ in _affected(event, names)),
        words=words(line(event, "name")),
    )
