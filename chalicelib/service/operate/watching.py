"""How well we watch, as operators read it: the scheduler, the vantages, and each path's thresholds."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from chalicelib.domain.belief import UP, Belief
from chalicelib.domain.detection.ageing import believed
from chalicelib.domain.detection.calibration import rules_for
from chalicelib.domain.detection.lateness import Look, as_of
from chalicelib.domain.detection.trust import Trust
from chalicelib.domain.detection.vantages import Sight
from chalicelib.domain.health import PathHealth, Rules
from chalicelib.domain.plan import Plan
from chalicelib.service.lookout import keys
from chalicelib.service.operate.post import Json, Post, iso
from chalicelib.service.situation import NoSituation

RULES = Rules()


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """What one request knows of how we watch. `sights` by channel."""

    plan: Plan
    look: Look = field(default_factory=Look)
    probers: tuple[Trust, ...] = ()
    sights: Mapping[str, tuple[Sight, ...]] = field(default_factory=dict)


def watching(post: Post, plan: Plan) -> Watching:
    """How we watch, the vantages' sights included. Raises Unavailable."""
    found = published(post, plan)
    names = dict.fromkeys((*(trust.vantage for trust in found.probers), *plan.vantages))
    sights = post.stores.vantages.seen(keys(plan, names)).values()
    by_channel = {id_: tuple(one for one in sights if one.channel == id_) for id_ in plan.channels}
    return replace(found, sights=by_channel)


def published(post: Post, plan: Plan) -> Watching:
    """How we watch as far as the snapshot tells."""
    found = Watching(plan=plan)
    with suppress(NoSituation):
        situation = post.situations.read(post.now)
        found = replace(found, look=situation.look, probers=situation.probers)
    return found


def belief_of(known: Watching, path: str, health: PathHealth | None, post: Post) -> Belief:
    """The belief in a path as the next snapshot will have it."""
    belief = believed(health, known.look, post.now, rules_of(known.plan, path))
    doubted = any(one.doubts(post.now, RULES) for one in _sights(known, path))
    alone = bool(known.plan.vantages) and belief.state == UP and doubted
    return replace(belief, suspect=True) if alone else belief


def rules_of(plan: Plan, path: str) -> Rules:
    """The rules that a path goes by."""
    channel = plan.channels.get(path.partition("#")[0])
    return rules_for(RULES, channel.baseline if channel else None)


def head(known: Watching, post: Post) -> Json:
    """The scheduler's last look and what we make of the vantages, for the head of the health document."""
    look = known.look
    excused = post.now - as_of(look, post.now)
    return {
        "scheduler": {
            "last_look": iso(look.at),
            "age_seconds": int((post.now - look.at).total_seconds()) if look.at else None,
            "away_seconds": int(look.away.total_seconds()),
            "back_since": iso(look.back),
            "excused_seconds": int(excused.total_seconds()),
        },
        "probers": [_prober(trust) for trust in known.probers],
    }  # fmt: skip


def path_told(known: Watching, path: str, post: Post) -> Json:
    """A path's thresholds, and what each vantage last saw of its channel where it wrote that down."""
    rules = rules_of(known.plan, path)
    return {
        "thresholds": {
            "trip": rules.trip, "fine_trip": rules.fine_trip, "suspect_from": rules.suspect_from,
            "p0": round(rules.p0, 4), "p1": round(rules.p1, 4), "calibrated": rules != RULES,
        },
        "vantages": {one.vantage: _sight(one, post) for one in _sights(known, path)},
    }  # fmt: skip


def _sights(known: Watching, path: str) -> Iterable[Sight]:
    return known.sights.get(path.partition("#")[0], ())


def _prober(trust: Trust) -> Json:
    state = "suspect" if trust.suspect else "trusted"
    return {"vantage": trust.vantage, "state": state, "since": iso(trust.since), "because": trust.because}


def _sight(one: Sight, post: Post) -> Json:
    return {
        "at": iso(one.at), "fresh": one.fresh(post.now), "in_doubt": one.doubts(post.now, RULES),
        "failing_since": iso(one.since), "score": one.score, "detail": one.detail,
    }  # fmt: skip
