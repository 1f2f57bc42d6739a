"""Safety rules: what orders and plans must always leave to a purpose. They limit permission, never belief."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from math import inf

from chalicelib.domain.orders import OrderKind, Orders
from chalicelib.domain.plan import WORLD, Option, Plan, SafetyRule
from chalicelib.domain.plan_document.purposes import capacity_of

FORBIDDING = frozenset({OrderKind.FORCE_DOWN, OrderKind.DRAIN, OrderKind.MAINTENANCE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What is permitted for a purpose in a market at one moment: distinct channels, and capacity.

    Capacity adds up the desks' limits (`rate`, else `concurrent`); a desk without a limit makes it infinite.
    """

    market: str
    channels: int
    capacity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A rule that is not kept: `path` is its place in the plan, `left` what would be left."""

    path: str
    rule: SafetyRule
    left: Left

    def __str__(self) -> str:
        """One line for a person."""
        rule, left = self.rule, self.left
        capacity = "no limit" if left.capacity == inf else f"{left.capacity:g}"
        return (
            f"purpose {rule.purpose!r} in market {left.market!r} would keep {left.channels} permitted channels of "
            f"at least {rule.min_channels}, and a capacity of {capacity} of at least {rule.min_capacity:g}"
        )


def rules_of(plan: Plan) -> tuple[tuple[str, SafetyRule], ...]:
    """The plan's rules by their places; an essential purpose without a rule of its own keeps one channel."""
    own = {rule.purpose for rule in plan.safety}
    implied = (p.id for p in plan.purposes.values() if p.essential and p.id not in own)
    return (
        *((f"safety[{index}]", rule) for index, rule in enumerate(plan.safety)),
        *((f"purposes.{id_}.essential", SafetyRule(purpose=id_)) for id_ in implied),
    )


def markets(plan: Plan) -> tuple[str, ...]:
    """Every market that the plan names: its own, the channels', the routes', and the world."""
    found = {plan.market, WORLD, *(channel.market for channel in plan.channels.values())}
    return tuple(sorted(found | {market for p in plan.purposes.values() for market in p.routes}))


def served(plan: Plan, purpose: str, known: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The markets whose customers have a route: its own; with one for the world all, as orders name paths."""
    found = plan.purposes.get(purpose)
    routes = tuple(found.routes) if found else ()
    return tuple(dict.fromkeys((*routes, *(known or markets(plan))))) if WORLD in routes else routes


def short(plan: Plan, held: Collection[str]) -> tuple[Breach, ...]:
    """Every rule and market that is left short while these scopes are out."""
    known = markets(plan)
    return tuple(
        Breach(path=path, rule=rule, left=left)
        for path, rule in rules_of(plan)
        for left in (_left(plan, rule.purpose, market, held) for market in served(plan, rule.purpose, known))
        if left.channels < rule.min_channels or left.capacity < rule.min_capacity
    )


def breaches(plan: Plan, orders: Orders, now: datetime) -> tuple[Breach, ...]:
    """Every rule that these orders leave short at some moment from `now` on, each at the first such moment."""
    forbidding = [order for order in orders.given if order.kind in FORBIDDING and order.until > now]
    edges = sorted({now, *(order.since for order in forbidding if order.since > now)})
    first: dict[tuple[str, str], Breach] = {}
    for at in edges:
        for breach in short(plan, {order.scope for order in forbidding if order.holds_at(at)}):
            first.setdefault((breach.path, breach.left.market), breach)
    return tuple(first.values())


def worse(after: Iterable[Breach], before: Iterable[Breach]) -> Iterator[Breach]:
    """The breaches of one moment that were not there before, or leave less: nobody is blamed for the others.

    A rule is known by what it asks for, not by its place, so that two plans can be compared.
    """
    known = {(b.rule, b.left.market): b.left for b in before}
    for breach in after:
        was = known.get((breach.rule, breach.left.market))
        if was is None or breach.left.channels < was.channels or breach.left.capacity < was.capacity:
            yield breach


def _left(plan: Plan, purpose: str, market: str, held: Collection[str]) -> Left:
    permitted = [option for option in plan.options(purpose, market) if not _out(option, held)]
    capacity = sum(capacity_of(option.desk) for option in permitted)
    return Left(market=market, channels=len({o.desk.channel for o in permitted}), capacity=capacity)


def _out(option: Option, held: Collection[str]) -> bool:
    return any(scope in held for scope in option.scopes)
