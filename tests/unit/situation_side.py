"""Situations at random: orders, beliefs and loads of a plan as a snapshot could have them."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

from chalicelib.domain.belief import DOWN, TRIAL, UNKNOWN, UP, Belief
from chalicelib.domain.load import Load
from chalicelib.domain.model import Direction, path_id
from chalicelib.domain.orders import Order, OrderKind, Orders
from chalicelib.domain.plan import Plan
from chalicelib.domain.routing import Situation
from chalicelib.domain.shares.share import Shared, Shifted
from chalicelib.domain.snapshot import Snapshot
from chalicelib.domain.upgrade.times import millis
from chalicelib.service.shifting import shared_routes

KINDS = (OrderKind.FORCE_DOWN, OrderKind.FORCE_UP, OrderKind.DRAIN, OrderKind.MAINTENANCE)


def random_snapshot(rng: Random, plan: Plan, now: datetime) -> Snapshot:
    """Published up to five minutes ago: some are stale."""
    at = now - timedelta(seconds=rng.choice([0, 30, 120, 300]))
    return Snapshot(
        version=millis(at), at=at, plan=plan.version, orders=random_orders(rng, plan, now),
        beliefs={path: random_belief(rng, now) for path in paths(plan) if rng.random() < 0.7},
        loads={desk: random_load(rng, now) for desk in plan.desks if rng.random() < 0.5},
        shifted={
            scope: Shifted(planned=shared.shares, now=random_shares(rng, shared))
            for scope, shared in shared_routes(plan).items()
            if rng.random() < 0.5
        },
    )  # fmt: skip


def random_situation(rng: Random, plan: Plan, now: datetime) -> Situation:
    found = random_snapshot(rng, plan, now)
    return Situation(
        plan=plan, orders=found.orders, beliefs=found.beliefs, loads=found.loads, version=found.version,
        at=found.at, stale=rng.random() < 0.2, shifted=found.shifted,
    )  # fmt: skip


def random_orders(rng: Random, plan: Plan, now: datetime) -> Orders:
    given = [random_order(rng, plan, now, number) for number in range(rng.randint(0, 3))]
    for scope, shared in shared_routes(plan).items():
        if rng.random() < 0.2:
            one = random_order(rng, plan, now, len(given))
            given.append(replace(one, kind=OrderKind.SHARES, scope=scope, shares=random_shares(rng, shared)))
    return Orders(version=rng.randint(0, 9), given=tuple(given))


def random_shares(rng: Random, shared: Shared) -> dict[str, int]:
    cuts = sorted(rng.sample(range(1, 100), len(shared.shares) - 1))
    return dict(zip(shared.shares, (b - a for a, b in pairwise([0, *cuts, 100])), strict=True))


def random_order(rng: Random, plan: Plan, now: datetime, number: int) -> Order:
    scopes = [f"desk:{desk}" for desk in plan.desks]
    scopes += [f"channel:{desk.channel}" for desk in plan.desks.values()] + [
        f"path:{path}" for path in paths(plan)
    ]
    since = now + timedelta(minutes=rng.choice([-60, -1, 0, 5]))
    return Order(
        id=f"o{number}", kind=rng.choice(KINDS), scope=rng.choice(scopes), since=since,
        until=since + timedelta(minutes=rng.choice([1, 60, 600])), owner="o", reason="r",
    )  # fmt: skip


def random_belief(rng: Random, now: datetime) -> Belief:
    state = rng.choice([UP, UP, TRIAL, DOWN, UNKNOWN])
    weight = {UP: 1.0, DOWN: 0.0}.get(state, rng.choice([0.01, 0.1, 0.5, 1.0]))
    until = now + timedelta(seconds=rng.choice([-30, 30])) if rng.random() < 0.1 else None
    return Belief(
        state=state, weight=weight, salt=rng.randint(0, 99), score=rng.randint(0, 20_000),
        account=rng.random() < 0.05, throttled_until=until,
    )  # fmt: skip


def random_load(rng: Random, now: datetime) -> Load:
    free = rng.choice([None, 0, 3])
    return Load(
        at=now - timedelta(seconds=rng.choice([0, 60, 121])), free=free, in_use=rng.choice([None, 2, 20]),
        waiting=rng.choice([None, 0, 7]),
    )  # fmt: skip


def paths(plan: Plan) -> list[str]:
    """Of desks' channels, in their own market and in those that are routed."""
    markets = {plan.market, "world", *(market for one in plan.purposes.values() for market in one.routes)}
    return sorted(
        path_id(desk.channel, Direction.OUT, market)
        for desk in {desk.channel: desk for desk in plan.desks.values()}.values()
        for market in {plan.channels[desk.channel].market, *markets}
    )
