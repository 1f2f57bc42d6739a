"""What planned work means for one contact or path: the words people read meanwhile, the flips that were expected."""

from datetime import datetime

from chalicelib.domain.orders import Order, OrderKind, Orders
from chalicelib.domain.outbox import Row
from chalicelib.domain.routing import Situation


def minimum_reply(situation: Situation, row: Row, language: str, now: datetime) -> str:
    """The window's own words while every desk that could take a contact is in maintenance; "" when it is not so."""
    medium = row.contact.medium
    options = [o for o in situation.plan.options(row.purpose, row.market) if medium in o.desk.media]
    held = [_maintenance(situation.orders, option.scopes, now) for option in options]
    if not held or not all(held):
        return ""
    return next((order.reply[language] for orders in held for order in orders if language in order.reply), "")


def planned(situation: Situation, path: str, now: datetime) -> bool:
    """True while a path is in maintenance, by its own scope, its channel's, or that of every desk behind it."""
    channel, _, rest = path.partition("#")
    if _maintenance(situation.orders, (f"channel:{channel}", f"path:{path}"), now):
        return True
    desks = [desk.id for desk in situation.plan.desks.values() if desk.channel == channel]
    outward = rest.startswith("out#") and bool(desks)
    return outward and all(_maintenance(situation.orders, (f"desk:{desk}",), now) for desk in desks)


def _maintenance(orders: Orders, scopes: tuple[str, ...], now: datetime) -> list[Order]:
    return [
        order
        for order in orders.given
        if order.kind is OrderKind.MAINTENANCE and order.scope in scopes and order.holds_at(now)
    ]
