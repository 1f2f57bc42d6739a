"""On which paths contacts are counted and judged, and by whose clock."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, tzinfo

from chalicelib.domain.model import Direction, path_id
from chalicelib.domain.plan import WORLD, ChannelPlan, Plan


def for_customers(plan: Plan, channel: ChannelPlan) -> bool:
    """True for what customers write to; a channel with desks and no door of its own is ours."""
    return channel.door is not None or all(desk.channel != channel.id for desk in plan.desks.values())


def counted_on(plan: Plan, channel: ChannelPlan, market: str) -> str:
    """The path that a contact of a market counts for: a market that the plan does not know counts as the channel's."""
    apart = market if market in _apart(plan, channel) else channel.market
    return path_id(channel.id, Direction.IN, apart)


def judged(plan: Plan) -> Mapping[str, tuple[str, ...]]:
    """Each path that is judged, with those whose counts make its own: a worldwide one has its markets' contacts too."""
    found: dict[str, tuple[str, ...]] = {}
    for channel in plan.channels.values():
        if for_customers(plan, channel):
            own = path_id(channel.id, Direction.IN, channel.market)
            parts = tuple(path_id(channel.id, Direction.IN, market) for market in _apart(plan, channel))
            found |= {own: (own, *parts)} | {part: (part,) for part in parts}
    return found


def zone_of(plan: Plan) -> tzinfo:
    """The zone in which most desks keep their hours; UTC when none has any."""
    zones = Counter(desk.hours.zone for desk in plan.desks.values() if desk.hours)
    return zones.most_common(1)[0][0] if zones else UTC


def _apart(plan: Plan, channel: ChannelPlan) -> tuple[str, ...]:
    """The markets that a channel's contacts are told apart by; none when it has one of its own, or there is one."""
    if channel.market != WORLD:
        return ()
    routed = {market for purpose in plan.purposes.values() for market in purpose.routes}
    named = {plan.market, *routed, *(each.market for each in plan.channels.values())} - {WORLD}
    return tuple(sorted(named)) if len(named) > 1 else ()
