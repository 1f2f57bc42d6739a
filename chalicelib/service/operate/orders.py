"""Orders: giving, renewing, lifting one; each write is meant for the version that the operator has seen."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from chalicelib.domain.orders import Order, OrderKind, Orders
from chalicelib.domain.permission.glass import find, used
from chalicelib.domain.permission.record import Glass, Record, Switch
from chalicelib.domain.plan import Plan
from chalicelib.domain.safety import FORBIDDING
from chalicelib.ports import Standing
from chalicelib.service.glass_words import note_of
from chalicelib.service.operate.post import Json, Post, iso
from chalicelib.service.operate.refusals import Absent, Forbidden, Overtaken, Unfit
from chalicelib.service.operate.scopes import require
from chalicelib.service.permit import Wish, require_on

GIVEN = FORBIDDING | {OrderKind.FORCE_UP, OrderKind.POSTURE, OrderKind.SHARES}
"""The kinds that routing, or the capacity, obeys; no other can be given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an operator asks for; `until` is aware and at most 24 hours away; `glass` is what two persons broke.

    `shares` are those of a route by desk, whole percentages that add up to 100.
    """

    kind: OrderKind
    scope: str
    until: datetime
    reason: str
    glass: str = ""
    shares: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The orders after a change, the order that was given or lifted, and whether everybody could be told."""

    orders: Orders
    order: Order
    announced: bool


def give(post: Post, wanted: Wanted, expected: Collection[int]) -> Given:
    """Give an order, if the stored orders' version is one of `expected`.

    Raises Overtaken, Absent for a scope that the plan does not have, and what `permitted` says against it: it is
    stored only if plan, orders and windows are still those that were looked at.
    """

    def make(seen: Standing, plan: Plan) -> Wish:
        _require_expected(seen, expected)
        glass = _glass(post, seen.record, wanted)
        require(plan, wanted.kind, wanted.scope, wanted.shares)
        post.require_markets(wanted.scope)
        return _wish(post, seen, wanted, glass)

    _, change = post.settle(make)
    after = change.orders or Orders()
    order = after.given[-1]
    if not wanted.glass or change.record is None:
        return _told(post, after, order, "give order")
    glass = find(change.record, wanted.glass, post.now)
    told = post.tell(note_of(replace(glass, reason=order.reason), "used", post.caller.id, post.now))
    given = _told(post, after, order, f"give order under {glass.id}")
    return replace(given, announced=given.announced and told)


def renew(post: Post, order_id: str, until: datetime, expected: Collection[int]) -> Given:
    """Have an order end at another time. Raises Overtaken, Absent, and as `give`.

    An order that ends then already is left as it is, whatever version is named: asking twice changes nothing.
    """

    def make(seen: Standing, _: Plan) -> Wish:
        order = _found(seen.orders, order_id, post.now)
        post.require_markets(order.scope)
        if order.until == until:
            return Wish()
        _require_expected(seen, expected)
        require_on(seen.record, Switch.ORDERS, post.now)
        if order_id in seen.record.under_glass(post.now):
            raise Unfit("an order under broken glass ends with it: break the glass again")
        return Wish(orders=seen.orders.give(replace(order, until=until), post.now))

    seen, change = post.settle(make)
    after = change.orders or seen.orders
    order = _found(after, order_id, post.now)
    if change.orders is None:
        return Given(orders=after, order=order, announced=True)
    return _told(post, after, order, "renew order")


def lift(post: Post, order_id: str, expected: Collection[int]) -> Given:
    """End an order now: neither a switch nor a wait keeps anybody from it. Raises Overtaken, Absent."""

    def make(seen: Standing, _: Plan) -> Wish:
        _require_expected(seen, expected)
        post.require_markets(_found(seen.orders, order_id, post.now).scope)
        return Wish(orders=seen.orders.lift(order_id, post.now))

    seen, change = post.settle(make)
    return _told(post, change.orders or seen.orders, _found(seen.orders, order_id, post.now), "lift order")


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
    } | ({"shares": dict(order.shares)} if order.shares else {})  # fmt: skip


def _wish(post: Post, seen: Standing, wanted: Wanted, glass: Glass | None) -> Wish:
    order = Order(
        id=f"o{seen.orders.version + 1}", kind=wanted.kind, scope=wanted.scope, owner=post.caller.id,
        until=min(wanted.until, glass.until) if glass else wanted.until, reason=wanted.reason, since=post.now,
        shares=dict(wanted.shares),
    )  # fmt: skip
    after = seen.orders.give(order, post.now)
    if glass is None:
        return Wish(orders=after)
    return Wish(orders=after, record=used(seen.record, glass, order.id), glass=order.id)


def _glass(post: Post, record: Record, wanted: Wanted) -> Glass | None:
    """The broken glass that an order is given under. Raises Absent, Unfit, Forbidden, SwitchedOff."""
    if not wanted.glass:
        require_on(record, Switch.ORDERS, post.now)
        return None
    try:
        glass = find(record, wanted.glass, post.now)
    except KeyError:
        raise Absent("break-glass", wanted.glass) from None
    if not glass.broken_at(post.now):
        raise Unfit("a second person has not confirmed it yet")
    if wanted.scope != glass.scope or wanted.kind not in FORBIDDING:
        raise Unfit(f"it permits to take out {glass.scope!r} alone")
    if post.caller.id not in (glass.owner, glass.by):
        raise Forbidden("it is for the two persons who broke the glass")
    return glass


def _found(orders: Orders, order_id: str, now: datetime) -> Order:
    found = next((o for o in orders.given if o.id == order_id and o.until > now), None)
    if found is None:
        raise Absent("order", order_id)
    return found


def _require_expected(seen: Standing, expected: Collection[int]) -> None:
    if seen.orders.version not in expected:
        raise Overtaken(seen.orders.version)


def _told(post: Post, orders: Orders, order: Order, what: str) -> Given:
    told = {
        "order": order.id,
        "kind": order.kind.value,
        "scope": order.scope,
        "until": iso(order.until) or "",
    }
    written = post.write_down(what, version=str(orders.version), **told)
    return Given(orders=orders, order=order, announced=post.republish("orders") and written)
