"""Which shares hold now, and by whose word: an order's, else those shifted by trouble, else the plan's. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.orders import Order, OrderKind, Orders
from chalicelib.domain.shares.share import Shared, Shifted

PLAN, SHIFT, ORDER = "plan", "shift", "order"


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The shares by desk; `by` is plan, shift or order."""

    by: str
    shares: Mapping[str, int]
    order: Order | None = None


def in_force(shared: Shared, orders: Orders, shifted: Mapping[str, Shifted], now: datetime) -> InForce:
    """What holds for a route now. Words on other desks than the plan's are passed over: the plan has moved on."""
    order = fixed_by(shared, orders, now)
    if order is not None:
        return InForce(by=ORDER, shares=order.shares, order=order)
    shift = shifted.get(shared.scope)
    if shift is not None and shift.planned == shared.shares and shift.now != shared.shares:
        return InForce(by=SHIFT, shares=shift.now)
    return InForce(by=PLAN, shares=shared.shares)


def fixed_by(shared: Shared, orders: Orders, now: datetime) -> Order | None:
    """The order that fixes a route's shares now, the last given when there are several."""
    found = None
    for order in orders.holding(shared.scope, now):
        if order.kind is OrderKind.SHARES and order.shares.keys() == shared.shares.keys():
            found = order
    return found
