"""What a maintenance touches: the purposes affected, who may serve one meanwhile, what takes those away."""

from collections.abc import Collection, Iterator

from chalicelib.domain.model import Direction, path_id
from chalicelib.domain.plan import Plan, Purpose
from chalicelib.domain.safety import markets, served


def affected(plan: Plan, scopes: Collection[str]) -> tuple[str, ...]:
    """The purposes that lose a desk, or a way in, while these scopes are out, in the plan's order."""
    return tuple(p.id for p in plan.purposes.values() if _touched(plan, p, frozenset(scopes)))


def serves(plan: Plan, purpose: str, alternative: str) -> bool:
    """True for a desk of one of the purpose's routes, its channel, or a channel that customers can choose."""
    sort, _, name = alternative.partition(":")
    desks = _desks(plan.purposes[purpose])
    if sort == "desk":
        return name in desks
    found = plan.channels.get(name) if sort == "channel" else None
    return found is not None and (
        found.door is not None
        or name in ways_in(plan, plan.purposes[purpose])
        or name in {plan.desks[desk].channel for desk in desks}
    )


def taken(plan: Plan, purpose: str, alternative: str, held: Collection[str]) -> bool:
    """True when scopes that are out take an alternative away, in any market, or every desk behind its channel."""
    sort, _, name = alternative.partition(":")
    if sort == "desk":
        return name not in plan.desks or any(scope in held for scope in _desk_scopes(plan, name))
    if any(scope in held for scope in _channel_scopes(plan, name, tuple(Direction))):
        return True
    behind = [desk for desk in _desks(plan.purposes[purpose]) if plan.desks[desk].channel == name]
    return bool(behind) and all(f"desk:{desk}" in held for desk in behind)


def silenced(plan: Plan, held: Collection[str]) -> Iterator[tuple[str, str]]:
    """The (purpose, market) pairs without any permitted desk, and (purpose, "") without any way in."""
    known = markets(plan)
    for purpose in plan.purposes.values():
        for market in served(plan, purpose.id, known):
            options = plan.options(purpose.id, market)
            if all(any(scope in held for scope in option.scopes) for option in options):
                yield purpose.id, market
        ways = ways_in(plan, purpose)
        if ways and all(_way_shut(plan, channel, held) for channel in ways):
            yield purpose.id, ""


def ways_in(plan: Plan, purpose: Purpose) -> tuple[str, ...]:
    """The channels on which customers reach a purpose: those its matches name, or all that have a door."""
    if any(not match.channel for match in purpose.match):
        return tuple(channel.id for channel in plan.channels.values() if channel.door)
    return tuple(dict.fromkeys(match.channel for match in purpose.match))


def _touched(plan: Plan, purpose: Purpose, held: frozenset[str]) -> bool:
    out = (s for desk in _desks(purpose) for s in _desk_scopes(plan, desk))
    ways = (s for way in ways_in(plan, purpose) for s in _channel_scopes(plan, way, (Direction.IN,)))
    return not held.isdisjoint(out) or not held.isdisjoint(ways)


def _desks(purpose: Purpose) -> tuple[str, ...]:
    return tuple(dict.fromkeys(desk for route in purpose.routes.values() for desk in route))


def _desk_scopes(plan: Plan, desk: str) -> tuple[str, ...]:
    return (f"desk:{desk}", *_channel_scopes(plan, plan.desks[desk].channel, (Direction.OUT,)))


def _channel_scopes(plan: Plan, channel: str, directions: tuple[Direction, ...]) -> tuple[str, ...]:
    paths = (f"path:{path_id(channel, way, market)}" for way in directions for market in markets(plan))
    return (f"channel:{channel}", *paths)


def _way_shut(plan: Plan, channel: str, held: Collection[str]) -> bool:
    """True when the front door shows it closed to its own market's customers."""
    market = plan.channels[channel].market
    return f"channel:{channel}" in held or f"path:{path_id(channel, Direction.IN, market)}" in held
