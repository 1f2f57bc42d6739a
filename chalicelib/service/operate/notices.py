"""Announcements of planned work as an operator reads them, with the very words that customers get."""

from datetime import tzinfo

from chalicelib.domain.plan import Plan
from chalicelib.domain.planned_work.notice_turns import everything
from chalicelib.domain.planned_work.notices import DueNotice, NoticeState
from chalicelib.service.operate.post import Json, Post, iso
from chalicelib.web.upcoming import sentences, zone_of

SURFACES = ("front_door", "status_page")
"""Where announcements appear. People are not written to one by one: nobody's consent to that is on record."""


def listed(post: Post) -> Json:
    """Every announcement, by due time; `texts` are those of the plan's own market. Raises Absent, Unavailable."""
    plan, windows = post.plan(), post.stores.maintenance.read()
    zone = zone_of(plan, plan.market)
    told = [described(one, plan, zone) for one in everything(plan, windows, post.now)]
    return {"at": iso(post.now), "surfaces": list(SURFACES), "notices": told}


def described(one: DueNotice, plan: Plan, zone: tzinfo) -> Json:
    """One announcement; `at` is when it came to its state, null while that lies ahead."""
    return {
        "window": one.window, "title": one.title, "notice": one.name, "due": iso(one.due),
        "state": one.state.value, "at": iso(one.at) if one.state is not NoticeState.PLANNED else None,
        "start": iso(one.start), "end": iso(one.end),
        "texts": {
            language: " ".join(sentences(one, plan, (plan.market, language), zone)) for language in plan.languages
        },
    }  # fmt: skip
