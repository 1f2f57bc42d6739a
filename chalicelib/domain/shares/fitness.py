"""How fit the desks of a shared route are: from permission, hours, load and belief, as decisions see them. Pure."""

from datetime import datetime, timedelta

from chalicelib.domain.belief import Belief
from chalicelib.domain.load_science.at_the_desk import wait_at
from chalicelib.domain.orders import OrderKind
from chalicelib.domain.plan import Option
from chalicelib.domain.safety import FORBIDDING
from chalicelib.domain.shares.share import Shared
from chalicelib.domain.shares.shift import Fitness
from chalicelib.domain.situation import Situation


def fitness(shared: Shared, scene: Situation, now: datetime) -> dict[str, Fitness]:
    """Of each desk that shares the route."""
    return {desk: _of(scene.plan.option(desk, shared.market), scene, now) for desk in shared.shares}


def _of(option: Option, scene: Situation, now: datetime) -> Fitness:
    kinds = scene.orders.on(option.scopes, now)
    beliefs = [scene.beliefs[path] for path in option.paths if path in scene.beliefs]
    forced = OrderKind.FORCE_UP in kinds
    if FORBIDDING & kinds or any(_away(belief, forced=forced) for belief in beliefs):
        return Fitness.OUT
    if any(_doubted(belief, now, forced=forced) for belief in beliefs) or _slow(option, scene, now):
        return Fitness.TROUBLED
    return Fitness.SHUT if _shut(option, scene, now) else Fitness.WELL


def _away(belief: Belief, *, forced: bool) -> bool:
    """Down, on trial or refused: the trial lets contacts through by itself, in shares of its own."""
    return belief.account or (not forced and (belief.state == "down" or belief.weight < 1))


def _doubted(belief: Belief, now: datetime, *, forced: bool) -> bool:
    throttled = belief.throttled_until is not None and belief.throttled_until > now
    return throttled or (belief.suspect and not forced)


def _slow(option: Option, scene: Situation, now: datetime) -> bool:
    limit = scene.plan.shifting.slow
    wait = wait_at(option.desk.staff, scene.loads.get(option.desk.id), now) if limit else None
    return limit is not None and wait is not None and timedelta(seconds=wait.mean) >= limit


def _shut(option: Option, scene: Situation, now: datetime) -> bool:
    desk, load = option.desk, scene.loads.get(option.desk.id)
    closed = desk.hours is not None and not desk.hours.open_at(now)
    full = load is not None and load.full(desk.capacity.concurrent, now)
    return closed or full or scene.plan.channels[desk.channel].observing
