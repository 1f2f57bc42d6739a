"""The line behind a way in: whether there is room, and which wait a customer may be told of."""

from collections.abc import Callable
from datetime import datetime

from chalicelib.domain.load_science.at_the_desk import wait_at
from chalicelib.domain.load_science.delay import Delay, told
from chalicelib.domain.model import Medium
from chalicelib.domain.plan import Option, Plan
from chalicelib.domain.routing import Case, Reason, Situation, against, ranked

Minutes = tuple[int, int | None]
"""From, to; to None: or longer."""


def full(channel: str, situation: Situation, market: str, now: datetime) -> bool:
    """True when fresh readings say that no desk of the purposes matched on this very channel has room."""
    plan = situation.plan
    wanted = [p.id for p in plan.purposes.values() if any(m.channel == channel for m in p.match)]
    desks = {option.desk.id: option.desk for purpose in wanted for option in plan.options(purpose, market)}
    readings = [(situation.loads.get(d.id), d.capacity.concurrent) for d in desks.values()]
    return bool(readings) and all(load is not None and load.full(most, now) for load, most in readings)


def wait(channel: str, medium: Medium, situation: Situation, market: str, now: datetime) -> Minutes | None:
    """A range that holds for every purpose that a contact here may have; None when it is not known of all of them.

    It is told in steps, so that no figure pretends to more than we know.
    """
    found = []
    for purpose in _purposes(channel, situation.plan):
        for first in _first(situation.plan, purpose, market):
            case = Case(key=channel, purpose=purpose, market=market, medium=medium, drawn=first)
            one = _next_desk(ranked(case, situation, now)[0], case, situation, now)
            if one is None:
                return None
            found.append(one)
    if not found:
        return None
    low, high = min(one.low for one in found), max(one.high for one in found)
    return told(Delay(mean=(low + high) / 2, low=low, high=high))


def in_words(minutes: Minutes | None, language: str, say: Callable[..., str]) -> str:
    """What a customer reads; "" where nothing is told."""
    if minutes is None:
        return ""
    low, high = minutes
    if high is None:
        return say("front_door.wait_over", language, low=str(low))
    key = "front_door.wait_range" if low else "front_door.wait_under"
    return say(key, language, low=str(low), high=str(high))


def _purposes(channel: str, plan: Plan) -> frozenset[str]:
    """Those that a contact on this channel may get: by weight, down to the first match without a condition."""
    rows = [(m, p.id) for p in plan.purposes.values() for m in p.match if m.channel in ("", channel)]
    found = set()
    for match, purpose in sorted(rows, key=lambda row: -row[0].weight):
        found.add(purpose)
        if not match.keywords and not match.traits:
            break
    return frozenset(found)


def _first(plan: Plan, purpose: str, market: str) -> tuple[str, ...]:
    """The desks that the draw by shares may put first; without shares there is no draw."""
    shared = plan.shared(purpose, market)
    return tuple(shared.shares) if shared else ("",)


def _next_desk(options: tuple[Option, ...], case: Case, situation: Situation, now: datetime) -> Delay | None:
    """The wait at the desk that gets the next contact, or, while all are full, at the one that empties first."""
    busy: list[Delay | None] = []
    for option in options:
        reason = against(option, case, situation, now=now, tried=())
        known = wait_at(option.desk.staff, situation.loads.get(option.desk.id), now)
        if reason is None:
            return known
        if reason is Reason.FULL:
            busy.append(known)
    sure = [one for one in busy if one is not None]
    return min(sure, key=lambda one: one.mean) if sure and len(sure) == len(busy) else None
