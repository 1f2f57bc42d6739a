"""The one way to change what is permitted: rules look at all that stands, and it is stored only if that still does."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from chalicelib.domain.belief import Belief
from chalicelib.domain.orders import Orders
from chalicelib.domain.permission.fallbacks import taken_away
from chalicelib.domain.permission.pace import commanded, due, stamped, touched
from chalicelib.domain.permission.record import Record, Switch
from chalicelib.domain.permission.worsened import without, worsened
from chalicelib.domain.plan import Plan
from chalicelib.domain.planned_work.rules import Ahead, Conflict, MaintenanceRule, new_conflicts
from chalicelib.domain.planned_work.vendor_windows import Sky, yielded
from chalicelib.domain.planned_work.windows import Windows, standing
from chalicelib.domain.safety import Breach
from chalicelib.ports import Change, PermissionStore, PlanVersion, Stale, Standing
from chalicelib.service.operate.refusals import Clashing, InUse, SwitchedOff, TooSoon, Unsafe

TRIES = 12
SOON = timedelta(hours=24)
"""A broken rule within this time is one of tonight's orders; beyond it, planned work clashes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to stand instead, each the next version of its document; None: as it is.

    `plan` is the one that `version` says. `glass` is the order that is given under broken glass: no rule looks at it.
    """

    orders: Orders | None = None
    windows: Windows | None = None
    record: Record | None = None
    version: PlanVersion | None = None
    plan: Plan | None = None
    glass: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """What a wish is looked at by: the plan that stands (None: none does), what is believed, and when."""

    plan: Plan | None
    now: datetime
    beliefs: Mapping[str, Belief] = field(default_factory=dict)


def settle(
    store: PermissionStore, light_of: Callable[[int], Light], make: Callable[[Standing, Plan | None], Wish]
) -> tuple[Standing, Change]:
    """What stood, and what was stored in its place. `make` is given what stands and its plan, and may refuse.

    It is asked anew when somebody was faster.
    `light_of` gets the number of the plan that stands. Raises every refusal of `permitted`, and Stale.
    """
    for _ in range(TRIES):
        seen = store.read()
        light = light_of(seen.plan)
        change = permitted(seen, make(seen, light.plan), light)
        if change == Change():
            return seen, change
        with suppress(Stale):
            store.write(seen, change)
            return seen, change
    raise Stale("permission is changed by too many at once")


def permitted(seen: Standing, wish: Wish, light: Light) -> Change:
    """The wish as it may be stored: vendors' windows yield to it, and what it changes now is remembered.

    Raises Unsafe, Clashing, InUse, TooSoon.
    """
    plan, now = wish.plan or light.plan, light.now
    if plan is None or wish == Wish():
        return Change(record=wish.record)
    orders, windows = wish.orders or seen.orders, wish.windows or seen.windows
    if wish.orders or wish.plan:  # what vendors plan makes way for people's commands, and only for those
        windows = _yielding(seen, wish, plan, light)
    _require_safe(seen, replace(wish, windows=windows), plan, light)
    sides = (standing(seen.orders, seen.windows, now), standing(orders, windows, now))
    record = _paced(seen, wish, sides, plan, now)
    carried = () if wish.glass or wish.plan else taken_away(plan, sides, light.beliefs, now)
    if carried:
        raise InUse(carried)
    return Change(
        plan=wish.version, orders=wish.orders, record=record, windows=None if windows is seen.windows else windows
    )  # fmt: skip


def require_on(record: Record, switch: Switch, now: datetime) -> None:
    """Raises SwitchedOff."""
    for one in record.off:
        if one.switch is switch and one.holds_at(now):
            raise SwitchedOff(one)


def _yielding(seen: Standing, wish: Wish, plan: Plan, light: Light) -> Windows:
    """The windows after the wish, in their next version if they change at all."""
    after = yielded(
        Sky(plan=plan, orders=wish.orders or seen.orders, beliefs=light.beliefs),
        wish.windows or seen.windows,
        light.now,
    )
    if after is seen.windows:
        return after
    return replace(after, version=seen.windows.version + 1)


def _require_safe(seen: Standing, wish: Wish, plan: Plan, light: Light) -> None:
    now, record = light.now, wish.record or seen.record
    exempt = record.under_glass(now)
    before = Ahead(plan=light.plan or plan, orders=seen.orders, windows=seen.windows)
    after = Ahead(
        plan=plan, orders=wish.orders or seen.orders, windows=seen.windows if wish.windows is None else wish.windows
    )  # fmt: skip
    found = worsened(_seen_by_rules(before, exempt), _seen_by_rules(after, exempt), now)
    if exempt and not found:  # what the glass permits is no leave for others to add to it
        found = worsened(before, _seen_by_rules(after, {wish.glass}), now)
    clashing = new_conflicts(_seen_by_rules(before, exempt), _seen_by_rules(after, exempt), now)
    if found and wish.orders is None and (wish.plan is None or min(at for at, _ in found) > now + SOON):
        raise Clashing(clashing or tuple(_conflict(at, breach) for at, breach in found))
    if found:
        raise Unsafe(tuple(breach for _, breach in found))
    if clashing:
        raise Clashing(clashing)


def _seen_by_rules(ahead: Ahead, exempt: frozenset[str] | set[str]) -> Ahead:
    return replace(ahead, orders=without(ahead.orders, exempt))


def _conflict(at: datetime, breach: Breach) -> Conflict:
    message = f"breaks {breach.path}: {breach}"
    return Conflict(rule=MaintenanceRule.SAFETY, at=at, purpose=breach.rule.purpose, message=message)


def _paced(
    seen: Standing, wish: Wish, sides: tuple[Orders, Orders], plan: Plan, now: datetime
) -> Record | None:
    """The record with what changes now; None when nothing of it does. Raises TooSoon."""
    touches = touched(commanded(sides[0], now), commanded(sides[1], now))
    late = None if wish.glass else due(seen.record.changed, touches, plan.min_wait, now)
    if late:
        raise TooSoon(late[0], late[1], now)
    if not touches and wish.record is None:
        return None
    record = (wish.record or seen.record).tidy(now)
    return replace(
        record,
        version=seen.record.version + 1,
        changed=stamped(record.changed, touches, now),
    )
