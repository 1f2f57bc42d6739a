"""A desk's forecast: what so many contacts an hour would do to it, how many agents they need, and what that assumes."""

from dataclasses import dataclass
from datetime import timedelta

from chalicelib.domain.load import FRESH, Load
from chalicelib.domain.load_science.at_the_desk import serving
from chalicelib.domain.load_science.demand import DEFAULT_PATIENCE, Demand, Misgiven
from chalicelib.domain.load_science.forecast import Outlook, outlook
from chalicelib.domain.load_science.staffing import Target, least_agents
from chalicelib.domain.plan import Desk
from chalicelib.domain.plan_document.faults import Fault
from chalicelib.ports import Unavailable
from chalicelib.service.operate.post import Json, Post
from chalicelib.service.operate.refusals import Absent, Faulty

DEFAULT_REDIAL = 0.5
"""Nobody knows it of a crisis to come: say your own."""
MOST_LOAD = 10_000.0
"""Erlangs; more than any desk has, and answered within a few seconds."""
LONGEST_PATIENCE = 30.0
"""In handling times, for the same reason."""
PARAMETERS = {"arrivals": "arrivals_per_hour"}
"""What the formulas call differently from the question."""
ASSUMED = (
    "contacts arrive at random at a steady rate, for long enough that the line settles",
    "handling times and patience vary as exponential ones do",
    "every agent takes every contact, first come, first served",
    "people who try again come back after the line has changed",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was asked. `arrivals` per hour before the surge, times in seconds; None: as reading and plan have it."""

    arrivals: float
    surge: float = 1.0
    agents: int | None = None
    handling: float | None = None
    patience: float | None = None
    redial: float | None = None
    target: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """Numbers to reckon with, and where each comes from: `query`, `reading`, `plan` or `default`."""

    first: Demand
    agents: int | None
    redial: float
    sources: dict[str, str]


def forecast(post: Post, desk_id: str, wanted: Wanted) -> Json:
    """What the desk would do with its agents, and with as many as the target needs.

    Raises Absent, and Faulty when nobody says how long a contact takes or the load is out of reach.
    """
    desk = post.plan().desks.get(desk_id)
    if desk is None:
        raise Absent("desk", desk_id)
    try:
        return {"desk": desk_id, **_computed(_given(desk, _reading(post, desk_id), wanted), wanted)}
    except Misgiven as wrong:
        path = PARAMETERS.get(wrong.argument, wrong.argument)
        raise Faulty(Fault(path=path, message=str(wrong))) from None


def _computed(given: _Given, wanted: Wanted) -> Json:
    within, needed = wanted.target.within, least_agents(given.first, wanted.target, given.redial)
    now = None if given.agents is None else outlook(given.first, given.agents, given.redial, within)
    return {
        "asked": _asked(given, wanted),
        "sources": given.sources,
        "offered_erlangs": round(given.first.load, 3),
        "agents_needed": needed,
        "with_agents": now and _told(now, given),
        "with_agents_needed": _told(outlook(given.first, needed, given.redial, within), given),
        "assumptions": list(ASSUMED),
    }


def _reading(post: Post, desk_id: str) -> Load | None:
    """The desk's fresh reading; none while the store does not answer, since the plan has its own word."""
    try:
        found = post.stores.health.loads().get(desk_id)
    except Unavailable:
        return None
    return found if found is not None and post.now - found.at <= FRESH else None


def _given(desk: Desk, reading: Load | None, wanted: Wanted) -> _Given:
    staff, told = desk.staff, serving(desk.staff, reading)
    read = "plan" if told == staff.agents else "reading"
    agents, agents_from = _first_known((wanted.agents, "query"), (told, read))
    handling, handling_from = _first_known((wanted.handling, "query"), (_seconds(staff.handling), "plan"))
    patience, patience_from = _first_known(
        (wanted.patience, "query"), (_seconds(staff.patience), "plan"), (DEFAULT_PATIENCE, "default")
    )
    redial, redial_from = _first_known((wanted.redial, "query"), (DEFAULT_REDIAL, "default"))
    if handling is None:
        raise Faulty(
            Fault(
                path="handling", message="is in neither the plan nor the question: how long a contact takes"
            )
        )
    first = Demand(arrivals=wanted.arrivals * wanted.surge, handling=handling, patience=patience)
    _refuse_unreachable(first)
    sources = {
        "agents": agents_from, "handling": handling_from, "patience": patience_from, "redial": redial_from,
    }  # fmt: skip
    return _Given(
        first=first, agents=None if agents is None else int(agents), redial=redial or 0.0, sources=sources
    )


def _first_known(*known: tuple[float | None, str]) -> tuple[float | None, str]:
    return next((one for one in known if one[0] is not None), (None, "unknown"))


def _refuse_unreachable(first: Demand) -> None:
    if first.load > MOST_LOAD:
        message = (
            f"times surge and handling make {first.load:.0f} erlangs; at most {MOST_LOAD:.0f} are computed"
        )
        raise Faulty(Fault(path="arrivals_per_hour", message=message))
    if first.patience is not None and first.patience > LONGEST_PATIENCE * first.handling:
        raise Faulty(Fault(path="patience", message=f"must be at most {LONGEST_PATIENCE:g} times handling"))


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else span.total_seconds()


def _asked(given: _Given, wanted: Wanted) -> Json:
    return {
        "arrivals_per_hour": wanted.arrivals, "surge": wanted.surge, "agents": given.agents,
        "handling_seconds": given.first.handling, "patience_seconds": given.first.patience,
        "redial_share": given.redial, "target_share": wanted.target.share,
        "target_seconds": wanted.target.within,
    }  # fmt: skip


def _told(found: Outlook, given: _Given) -> Json:
    line = found.line
    return {
        "agents": found.agents,
        "attempts_per_hour": round(found.total.arrivals, 1),
        "attempts_per_contact": round(found.amplification, 3),
        "load_erlangs": round(found.total.load, 3),
        "waiting_share": round(line.delayed, 4),
        "answered_in_time_share": round(found.answered, 4),
        "mean_wait_seconds": round(line.mean_wait, 1),
        "abandoned_share": round(line.abandoned, 4),
        "never_served_share": round(found.lost, 4),
        "never_served_per_hour": round(found.lost * given.first.arrivals, 1),
        "occupancy_share": round(line.occupancy, 4),
        "people_waiting": round(line.waiting, 1),
    }
