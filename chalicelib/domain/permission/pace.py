"""How often a scope's commands may change: what a change touches now, and until when it has to wait. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from chalicelib.domain.orders import Order, Orders

Commanded = Mapping[str, frozenset[str]]
LONGEST = timedelta(minutes=10)
"""The longest wait that a plan may ask for; older changes are forgotten."""


def commanded(orders: Orders, now: datetime) -> Commanded:
    """What is commanded on each scope now."""
    found: dict[str, set[str]] = {}
    for order in orders.given:
        if order.holds_at(now):
            found.setdefault(order.scope, set()).add(_word(order))
    return {scope: frozenset(kinds) for scope, kinds in found.items()}


def touched(before: Commanded, after: Commanded) -> dict[str, bool]:
    """The scopes whose commands change; True where something is commanded that was not before.

    What only ends commands is undoing, which never waits.
    """
    scopes = before.keys() | after.keys()
    nothing: frozenset[str] = frozenset()
    sides = {scope: (before.get(scope, nothing), after.get(scope, nothing)) for scope in scopes}
    return {scope: bool(now - was) for scope, (was, now) in sides.items() if was != now}


def due(
    changed: Mapping[str, datetime], touches: Mapping[str, bool], wait: timedelta, now: datetime
) -> tuple[str, datetime] | None:
    """The scope that has to wait longest, and until when; None when nothing has to."""
    waits = [(changed[scope] + wait, scope) for scope, gives in touches.items() if gives and scope in changed]
    late = [(at, scope) for at, scope in waits if at > now]
    return (max(late)[1], max(late)[0]) if late else None


def stamped(
    changed: Mapping[str, datetime], touches: Mapping[str, bool], now: datetime
) -> dict[str, datetime]:
    """When each scope changed last, without what nobody waits for any more."""
    kept = {scope: at for scope, at in changed.items() if now - at < LONGEST}
    return {**kept, **dict.fromkeys(touches, now)}


def _word(order: Order) -> str:
    """The kind; of shares also which, for other ones on the same route are another command."""
    return " ".join((order.kind.value, *(f"{desk}={share}" for desk, share in sorted(order.shares.items()))))
