"""The scopes of orders: what the plan must have for one to be given, or supposed."""

from collections.abc import Mapping

from chalicelib.domain.model import Direction
from chalicelib.domain.orders import OrderKind
from chalicelib.domain.plan import WORLD, Plan
from chalicelib.service.operate.capacity import require_posture
from chalicelib.service.operate.refusals import Absent
from chalicelib.service.operate.shares import require_shares


def require(plan: Plan, kind: OrderKind, scope: str, shares: Mapping[str, int]) -> None:
    """What an order of this kind asks of the plan. Raises Absent, and Faulty for shares that are not of the route."""
    if kind is OrderKind.POSTURE:
        require_posture(plan, scope)
    elif kind is OrderKind.SHARES:
        require_shares(plan, scope, shares)
    else:
        require_scope(plan, scope)


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


def _known_path(plan: Plan, path: str) -> bool:
    channel, _, rest = path.partition("#")
    direction, _, market = rest.partition("#")
    markets = {plan.market, WORLD, *(c.market for c in plan.channels.values())}
    markets |= {market for purpose in plan.purposes.values() for market in purpose.routes}
    return channel in plan.channels and direction in tuple(Direction) and market in markets
