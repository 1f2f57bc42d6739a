"""What a vendor's planned work touches here, and who could serve meanwhile. Pure."""

from collections.abc import Collection, Iterator, Mapping

from chalicelib.domain.belief import Belief
from chalicelib.domain.model import Direction, path_id
from chalicelib.domain.plan import WORLD, ChannelPlan, Plan, Purpose
from chalicelib.domain.planned_work.scopes import affected, taken, ways_in
from chalicelib.domain.vendor_pages.page import Maintenance, folded
from chalicelib.domain.vendor_pages.plan import PagePlan


def scopes_of(plan: Plan, page: PagePlan, event: Maintenance) -> tuple[str, ...]:
    """The order scopes behind the components that the work concerns; of named regions their markets alone."""
    return tuple(
        dict.fromkeys(
            scope
            for name, channels in page.components.items()
            if folded(name) in event.components
            for id_ in channels
            for scope in _channel_scopes(plan.channels[id_], _markets(page, event, folded(name)))
        )
    )


def alternatives_of(
    plan: Plan, scopes: Collection[str], held: Collection[str], beliefs: Mapping[str, Belief]
) -> dict[str, tuple[str, ...]]:
    """The best alternative for each affected purpose; one for which something is missing is left out.

    In each market that loses a desk that is the next desk of its route, and where a way in is lost another one.
    `held` are the scopes that are out in that time, the work's own included; what is believed down serves nobody.
    """
    found: dict[str, tuple[str, ...]] = {}
    for id_ in affected(plan, scopes):
        purpose = plan.purposes[id_]
        named = [
            next((one for one in wanted if _serves(plan, id_, one, held=held, beliefs=beliefs)), "")
            for wanted in _wanted(plan, purpose, scopes)
        ]
        if named and all(named):
            found[id_] = tuple(dict.fromkeys(named))
    return found


def _wanted(plan: Plan, purpose: Purpose, scopes: Collection[str]) -> Iterator[list[str]]:
    """For each thing that is lost the candidates to take its place, best first."""
    for market, desks in purpose.routes.items():
        if any(not set(option.scopes).isdisjoint(scopes) for option in plan.options(purpose.id, market)):
            yield [f"desk:{desk}" for desk in desks]
    ways = ways_in(plan, purpose)
    if any(taken(plan, purpose.id, f"channel:{way}", scopes) for way in ways):
        yield [f"channel:{way}" for way in ways if plan.channels[way].door]


def _serves(
    plan: Plan, purpose: str, one: str, *, held: Collection[str], beliefs: Mapping[str, Belief]
) -> bool:
    if taken(plan, purpose, one, held):
        return False
    sort, _, name = one.partition(":")
    channel = plan.channels[plan.desks[name].channel if sort == "desk" else name]
    way = Direction.OUT if sort == "desk" else Direction.IN
    belief = beliefs.get(path_id(channel.id, way, channel.market))
    return belief is None or (belief.weight > 0 and not belief.account)


def _markets(page: PagePlan, event: Maintenance, component: str) -> frozenset[str] | None:
    """The markets of the regions that the work names; None where it names none or the plan maps none."""
    regions = event.regions.get(component)
    if not regions or not page.markets:
        return None
    return frozenset(market for region, market in page.markets.items() if folded(region) in regions)


def _channel_scopes(channel: ChannelPlan, markets: frozenset[str] | None) -> Iterator[str]:
    if markets is None or WORLD in markets or channel.market in markets:
        yield f"channel:{channel.id}"
    elif channel.market == WORLD:
        for market in sorted(markets):
            for way in Direction:
                yield f"path:{path_id(channel.id, way, market)}"
