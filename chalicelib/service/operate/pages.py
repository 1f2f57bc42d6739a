"""Vendors' status pages as an operator reads them: each component's state, and how old the vendor's word is."""

from datetime import datetime

from chalicelib.domain.plan import Plan
from chalicelib.domain.vendor_pages.page import Component, Incident, Maintenance
from chalicelib.domain.vendor_pages.plan import PagePlan
from chalicelib.domain.vendor_pages.watched import Watched, believed, doubt
from chalicelib.service.operate.post import Json, Post, iso
from chalicelib.service.page_words import pages_of


def pages(post: Post, plan: Plan, channel: str) -> Json:
    """The pages that speak for a channel ("": all), by id. Raises Unavailable when their store does not answer."""
    wanted = pages_of(plan, channel)
    known = post.stores.pages.read(page.id for page in wanted)
    return {page.id: described(page, known.get(page.id), post.now) for page in wanted}


def described(page: PagePlan, watched: Watched | None, now: datetime) -> Json:
    """One page. `unknown_because` is "" while its word counts; `lag_seconds` is how old that was when it was read."""
    read_at = watched.read_at if watched else None
    updated_at = watched.updated_at if watched else None
    states = believed(page, watched, now)
    return {
        "format": page.format, "every_seconds": int(page.every.total_seconds()),
        "unknown_because": doubt(page, watched, now),
        "asked_at": iso(watched.asked_at if watched else None), "read_at": iso(read_at),
        "age_seconds": _seconds(read_at, now),
        "updated_at": iso(updated_at), "lag_seconds": _seconds(updated_at, read_at),
        "components": [_component(page, name, one) for name, one in states.items()],
        "incidents": [_incident(one) for one in (watched.incidents if watched else ())],
        "planned": [_planned(one) for one in (watched.maintenances if watched else ()) if _ahead(one, now)],
    }  # fmt: skip


def _component(page: PagePlan, name: str, one: Component) -> Json:
    regions = {region: state.value for region, state in one.regions.items() if region}
    return {
        "name": name,
        "state": one.state.value,
        "regions": regions,
        "channels": list(page.components[name]),
    }


def _incident(one: Incident) -> Json:
    return {
        "id": one.id, "title": one.title, "state": one.state.value, "since": iso(one.since),
        "components": sorted(one.components),
    }  # fmt: skip


def _planned(one: Maintenance) -> Json:
    return {
        "id": one.id, "title": one.title, "start": iso(one.start), "end": iso(one.end),
        "components": sorted(one.components),
    }  # fmt: skip


def _ahead(one: Maintenance, now: datetime) -> bool:
    return one.end is None or one.end > now


def _seconds(since: datetime | None, until: datetime | None) -> int | None:
    return None if since is None or until is None else max(0, int((until - since).total_seconds()))
