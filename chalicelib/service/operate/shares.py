"""The shares of routes: as planned, as they hold now and by whose word; and what an order on them must be."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.permission.record import Switch
from chalicelib.domain.plan import Plan
from chalicelib.domain.plan_document.faults import Fault
from chalicelib.domain.shares.fitness import fitness
from chalicelib.domain.shares.in_force import in_force
from chalicelib.domain.shares.record import Shifts, read_shifts
from chalicelib.domain.shares.share import Shared, Shifting
from chalicelib.domain.shares.shift import Shift
from chalicelib.domain.situation import Situation
from chalicelib.service.operate.post import Json, Post, iso
from chalicelib.service.operate.refusals import Absent, Faulty
from chalicelib.service.shifting import PAPER, interval_of, shared_routes
from chalicelib.service.situation import NoSituation


def require_shares(plan: Plan, scope: str, shares: Mapping[str, int]) -> None:
    """Raises Absent unless the plan has such a shared route, Faulty unless these are its desks, all of them."""
    shared = shared_routes(plan).get(scope)
    if shared is None:
        raise Absent("scope", scope)
    faults = [
        *(Fault(path=f"shares.{desk}", message="is no desk of this route that has a share")
          for desk in shares if desk not in shared.shares),
        *(Fault(path=f"shares.{desk}", message="is required: every desk that shares the route")
          for desk in shared.shares if desk not in shares),
    ]  # fmt: skip
    if faults:
        raise Faulty(*faults)


def listed(post: Post) -> Json:
    """Every route that desks share. Raises Absent without a plan, and Unavailable."""
    plan, standing = post.plan(), post.stores.permission.read()
    shifts = read_shifts(post.stores.papers.read(PAPER)[1])
    look = _Look(shifts=shifts, scene=_scene(post, plan), now=post.now)
    off = next(
        (one for one in standing.record.off if one.switch is Switch.AUTOMATION and one.holds_at(post.now)),
        None,
    )
    return {
        "at": iso(post.now), "plan": plan.version, "figures": _figures(plan.shifting),
        "automation_off_until": iso(off.until) if off else None,
        "shares": [look.route(shared) for shared in shared_routes(plan).values()],
    }  # fmt: skip


def _scene(post: Post, plan: Plan) -> Situation:
    """What is believed, under the orders as they are stored."""
    orders = post.stores.orders.read()
    with suppress(NoSituation):
        seen = post.situations.read(post.now)
        return Situation(plan=plan, orders=orders, beliefs=seen.beliefs, loads=seen.loads)
    return Situation(plan=plan, orders=orders)


def _figures(figures: Shifting) -> Json:
    return {
        "step": figures.step, "every_seconds": int(figures.every.total_seconds()), "floor": figures.floor,
        "ceiling": figures.ceiling, "well_for_seconds": int(figures.well_for.total_seconds()),
        "slow_seconds": int(figures.slow.total_seconds()) if figures.slow else None,
    }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    shifts: Shifts
    scene: Situation
    now: datetime

    def route(self, shared: Shared) -> Json:
        """One route."""
        force = in_force(shared, self.scene.orders, self.shifts.shifted(), self.now)
        fit = fitness(shared, self.scene, self.now)
        shift = self.shifts.routes.get(shared.scope)
        order = force.order
        return {
            "purpose": shared.purpose, "market": shared.market, "scope": shared.scope, "by": force.by,
            "desks": [
                {"desk": desk, "planned": planned, "now": force.shares[desk], "looks": fit[desk].value}
                for desk, planned in shared.shares.items()
            ],
            "order": order and {
                "id": order.id, "until": iso(order.until), "owner": order.owner, "reason": order.reason,
            },
            "stepped_at": iso(shift.stepped_at) if shift else None, "next_step_after": iso(self._next(shift)),
        }  # fmt: skip

    def _next(self, shift: Shift | None) -> datetime | None:
        """Before when no further step is made; None where none was made lately."""
        plan = self.scene.plan
        if shift is None or shift.stepped_at is None:
            return None
        return shift.stepped_at + interval_of(plan)
