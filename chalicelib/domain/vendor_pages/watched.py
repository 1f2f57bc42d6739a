"""What was last read of a vendor's status page, as it is kept, and what it is still worth now."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from chalicelib.domain.upgrade.times import millis, moment
from chalicelib.domain.vendor_pages.page import (
    Component,
    Incident,
    Maintenance,
    Page,
    PageState,
    concerns,
    folded,
    mildest,
)
from chalicelib.domain.vendor_pages.plan import PagePlan

STALE_AFTER = timedelta(minutes=10)
MOST_EVENTS = 20
Event = TypeVar("Event", Incident, Maintenance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One page as last asked. `components` are those of the plan, by their names there.

    `read_at` is the last answer that was understood, `asked_at` the last question; `trouble` says why that one
    taught nothing, "" when it did. `source` tells another page under the same id apart; `etag` and `modified` are
    the vendor's marks to ask anew with, `wait_until` its wish. `updated_at` is the page's word on its own age, None
    when it has none.
    """

    page: str
    asked_at: datetime
    source: str = ""
    read_at: datetime | None = None
    updated_at: datetime | None = None
    trouble: str = ""
    etag: str = ""
    modified: str = ""
    wait_until: datetime | None = None
    components: Mapping[str, Component] = field(default_factory=dict)
    incidents: tuple[Incident, ...] = ()
    maintenances: tuple[Maintenance, ...] = ()


def kept(plan: PagePlan, page: Page, before: Watched) -> Watched:
    """A reading at `before.asked_at`, cut down to what the plan maps; incidents and planned work of that only."""
    keys = [folded(name) for name in plan.components]
    return replace(
        before,
        read_at=before.asked_at,
        updated_at=page.updated_at,
        trouble="",
        wait_until=None,
        components={name: _pruned(plan, page.component(name)) for name in plan.components},
        incidents=tuple(_cut(event, keys) for event in page.incidents if _ours(event, keys))[:MOST_EVENTS],
        maintenances=tuple(_cut(event, keys) for event in page.maintenances if _ours(event, keys))[
            :MOST_EVENTS
        ],
    )


def _ours(event: Event, keys: Collection[str]) -> bool:
    return any(concerns(event, key) for key in keys)


def _cut(event: Event, keys: Collection[str]) -> Event:
    ours = frozenset(key for key in keys if concerns(event, key))
    if isinstance(event, Maintenance):
        regions = {key: found for key, found in event.regions.items() if key in ours}
        return replace(event, components=ours, regions=regions, words="")
    return replace(event, components=ours, words="")


def _pruned(plan: PagePlan, component: Component) -> Component:
    """Regions that the plan maps, and the mildest of all others under "": a page may tell thousands apart."""
    mapped = {folded(region) for region in plan.markets}
    regions = {region: state for region, state in component.regions.items() if region in mapped}
    others = [state for region, state in component.regions.items() if region not in mapped]
    return replace(component, regions=regions | ({"": mildest(others)} if others else {}))


def doubt(plan: PagePlan, watched: Watched | None, now: datetime) -> str:
    """Why a page's word counts as unknown now: never, stale or frozen; "" when it counts."""
    if watched is None or watched.read_at is None:
        return "never read"
    if now - watched.read_at > max(STALE_AFTER, 3 * plan.every):
        return "stale"
    if watched.trouble:
        return watched.trouble
    if watched.updated_at is not None and now - watched.updated_at > plan.frozen_after:
        return "frozen"
    return ""


def believed(plan: PagePlan, watched: Watched | None, now: datetime) -> Mapping[str, Component]:
    """Each mapped component as it may be believed now: UNKNOWN, whatever was said, when there is doubt."""
    if watched is None or doubt(plan, watched, now):
        return {name: Component(name=name, state=PageState.UNKNOWN) for name in plan.components}
    unknown = PageState.UNKNOWN
    return {n: watched.components.get(n, Component(name=n, state=unknown)) for n in plan.components}


def dump_watched(watched: Watched) -> str:
    """Compact JSON, times in milliseconds."""
    plain = {name: _plain(getattr(watched, name)) for name in _SIMPLE}
    plain["components"] = {
        name: {"name": one.name, "state": one.state, "regions": dict(one.regions)}
        for name, one in watched.components.items()
    }
    for name in ("incidents", "maintenances"):
        plain[name] = [_event(one) for one in getattr(watched, name)]
    return json.dumps({k: v for k, v in plain.items() if v}, ensure_ascii=False, separators=(",", ":"))


def read_watched(text: str) -> Watched:
    """What `dump_watched` wrote. Raises ValueError on anything else."""
    try:
        found = json.loads(text)
        simple = {name: _typed(name, found[name]) for name in _SIMPLE if name in found}
        return Watched(
            **simple,
            components={name: _component(one) for name, one in found.get("components", {}).items()},
            incidents=tuple(Incident(**_fields(one)) for one in found.get("incidents", ())),
            maintenances=tuple(Maintenance(**_fields(one)) for one in found.get("maintenances", ())),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as unreadable:
        raise ValueError(f"not a watched page: {type(unreadable).__name__}") from unreadable


_TIMES = frozenset({"asked_at", "read_at", "updated_at", "wait_until", "since", "start", "end"})
_SIMPLE = ("page", "asked_at", "source", "read_at", "updated_at", "trouble", "etag", "modified", "wait_until")
_EVENT = ("id", "title", "state", "since", "start", "end", "components", "region", "regions")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return millis(value)
    if isinstance(value, Mapping):
        return {name: sorted(ones) for name, ones in value.items()}
    return sorted(value) if isinstance(value, frozenset) else value


def _event(event: Incident | Maintenance) -> dict[str, Any]:
    given = {name: _plain(getattr(event, name, None)) for name in _EVENT}
    return {name: value for name, value in given.items() if value}


def _typed(name: str, value: Any) -> Any:
    return moment(value) if name in _TIMES else value


def _fields(one: Mapping[str, Any]) -> dict[str, Any]:
    found = {"id": "", "title": ""} | {name: _typed(name, value) for name, value in one.items()}
    if "state" in found:
        found["state"] = PageState(found["state"])
    if "regions" in found:
        found["regions"] = {name: frozenset(ones) for name, ones in found["regions"].items()}
    return found | {"components": frozenset(found.get("components", ()))}


def _component(one: Mapping[str, Any]) -> Component:
    regions = {name: PageState(state) for name, state in one["regions"].items()}
    return Component(name=one["name"], state=PageState(one["state"]), regions=regions)
