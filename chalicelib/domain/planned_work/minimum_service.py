"""What planned work means for one contact or path: the words people read meanwhile, the flips that were expected."""

from datetime import datetime

from chalicelib.domain.orders import Order, OrderKind, Orders
from chalicelib.domain.outbox import Row
from chalicelib.domain.routing import Situation

PLANNING = frozenset({OrderKind.MAINTENANCE, OrderKind.EXPECTED})
"""The orders in whose time a flip is no incident."""


def minimum_reply(situation: Situation, row: Row, language: str, now: datetime) -> str:
    """The window's own words while every desk that could take a contact is in maintenance; "" when it is not so."""
    medium = row.contact.medium
    options = [o for o in situation.plan.options(row.purpose, row.market) if medium in o.desk.media]
    held = [_maintenance(situation.orders, option.scopes, now) for option in options]
    if not held or not all(held):
        return ""
    return next((order.reply[language] for orders in held for order in orders if language in order.reply), "")


def planned(situation: Situation, path: str, now: datetime) -> str:
    """The id of what planned a path's trouble now, "" when nothing did: a window, or an order of maintenance.

    It is on the path itself, its channel, or every desk behind it. Work that overruns what was promised is not planned.
    """
    channel, _, rest = path.partition("#")
    own = _planned(situation.orders, (f"channel:{channel}", f"path:{path}"), now)
    desks = [desk.id for desk in situation.plan.desks.values() if desk.channel == channel]
    if own or not rest.startswith("out#") or not desks:
        return own
    behind = [_planned(situation.orders, (f"desk:{desk}",), now) for desk in desks]
    return behind[0] if all(behind) else ""


def _planned(orders: Orders, scopes: tuple[str, ...], now: datetime) -> str:
    holding = (o for o in orders.given if o.kind in PLANNING and o.scope in scopes and o.holds_at(now))
    return next((order.id for order in holding if not order.overrun), "")


def _maintenance(orders: Orders, scopes: tuple[str, ...], now: datetime) -> list[Order]:
    return [
        order
        for order in orders.given
        if order.kind is OrderKind.MAINTENANCE and order.scope in scopes and order.holds_at(now)
    ]
