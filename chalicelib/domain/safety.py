"""Safety rules: what orders and plans must always leave to a purpose. They limit permission, never belief."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from math import inf

from chalicelib.domain.orders import OrderKind, Orders
from chalicelib.domain.plan import Option, Plan, SafetyRule
from chalicelib.domain.plan_document.purposes import capacity_of

FORBIDDING = frozenset({OrderKind.FORCE_DOWN, OrderKind.DRAIN, OrderKind.MAINTENANCE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What is permitted for a purpose in a market at its worst moment: distinct channels, and capacity.

    Capacity adds up the desks' limits (`rate`, else `concurrent`); a desk without a limit makes it infinite.
    """

    market: str
    channels: int
    capacity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A rule that is not kept: `index` is its place in the plan, `left` what would be left."""

    index: int
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


def breaches(plan: Plan, orders: Orders, now: datetime) -> tuple[Breach, ...]:
    """Every rule and market that these orders leave short at some moment from `now` on."""
    return tuple(
        Breach(index=index, rule=rule, left=left)
        for index, rule in enumerate(plan.safety)
        for left in (
            _worst(plan, rule.purpose, market, orders, now) for market in _markets(plan, rule.purpose)
        )
        if left.channels < rule.min_channels or left.capacity < rule.min_capacity
    )


def new_breaches(plan: Plan, before: Orders, after: Orders, now: datetime) -> tuple[Breach, ...]:
    """The breaches that `after` makes, or makes worse: an order is not blamed for what was short already."""
    known = {(b.index, b.left.market): b.left for b in breaches(plan, before, now)}
    return tuple(b for b in breaches(plan, after, now) if _worse(b.left, known.get((b.index, b.left.market))))


def _worse(left: Left, before: Left | None) -> bool:
    return before is None or left.channels < before.channels or left.capacity < before.capacity


def _markets(plan: Plan, purpose: str) -> Iterator[str]:
    """The markets with routes of their own; that of "world" stands for all the others."""
    found = plan.purposes.get(purpose)
    yield from found.routes if found else ()


def _worst(plan: Plan, purpose: str, market: str, orders: Orders, now: datetime) -> Left:
    """Permission only shrinks when an order begins: those moments are all there is to look at."""
    options = plan.options(purpose, market)
    begins = {order.since for order in orders.given if order.kind in FORBIDDING and order.since > now}
    found = [_left(market, _permitted(options, orders, at)) for at in (now, *sorted(begins))]
    return replace(
        found[0], channels=min(left.channels for left in found), capacity=min(left.capacity for left in found)
    )


def _permitted(options: Iterable[Option], orders: Orders, at: datetime) -> list[Option]:
    return [option for option in options if not FORBIDDING & orders.on(option.scopes, at)]


def _left(market: str, permitted: list[Option]) -> Left:
    capacity = sum(capacity_of(option.desk) for option in permitted)
    return Left(market=market, channels=len({o.desk.channel for o in permitted}), capacity=capacity)
