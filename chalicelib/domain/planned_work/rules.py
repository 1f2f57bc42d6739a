"""What planned work must never do: every rule, at every edge of every window and order that lies ahead. Pure."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.orders import Order, Orders
from chalicelib.domain.plan import Plan
from chalicelib.domain.planned_work.scopes import affected, serves, silenced, taken
from chalicelib.domain.planned_work.windows import AHEAD, REPLY, Window, Windows, standing
from chalicelib.domain.safety import FORBIDDING, short

LONGEST_SILENCE = timedelta(hours=24)


class MaintenanceRule(StrEnum):
    """What is checked; each conflict names one."""

    ALTERNATIVE_MISSING = "alternative_missing"
    ALTERNATIVE_OVERLAPS = "alternative_overlaps"
    ALTERNATIVE_FORBIDDEN = "alternative_forbidden"
    SAFETY = "safety"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A rule that is broken at a moment: by which window (or, of the safety rules, order), for which purpose."""

    rule: MaintenanceRule
    at: datetime
    purpose: str
    window: str = ""
    message: str = ""

    @property
    def subject(self) -> tuple[str, str, str]:
        """What stays the same while one conflict lasts."""
        return self.rule.value, self.window, self.purpose

    def __str__(self) -> str:
        """One line for a person."""
        by = f"window {self.window!r}, " if self.window else ""
        return f"{by}{self.at:%Y-%m-%dT%H:%MZ}: purpose {self.purpose!r} {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """A plan with all that is commanded or planned on it."""

    plan: Plan
    orders: Orders
    windows: Windows


def conflicts(ahead: Ahead, now: datetime) -> tuple[Conflict, ...]:
    """Every broken rule, each once, at the first edge at which it is broken, in the order of time."""
    first: dict[tuple[str, str, str], Conflict] = {}
    for found in _all(ahead, now):
        known = first.get(found.subject)
        if known is None or found.at < known.at:
            first[found.subject] = found
    return tuple(sorted(first.values(), key=lambda c: (c.at, c.subject)))


def new_conflicts(before: Ahead, after: Ahead, now: datetime) -> tuple[Conflict, ...]:
    """The conflicts that a change brings about: it is not blamed for what was broken at that moment before it."""
    known = {(c.subject, c.message) for c in _all(before, now)}
    return tuple(c for c in conflicts(after, now) if (c.subject, c.message) not in known)


def _all(ahead: Ahead, now: datetime) -> Iterator[Conflict]:
    by_id = {window.id: window for window in ahead.windows.planned}
    touched = {window.id: affected(ahead.plan, window.scopes) for window in by_id.values()}
    seen: dict[frozenset[tuple[str, str]], tuple[Conflict, ...]] = {}
    for at, active in moments(ahead, now):
        state = frozenset((order.id, order.scope) for order in active)
        if state not in seen:
            holding = [(by_id[name], touched[name]) for name in {o.id for o in active} & by_id.keys()]
            seen[state] = (*_unserved(ahead.plan, holding, active, at), *_unsafe(ahead.plan, active, at))
            yield from seen[state]
    yield from _silences(ahead, now)


def moments(ahead: Ahead, now: datetime) -> Iterator[tuple[datetime, tuple[Order, ...]]]:
    """Now and every later edge, up to 400 days away, with the forbidding orders that hold from it on."""
    everything = standing(ahead.orders, ahead.windows, now, AHEAD).given
    waiting = sorted((o for o in everything if o.kind in FORBIDDING and o.until > now), key=lambda o: o.since)
    edges = {now, *(at for o in waiting for at in (o.since, o.until) if at > now)}
    active: list[Order] = []
    place = 0
    for at in sorted(edges):
        active = [order for order in active if order.until > at]
        while place < len(waiting) and waiting[place].since <= at:
            active += [waiting[place]] if waiting[place].until > at else []
            place += 1
        yield at, tuple(active)


def _unserved(
    plan: Plan, holding: Collection[tuple[Window, Sequence[str]]], active: Sequence[Order], at: datetime
) -> Iterator[Conflict]:
    windows = {window.id for window, _ in holding}
    planned = {order.scope for order in active if order.id in windows}
    held = {order.scope for order in active}
    for window, purposes in holding:
        for purpose in purposes:
            found = _against(plan, purpose, window.alternatives.get(purpose, ()), planned=planned, held=held)
            if found:
                yield Conflict(rule=found[0], at=at, purpose=purpose, window=window.id, message=found[1])


def _against(
    plan: Plan, purpose: str, named: Sequence[str], *, planned: set[str], held: set[str]
) -> tuple[MaintenanceRule, str] | None:
    """A named alternative is a promise that no other work may break; orders must leave at least one of them."""
    if REPLY in named:
        return None
    served = [one for one in named if serves(plan, purpose, one)]
    if not served:
        return MaintenanceRule.ALTERNATIVE_MISSING, "is affected and has no alternative that serves it"
    overlaps = [one for one in served if taken(plan, purpose, one, planned)]
    if overlaps:
        message = f"has {overlaps[0]!r} as its alternative, which is in maintenance itself"
        return MaintenanceRule.ALTERNATIVE_OVERLAPS, message
    if all(taken(plan, purpose, one, held) for one in served):
        return MaintenanceRule.ALTERNATIVE_FORBIDDEN, "has no alternative that orders permit"
    return None


def _unsafe(plan: Plan, active: Sequence[Order], at: datetime) -> Iterator[Conflict]:
    """The plan's safety rules; the latest window to begin is named, as the one that goes too far."""
    if not active:
        return
    latest = max(active, key=lambda order: order.since).id
    for breach in short(plan, {order.scope for order in active}):
        yield Conflict(
            rule=MaintenanceRule.SAFETY, at=at, purpose=breach.rule.purpose, window=latest,
            message=f"breaks {breach.path}: {breach}",
        )  # fmt: skip


def _silences(ahead: Ahead, now: datetime) -> Iterator[Conflict]:
    """Essential purposes that would be without any permitted desk, or any way in, for more than 24 hours."""
    since: dict[tuple[str, str], datetime] = {}
    seen: dict[frozenset[str], tuple[tuple[str, str], ...]] = {}
    for at, active in moments(ahead, _begun(ahead, now)):
        held = frozenset(order.scope for order in active)
        if held not in seen:
            seen[held] = tuple(silenced(ahead.plan, held)) if held else ()
        for pair in [pair for pair in since if pair not in seen[held]]:
            begun = since.pop(pair)
            yield from _too_long(ahead, pair, begun, at) if at > now else ()
        for pair in seen[held]:
            since.setdefault(pair, at)


def _begun(ahead: Ahead, now: datetime) -> datetime:
    """When the oldest of what holds now began: extending it bit by bit must not get round the 24 hours."""
    given = standing(ahead.orders, ahead.windows, now).given
    return min((o.since for o in given if o.kind in FORBIDDING and o.holds_at(now)), default=now)


def _too_long(ahead: Ahead, pair: tuple[str, str], begun: datetime, ended: datetime) -> Iterator[Conflict]:
    purpose, market = pair
    if ahead.plan.purposes[purpose].essential and ended - begun > LONGEST_SILENCE:
        what = f"a permitted desk in market {market!r}" if market else "a way in"
        hours = (ended - begun).total_seconds() / 3600
        message = f"is essential and would be without {what} for {hours:g} hours; at most 24 are allowed"
        window = next((w.id for w in ahead.windows.planned if _covers(w, begun)), "")
        yield Conflict(
            rule=MaintenanceRule.SILENCE, at=begun, purpose=purpose, window=window, message=message
        )


def _covers(window: Window, at: datetime) -> bool:
    return any(span.start - window.drain_before <= at < span.end for span in window.spans)
