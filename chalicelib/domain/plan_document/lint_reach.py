"""What of a plan no contact can ever reach: purposes, markets, desks; and contacts that no desk can take."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from chalicelib.domain.match import Match
from chalicelib.domain.model import Medium
from chalicelib.domain.plan import WORLD, ChannelPlan, Plan, Purpose
from chalicelib.domain.plan_document.faults import Fault

Media = Mapping[str, Medium]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What comes in by some channels: from which markets, and by which media (None: it is not known)."""

    markets: frozenset[str]
    media: frozenset[Medium | None]


def unreached(plan: Plan, media: Media) -> Iterator[Fault]:
    """Warnings, each with its path. A channel that is not in `media` may bring anything."""
    seen: dict[tuple[object, ...], str] = {}
    every = _ways(plan, plan.channels.values(), media)
    for purpose in plan.purposes.values():
        named = [match.channel for match in purpose.match]
        own = (
            every
            if "" in named
            else _ways(plan, [plan.channels[name] for name in dict.fromkeys(named)], media)
        )
        yield from _matches(purpose, seen)
        yield from _markets(purpose, own)
        yield from _carried(plan, purpose, own, media)


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


def _ways(plan: Plan, channels: Collection[ChannelPlan], media: Media) -> Ways:
    markets = {channel.market if channel.market != WORLD else plan.market for channel in channels}
    return Ways(markets=frozenset(markets), media=frozenset(media.get(channel.id) for channel in channels))


def _markets(purpose: Purpose, ways: Ways) -> Iterator[Fault]:
    """Markets in which none of its channels is, nor the plan: only a contact that names one itself comes there."""
    for market in purpose.routes:
        if purpose.match and market != WORLD and market not in ways.markets:
            path = f"purposes.{purpose.id}.routes.{market}"
            yield Fault(path=path, message="is reached by no channel of its purpose: none is in this market")


def _carried(plan: Plan, purpose: Purpose, ways: Ways, media: Media) -> Iterator[Fault]:
    if not ways.media or None in ways.media:
        return
    named = {media[match.channel] for match in purpose.match if match.channel}
    for market, route in purpose.routes.items():
        path = f"purposes.{purpose.id}.routes.{market}"
        for number, desk in enumerate(route):
            if plan.desks[desk].media.isdisjoint(ways.media):
                message = f"{desk!r} takes nothing that the channels of this purpose bring"
                yield Fault(path=f"{path}[{number}]", message=message)
        lost = sorted(named.difference(*(plan.desks[desk].media for desk in route)))
        if lost:
            yield Fault(path=path, message=f"has no desk for {', '.join(lost)}, which its channels bring")
