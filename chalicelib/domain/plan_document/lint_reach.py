"""What of a plan no contact can ever reach: purposes, markets, desks; and contacts that no desk can take."""

from collections.abc import Iterator, Mapping

from chalicelib.domain.model import Medium
from chalicelib.domain.plan import WORLD, ChannelPlan, Match, Plan, Purpose
from chalicelib.domain.plan_document.faults import Fault

Media = Mapping[str, Medium]


def unreached(plan: Plan, media: Media) -> Iterator[Fault]:
    """Warnings, each with its path. A channel that is not in `media` may bring anything."""
    seen: dict[tuple[object, ...], str] = {}
    for purpose in plan.purposes.values():
        yield from _matches(purpose, seen)
        yield from _markets(plan, purpose)
        yield from _carried(plan, purpose, media)


def _matches(purpose: Purpose, seen: dict[tuple[object, ...], str]) -> Iterator[Fault]:
    """Conditions that an earlier purpose has as well: the document's order settles ties, so that one always wins."""
    path = f"purposes.{purpose.id}.match"
    if not purpose.match:
        yield Fault(path=path, message="is empty: no contact ever has this purpose")
    for number, match in enumerate(purpose.match):
        first = seen.setdefault(_condition(match), purpose.id)
        if first != purpose.id:
            message = f"never decides: purpose {first!r} has the same condition and comes first"
            yield Fault(path=f"{path}[{number}]", message=message)


def _condition(match: Match) -> tuple[object, ...]:
    return (
        match.channel,
        match.keywords,
        tuple(sorted((name, tuple(sorted(v))) for name, v in match.traits.items())),
    )


def _markets(plan: Plan, purpose: Purpose) -> Iterator[Fault]:
    """Markets in which none of its channels is, nor the plan: only a contact that names one itself comes there."""
    entered = {_market(plan, channel) for channel in _ways_in(plan, purpose)}
    for market in purpose.routes:
        if purpose.match and market not in (WORLD, *entered):
            path = f"purposes.{purpose.id}.routes.{market}"
            yield Fault(path=path, message="is reached by no channel of its purpose: none is in this market")


def _market(plan: Plan, channel: ChannelPlan) -> str:
    return channel.market if channel.market != WORLD else plan.market


def _carried(plan: Plan, purpose: Purpose, media: Media) -> Iterator[Fault]:
    brought = [_medium(channel, media) for channel in _ways_in(plan, purpose)]
    if not brought or None in brought:
        return
    for market, route in purpose.routes.items():
        path = f"purposes.{purpose.id}.routes.{market}"
        for number, desk in enumerate(route):
            if plan.desks[desk].media.isdisjoint(brought):
                message = f"{desk!r} takes nothing that the channels of this purpose bring"
                yield Fault(path=f"{path}[{number}]", message=message)
        taken = frozenset().union(*(plan.desks[desk].media for desk in route))
        named = {match.channel for match in purpose.match if match.channel}
        lost = sorted({str(m) for name in named if (m := _medium(plan.channels[name], media)) not in taken})
        if lost:
            yield Fault(path=path, message=f"has no desk for {', '.join(lost)}, which its channels bring")


def _ways_in(plan: Plan, purpose: Purpose) -> list[ChannelPlan]:
    """The channels by which its contacts can come: those that it names, or all."""
    if any(not match.channel for match in purpose.match):
        return list(plan.channels.values())
    return [plan.channels[name] for name in dict.fromkeys(match.channel for match in purpose.match)]


def _medium(channel: ChannelPlan, media: Media) -> Medium | None:
    return media.get(channel.id)
