"""Health as an operator reads it: the belief in every path, why, and the evidence of each class behind it."""

from collections.abc import Iterable, Mapping

from chalicelib.domain.health import Belief, ClassHealth, PathHealth, Rules, believe
from chalicelib.domain.model import EvidenceClass
from chalicelib.domain.orders import Orders
from chalicelib.domain.plan import Plan
from chalicelib.domain.planned_work.windows import standing
from chalicelib.ports import Unavailable
from chalicelib.service.operate import loads
from chalicelib.service.operate.orders import described as order_described
from chalicelib.service.operate.pages import pages
from chalicelib.service.operate.post import Json, Post, iso
from chalicelib.service.operate.refusals import Absent
from chalicelib.service.operate.watching import belief_of, head, path_told, published, watching
from chalicelib.service.probe import probed_paths
from chalicelib.service.situation import NoSituation

RULES = Rules()


def everything(post: Post, channel: str = "") -> Json:
    """All paths, or those of one channel (Absent when the plan has no such channel).

    While the health store does not answer, the beliefs of the last snapshot are told, without their evidence.
    """
    plan = _plan(post)
    if channel and channel not in plan.channels:
        raise Absent("channel", channel)
    try:
        return _from_store(post, plan, channel)
    except Unavailable:
        return _from_snapshot(post, plan, channel)


def _plan(post: Post) -> Plan:
    """The newest plan; while its store does not answer, the one that routing goes by."""
    try:
        return post.plan()
    except Unavailable:
        return post.situations.read(post.now).plan


def _from_store(post: Post, plan: Plan, channel: str) -> Json:
    stored = post.stores.health.everything()
    orders = standing(post.stores.orders.read(), post.stores.maintenance.read(), post.now)
    readings, known = post.stores.health.loads(), watching(post, plan)
    paths = [
        {
            **_told(path, belief_of(known, path, stored.get(path), post), orders, post),
            **_evidence(stored.get(path)),
            **path_told(known, path, post),
        }
        for path in _paths(plan, stored, channel)
    ]
    told = (
        {}
        if channel
        else {
            desk: loads.described(plan.desks.get(desk), load, post) for desk, load in sorted(readings.items())
        }
    )
    watched = pages(post, plan, channel)
    return {**_head(post, plan, "store"), "paths": paths, "loads": told, "pages": watched}


def _from_snapshot(post: Post, plan: Plan, channel: str) -> Json:
    situation = post.situations.read(post.now)
    beliefs = situation.beliefs
    paths = [
        _told(path, beliefs.get(path) or believe(None, post.now, RULES), situation.orders, post)
        for path in _paths(plan, beliefs, channel)
    ]
    return {**_head(post, plan, "snapshot"), "paths": paths, "loads": {}, "pages": {}}


def _paths(plan: Plan, known: Iterable[str], channel: str) -> list[str]:
    """Every path that is probed or was ever heard of."""
    found = {path for each in plan.channels.values() for path in probed_paths(plan, each)} | set(known)
    return sorted(path for path in found if not channel or path.partition("#")[0] == channel)


def _head(post: Post, plan: Plan, source: str) -> Json:
    rules = {
        "trip": RULES.trip, "fine_trip": RULES.fine_trip, "suspect_from": RULES.suspect_from,
        "stale_after_seconds": RULES.stale_after, "trial_goods": RULES.trial_goods,
    }  # fmt: skip
    return {
        "at": iso(post.now),
        "source": source,
        "plan": plan.version,
        "snapshot": snapshot(post),
        "rules": rules,
        **head(published(post, plan), post),
    }


def snapshot(post: Post) -> Json | None:
    """What routing goes by, and how old it is; None when nothing was ever published."""
    try:
        situation = post.situations.read(post.now)
    except NoSituation:
        return None
    age = int((post.now - situation.at).total_seconds()) if situation.at else None
    return {
        "version": situation.version, "at": iso(situation.at), "age_seconds": age, "stale": situation.stale,
        "plan": situation.plan.version, "orders": situation.orders.version,
    }  # fmt: skip


def _told(path: str, belief: Belief, orders: Orders, post: Post) -> Json:
    channel, _, rest = path.partition("#")
    direction, _, market = rest.partition("#")
    scopes = (f"channel:{channel}", f"path:{path}")
    holding = [o for o in orders.given if o.scope in scopes and o.holds_at(post.now)]
    return {
        "path": path, "channel": channel, "direction": direction, "market": market,
        "state": belief.state, "weight": belief.weight, "suspect": belief.suspect, "because": belief.because,
        "worst": belief.worst.value if belief.worst else None, "account_blocked": belief.account,
        "throttled_until": iso(belief.throttled_until), "score": belief.score,
        "last_at": iso(belief.last_at), "age_seconds": belief.age,
        "orders": [order_described(order, post.now) for order in holding],
    }  # fmt: skip


def _evidence(path: PathHealth | None) -> Mapping[str, Json]:
    classes: Mapping[EvidenceClass, ClassHealth] = path.classes if path else {}
    return {"evidence": {evidence.value: _class(cls) for evidence, cls in sorted(classes.items())}}


def _class(cls: ClassHealth) -> Json:
    return {
        "state": cls.state.value, "since": iso(cls.since), "until": iso(cls.until), "generation": cls.gen,
        "score": cls.score, "fine_score": cls.fine, "goods_in_a_row": cls.run, "penalty": cls.penalty,
        "last_at": iso(cls.last_at), "last_outcome": cls.last_outcome.value if cls.last_outcome else None,
        "latency_ms": cls.latency, "detail": cls.detail,
    }  # fmt: skip
