"""What vendors' status pages say of our paths: components as channels, regions as markets, all pages together."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from chalicelib.domain.model import Direction, EvidenceClass, Outcome, Signal, path_id
from chalicelib.domain.plan import WORLD, ChannelPlan, Plan
from chalicelib.domain.vendor_pages.page import Component, PageState, folded, mildest, worst
from chalicelib.domain.vendor_pages.plan import PagePlan
from chalicelib.domain.vendor_pages.watched import Watched, believed
from chalicelib.service.probe import probed_paths

WEIGHTS = {PageState.DEGRADED: 2_300, PageState.PARTIAL: 4_600, PageState.DOWN: 6_900}
"""Log-odds in milli-nats of what a page's word is worth: minor, major, critical (10, 100, 1000 to one)."""
Word = tuple[PageState, str]


def signals(
    plan: Plan, page: PagePlan, known: Mapping[str, Watched], now: datetime, vantage: str
) -> Iterator[tuple[str, Signal]]:
    """The evidence on each path that a page speaks for, the other pages on that path considered; unknown is none.

    `known` are the pages' last readings. The gravest word holds, so that one page's calm does not hide another's
    trouble.
    """
    own = page_words(plan, page, known.get(page.id), now)
    others = [page_words(plan, each, known.get(each.id), now) for each in plan.pages.values() if each != page]
    for path in own:
        heard = [words[path] for words in (own, *others) if path in words]
        told = [word for word in heard if word[0] is not PageState.UNKNOWN]
        if told:
            yield path, _signal(max(told, key=lambda word: WEIGHTS.get(word[0], 0)), now, vantage)


def page_words(plan: Plan, page: PagePlan, watched: Watched | None, now: datetime) -> Mapping[str, Word]:
    """One page's word on each path that it speaks for, with where it comes from; the gravest of its components."""
    components = believed(page, watched, now)
    found: dict[str, Word] = {}
    for name, channels in page.components.items():
        for id_ in channels:
            for path, state in _by_path(plan, page, plan.channels[id_], components[name]):
                graver = path not in found or worst((state, found[path][0])) is not found[path][0]
                if graver:
                    found[path] = (state, f"{page.id}: {name} is {state}"[:200])
    return found


def _signal(word: Word, now: datetime, vantage: str) -> Signal:
    state, detail = word
    weight = WEIGHTS.get(state, 0)
    outcome = Outcome.OUTAGE if weight else Outcome.OK
    vendor = EvidenceClass.VENDOR
    return Signal(outcome=outcome, at=now, evidence=vendor, vantage=vantage, detail=detail, weight=weight)


def pages_of(plan: Plan, channel: str) -> Collection[PagePlan]:
    """The pages that speak for a channel; all for ""."""
    return [p for p in plan.pages.values() if not channel or any(channel in c for c in p.components.values())]


def _by_path(
    plan: Plan, page: PagePlan, channel: ChannelPlan, component: Component
) -> Iterator[tuple[str, PageState]]:
    """The component's state for each path; a region that the page tells apart counts for its market alone."""
    own = probed_paths(plan, channel)
    markets = _by_market(page, component)
    if not markets:
        yield from ((path, component.state) for path in own)
        return
    if channel.market in markets:
        yield from ((path, markets[channel.market]) for path in own)
    elif channel.market == WORLD:
        yield from ((path, mildest(component.regions.values())) for path in own)
    else:
        yield from ((path, PageState.UNKNOWN) for path in own)
    if channel.market == WORLD:
        for market in sorted(markets.keys() - {WORLD}):
            yield from ((_in_market(path, market), markets[market]) for path in own)


def _by_market(page: PagePlan, component: Component) -> dict[str, PageState]:
    named = {folded(region): market for region, market in page.markets.items()}
    found: dict[str, list[PageState]] = {}
    for region, state in component.regions.items():
        if region in named:
            found.setdefault(named[region], []).append(state)
    return {market: worst(states) for market, states in found.items()}


def _in_market(path: str, market: str) -> str:
    channel, direction, _ = path.split("#")
    return path_id(channel, Direction(direction), market)
