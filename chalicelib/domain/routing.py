"""The decision: which desk gets a contact, and for every other one the reason why not. Pure, total, deterministic."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from chalicelib.domain.belief import Belief, drawn
from chalicelib.domain.decision import CODES, LAST_RANK, REASONS, Decision, Reason, read_decision
from chalicelib.domain.model import Direction, path_id
from chalicelib.domain.orders import OrderKind
from chalicelib.domain.plan import ChannelPlan, Option
from chalicelib.domain.shares.ranking import ranked
from chalicelib.domain.situation import Case, Situation

FORBIDS = (
    (OrderKind.FORCE_DOWN, Reason.OVERRIDDEN),
    (OrderKind.MAINTENANCE, Reason.MAINTENANCE),
    (OrderKind.DRAIN, Reason.DRAINING),
)
BELIEF_ONLY = frozenset({Reason.DOWN, Reason.TRIAL_NOT_DRAWN})


def route(case: Case, situation: Situation, tried: Sequence[str], now: datetime) -> Decision:
    """Choose the first option that is permitted, believed to work and able; else the last rank.

    Panic: when the healthy weight of the permitted options is below `plan.panic`, none of them can take the
    contact, and the disbelieved ones span at least two providers, the measurement is suspected: belief (never
    permission or ability) is set aside and the option with the lowest score is tried.
    """
    options, draw = ranked(case, situation, now)
    chosen, rejected = _first(options, case, situation, now=now, tried=tried)
    panic = "" if chosen or not rejected else _panic(options, rejected, situation)
    return Decision(
        desk=panic or chosen,
        rejected=tuple(pair for pair in rejected if pair[0] != panic) if panic else tuple(rejected),
        plan=situation.plan.version,
        orders=situation.orders.version,
        snapshot=situation.version,
        panic=bool(panic),
        stale=situation.stale,
        draw=draw,
    )


def _first(
    options: Sequence[Option], case: Case, situation: Situation, *, now: datetime, tried: Sequence[str]
) -> tuple[str, list[tuple[str, Reason]]]:
    """The first option without a reason against it, and the reason of every other one."""
    chosen, rejected = LAST_RANK, []
    for option in options:
        reason = Reason.LOWER_RANK if chosen else against(option, case, situation, now=now, tried=tried)
        if reason is None:
            chosen = option.desk.id
        else:
            rejected.append((option.desk.id, reason))
    return chosen, rejected


def against(
    option: Option, case: Case, situation: Situation, *, now: datetime, tried: Sequence[str]
) -> Reason | None:
    """The first reason against an option, permission first, then what was tried, ability, and belief last."""
    kinds = situation.orders.on(option.scopes, now)
    return (
        _forbidden(kinds)
        or (Reason.ALREADY_TRIED if option.desk.id in tried else None)
        or _unable(option, case, situation, now)
        or _unhealthy(option.paths, case.key, situation, now=now, forced=OrderKind.FORCE_UP in kinds)
    )


def against_person(
    channel: ChannelPlan,
    case: Case,
    situation: Situation,
    *,
    now: datetime,
    window: timedelta | None = None,
    heard: datetime | None = None,
) -> Reason | None:
    """The first reason against writing to a person on a channel; `heard` is when they last wrote there."""
    paths = (path_id(channel.id, Direction.OUT, channel.market),)
    kinds = situation.orders.on((f"channel:{channel.id}", *(f"path:{p}" for p in paths)), now)
    if window is not None and (heard is None or now - heard > window):
        return Reason.WINDOW_CLOSED
    if channel.observing or situation.plan.observing:
        return Reason.UNREADY
    return _forbidden(kinds) or _unhealthy(
        paths, case.key, situation, now=now, forced=OrderKind.FORCE_UP in kinds
    )


def _forbidden(kinds: frozenset[OrderKind]) -> Reason | None:
    if not kinds:
        return None
    return next((reason for kind, reason in FORBIDS if kind in kinds), None)


def _unable(option: Option, case: Case, situation: Situation, now: datetime) -> Reason | None:
    desk = option.desk
    if case.medium not in desk.media:
        return Reason.MEDIUM_UNFIT
    if desk.hours is not None and not desk.hours.open_at(now):
        return Reason.CLOSED
    if situation.plan.channels[desk.channel].observing and not situation.plan.observing:
        return Reason.UNREADY
    load = situation.loads.get(desk.id)
    if desk.id in case.full or (load is not None and load.full(desk.capacity.concurrent, now)):
        return Reason.FULL
    return None


def _unhealthy(
    paths: tuple[str, ...], key: str, situation: Situation, *, now: datetime, forced: bool
) -> Reason | None:
    for path in paths:
        belief = situation.beliefs.get(path)
        if belief is None:
            continue
        if belief.account:
            return Reason.ACCOUNT_BLOCKED
        if belief.throttled_until is not None and belief.throttled_until > now:
            return Reason.THROTTLED
        if not forced and (reason := _disbelieved(belief, key)):
            return reason
    return None


def _disbelieved(belief: Belief, key: str) -> Reason | None:
    if belief.state == "down" or belief.weight <= 0:
        return Reason.DOWN
    if belief.weight < 1 and not drawn(key, belief.salt, belief.weight):
        return Reason.TRIAL_NOT_DRAWN
    return None


def _panic(options: Sequence[Option], rejected: Sequence[tuple[str, Reason]], situation: Situation) -> str:
    reasons = dict(rejected)
    doubted = [o for o in options if reasons[o.desk.id] in BELIEF_ONLY]
    if len({o.provider for o in doubted}) < 2:  # noqa: PLR2004 - one provider failing is no reason for doubt
        return ""
    permitted = [o for o in options if reasons[o.desk.id] not in _NOT_PERMITTED]
    healthy = sum(o.weight for o in permitted if o not in doubted)
    if healthy >= situation.plan.panic * sum(o.weight for o in permitted):
        return ""
    return min(doubted, key=lambda o: _score(o, situation)).desk.id


_NOT_PERMITTED = frozenset({Reason.OVERRIDDEN, Reason.DRAINING, Reason.MAINTENANCE, Reason.ACCOUNT_BLOCKED})


def _score(option: Option, situation: Situation) -> int:
    return max((situation.beliefs[p].score for p in option.paths if p in situation.beliefs), default=0)


__all__ = [
    "CODES", "LAST_RANK", "REASONS", "Case", "Decision", "Reason", "Situation", "against", "against_person",
    "ranked", "read_decision", "route",
]  # fmt: skip
