"""Orders: giving one, lifting one; each write is meant for the version that the operator has seen."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.model import Direction
from chalicelib.domain.orders import Order, OrderKind, Orders
from chalicelib.domain.plan import WORLD, Plan
from chalicelib.domain.planned_work.rules import Ahead, new_conflicts
from chalicelib.domain.planned_work.windows import standing
from chalicelib.domain.safety import FORBIDDING, new_breaches
from chalicelib.ports import Stale, Unavailable
from chalicelib.service.operate.capacity import require_posture
from chalicelib.service.operate.post import Json, Post, iso
from chalicelib.service.operate.refusals import Absent, Clashing, Overtaken, Unsafe

GIVEN = FORBIDDING | {OrderKind.FORCE_UP, OrderKind.POSTURE}
"""The kinds that routing, or the capacity, obeys; no other can be given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an operator asks for; `until` is aware and at most 24 hours away."""

    kind: OrderKind
    scope: str
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The orders after a change, the order that was given or lifted, and whether everybody could be told."""

    orders: Orders
    order: Order
    announced: bool


def give(post: Post, wanted: Wanted, expected: Collection[int]) -> Given:
    """Give an order, if the stored orders' version is one of `expected`.

    Raises Overtaken, Absent for a scope that the plan does not have, Unsafe when it would break a safety rule,
    Clashing when it would leave planned work without its alternative.
    The rules are checked against the very orders that the write replaces, so a race cannot get round them.
    """
    before = _expected(post, expected)
    plan = post.plan()
    (require_posture if wanted.kind is OrderKind.POSTURE else require_scope)(plan, wanted.scope)
    post.require_markets(wanted.scope)
    order = Order(
        id=f"o{before.version + 1}", kind=wanted.kind, scope=wanted.scope, until=wanted.until,
        owner=post.caller.id, reason=wanted.reason, since=post.now,
    )  # fmt: skip
    after = before.give(order, post.now)
    seen = _require_permitted(post, plan, before, after)
    _write(post, after)
    _look_again(post, plan, (before, after), seen)
    return _told(post, after, order, "give order")


def lift(post: Post, order_id: str, expected: Collection[int]) -> Given:
    """End an order now. Raises Overtaken, and Absent when it is not there (any more)."""
    before = _expected(post, expected)
    order = next((o for o in before.given if o.id == order_id and o.until > post.now), None)
    if order is None:
        raise Absent("order", order_id)
    post.require_markets(order.scope)
    after = before.lift(order_id, post.now)
    _write(post, after)
    return _told(post, after, order, "lift order")


def require_scope(plan: Plan, scope: str) -> None:
    """Raises Absent unless the plan has the desk, the channel or the path of a scope."""
    sort, _, name = scope.partition(":")
    if sort == "desk" and name in plan.desks:
        return
    if sort == "channel" and name in plan.channels:
        return
    if sort == "path" and _known_path(plan, name):
        return
    what = sort if sort in ("desk", "channel", "path") else "scope"
    raise Absent(what, name if what != "scope" else scope)


def listed(orders: Orders, now: datetime) -> Json:
    """The orders that have not ended, as JSON values."""
    return {
        "version": orders.version,
        "orders": [described(order, now) for order in orders.given if order.until > now],
    }


def described(order: Order, now: datetime) -> Json:
    """One order as JSON values."""
    return {
        "id": order.id, "kind": order.kind.value, "scope": order.scope, "since": iso(order.since),
        "until": iso(order.until), "owner": order.owner, "reason": order.reason, "holds": order.holds_at(now),
    }  # fmt: skip


def _known_path(plan: Plan, path: str) -> bool:
    channel, _, rest = path.partition("#")
    direction, _, market = rest.partition("#")
    markets = {plan.market, WORLD, *(c.market for c in plan.channels.values())}
    markets |= {market for purpose in plan.purposes.values() for market in purpose.routes}
    return channel in plan.channels and direction in tuple(Direction) and market in markets


def _look_again(post: Post, plan: Plan, sides: tuple[Orders, Orders], seen: int) -> None:
    """Work that somebody planned while this order was given: of the two, at least the later one finds the other.

    Raises Unsafe or Clashing after taking the order back.
    """
    before, after = sides
    try:
        if post.stores.maintenance.read().version != seen:
            _require_permitted(post, plan, before, after)
    except Unavailable:
        return
    except (Unsafe, Clashing):
        with suppress(Stale):  # whoever wrote after us has looked at it as it is now
            post.stores.orders.write(replace(before, version=after.version + 1, _by_scope={}))
        raise


def _require_permitted(post: Post, plan: Plan, before: Orders, after: Orders) -> int:
    """What orders and planned work leave together, and the version of the windows that were looked at.

    An order ends within 24 hours, as does this look ahead. Raises Unsafe, Clashing.
    """
    windows = post.stores.maintenance.read().of_people()
    joined = [standing(orders, windows, post.now) for orders in (before, after)]
    unsafe = new_breaches(plan, joined[0], joined[1], post.now)
    if unsafe:
        raise Unsafe(unsafe)
    sides = [Ahead(plan=plan, orders=orders, windows=windows) for orders in (before, after)]
    clashing = new_conflicts(sides[0], sides[1], post.now)
    if clashing:
        raise Clashing(clashing)
    return windows.version


def _expected(post: Post, expected: Collection[int]) -> Orders:
    found = post.stores.orders.read()
    if found.version not in expected:
        raise Overtaken(found.version)
    return found


def _write(post: Post, orders: Orders) -> None:
    try:
        post.stores.orders.write(orders)
    except Stale:
        raise Overtaken(post.stores.orders.read().version) from None


def _told(post: Post, orders: Orders, order: Order, what: str) -> Given:
    told = {
        "order": order.id,
        "kind": order.kind.value,
        "scope": order.scope,
        "until": iso(order.until) or "",
    }
    written = post.write_down(what, version=str(orders.version), **told)
    return Given(orders=orders, order=order, announced=post.republish("orders") and written)
