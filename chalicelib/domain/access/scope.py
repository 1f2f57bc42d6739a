"""Which markets an order's scope concerns, for operators who are there for some markets only."""

from collections.abc import Iterable

from chalicelib.domain.plan import WORLD, Plan
from chalicelib.domain.shares.share import route_named

EVERYWHERE = "*"


def markets_of(plan: Plan, scope: str) -> frozenset[str]:
    """The markets that a scope (`desk:x`, `channel:x`, `path:x#out#fr`) concerns; EVERYWHERE where nobody can say.

    A desk concerns the markets whose routes name it, a channel its own market or, when it is for all the world,
    those of the desks behind it, the shares of a route its market.
    """
    sort, _, name = scope.partition(":")
    if sort == "desk":
        return _of_desks(plan, (name,))
    if sort == "channel" and name in plan.channels:
        own = plan.channels[name].market
        behind = [desk.id for desk in plan.desks.values() if desk.channel == name]
        return _told(own) if own != WORLD else _of_desks(plan, behind)
    if sort == "path" and name.count("#") == 2:  # noqa: PLR2004 - a path has three parts
        market = name.rpartition("#")[2]
        return _told(market) if market != WORLD else markets_of(plan, f"channel:{name.partition('#')[0]}")
    if sort == "route" and (market := route_named(scope)[1]):
        return _told(market)
    return frozenset({EVERYWHERE})


def _of_desks(plan: Plan, desks: Iterable[str]) -> frozenset[str]:
    wanted = frozenset(desks)
    found = {
        market
        for purpose in plan.purposes.values()
        for market, named in purpose.routes.items()
        if wanted & frozenset(named)
    }
    return frozenset(EVERYWHERE if market == WORLD else market for market in found) or frozenset({EVERYWHERE})


def _told(market: str) -> frozenset[str]:
    return frozenset({EVERYWHERE if market == WORLD else market})
