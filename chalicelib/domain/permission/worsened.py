"""What a change makes worse, now and at every edge that lies ahead: rule by rule, moment by moment. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime

from chalicelib.domain.orders import Orders
from chalicelib.domain.planned_work.rules import Ahead, moments
from chalicelib.domain.safety import Breach, short, worse

Scenes = list[tuple[datetime, frozenset[str]]]


def worsened(before: Ahead, after: Ahead, now: datetime) -> tuple[tuple[datetime, Breach], ...]:
    """Each rule and market that the change leaves short, or shorter, at its first such moment."""
    first: dict[tuple[str, str], tuple[datetime, Breach]] = {}
    seen: set[tuple[frozenset[str], frozenset[str]]] = set()
    same = before.plan is after.plan
    for at, was, held in _both(_scenes(before, now), _scenes(after, now)):
        if (was, held) in seen or (same and held <= was):  # what takes nothing more out makes nothing worse
            continue
        seen.add((was, held))
        for breach in worse(short(after.plan, held), short(before.plan, was)):
            first.setdefault((breach.path, breach.left.market), (at, breach))
    return tuple(first.values())


def without(orders: Orders, exempt: Collection[str]) -> Orders:
    """The orders as rules see them: those of broken glass are looked away from."""
    if not exempt:
        return orders
    return replace(orders, given=tuple(o for o in orders.given if o.id not in exempt), _by_scope={})


def _scenes(ahead: Ahead, now: datetime) -> Scenes:
    return [(at, frozenset(order.scope for order in active)) for at, active in moments(ahead, now)]


def _both(before: Scenes, after: Scenes) -> Iterator[tuple[datetime, frozenset[str], frozenset[str]]]:
    """Both sides at every edge of either; each begins now."""
    was, held = dict(before), dict(after)
    here = there = frozenset[str]()
    for at in sorted(was.keys() | held.keys()):
        here, there = was.get(at, here), held.get(at, there)
        yield at, here, there
