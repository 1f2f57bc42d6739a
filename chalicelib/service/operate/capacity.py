"""The capacity posture as an operator reads it: what stands and why, its cost, what every stream looks like now."""

from collections.abc import Mapping
from dataclasses import asdict

from chalicelib.domain.plan import Plan
from chalicelib.domain.surge.levers import Posture
from chalicelib.domain.surge.posture import SCOPE, Stance, counted, ordered
from chalicelib.domain.surge.prices import DATED
from chalicelib.domain.surge.streams import streams
from chalicelib.domain.surge.verdict import Verdict
from chalicelib.service.operate.post import Json, Post, iso
from chalicelib.service.operate.refusals import Absent
from chalicelib.service.surges import Surges


def read(post: Post) -> Json:
    """All of it. Raises Absent while no plan was ever published, and Unavailable."""
    plan, stance = post.plan(), counted(post.stores.stance.read(), post.now)
    verdicts: Mapping[str, Verdict] = {}
    if plan.capacity is not None:
        verdicts = Surges(traffic=post.stores.traffic, now=post.now).look(plan, teach=False)
    order = ordered(post.stores.orders.read(), post.now)
    known = streams(plan)
    return {
        "at": iso(post.now), "planned": plan.capacity is not None, **_stance(stance),
        "ordered": order.posture.value if order else None, "money": _money(plan, stance),
        "streams": [_stream(known[name], verdict) for name, verdict in verdicts.items()],
    }  # fmt: skip


def require_posture(plan: Plan, scope: str) -> None:
    """Raises Absent unless an order's scope names a posture and the plan says what it sets."""
    name = scope.removeprefix(SCOPE)
    if name not in tuple(Posture):
        raise Absent("posture", name)
    if plan.capacity is None:
        raise Absent("plan section", "capacity")


def _stance(stance: Stance) -> Json:
    return {
        "posture": stance.posture.value, "since": iso(stance.since), "because": stance.because,
        "settings": {lever.value: value for lever, value in stance.settings.items()},
        "pending": [lever.value for lever in stance.pending],
    }  # fmt: skip


def _money(plan: Plan, stance: Stance) -> Json:
    cap = plan.capacity.monthly_cost_cap if plan.capacity else 0.0
    return {
        "month": stance.month, "spent_usd": round(stance.spent, 2), "hourly_usd": round(stance.hourly, 2),
        "cap_usd": cap, "capped": stance.capped, "prices": DATED,
    }  # fmt: skip


def _stream(named: tuple[str, str], verdict: Verdict) -> Json:
    found = asdict(verdict)
    numbers = {name: round(found[name], 1) for name in ("up", "down", "due")}
    return {
        "purpose": named[0], "market": named[1], "surging": verdict.surging, "dropping": verdict.dropping,
        "multiple": round(verdict.multiple, 1), **numbers, "seen": verdict.seen, "people": verdict.people,
        "attempts": verdict.attempts, "since": iso(verdict.since) if verdict.surging else None,
    }  # fmt: skip
