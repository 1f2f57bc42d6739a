"""The options of one contact, best first: as the plan lists them, those that share the route as the draw puts them."""

from datetime import datetime

from chalicelib.domain.decision import Draw
from chalicelib.domain.plan import Option
from chalicelib.domain.shares.draw import drawn_order, put_first
from chalicelib.domain.shares.in_force import in_force
from chalicelib.domain.situation import Case, Situation


def ranked(case: Case, situation: Situation, now: datetime) -> tuple[tuple[Option, ...], Draw | None]:
    """The options, and the draw where desks share the route: the same for one key as long as the shares are."""
    options = situation.plan.options(case.purpose, case.market)
    shared = situation.plan.shared(case.purpose, case.market)
    if shared is None:
        return options, None
    force = in_force(shared, situation.orders, situation.shifted, now)
    known = case.drawn in force.shares
    order = put_first(force.shares, case.drawn) if known else drawn_order(force.shares, case.key)
    by_desk = {option.desk.id: option for option in options}
    group = tuple(by_desk[desk] for desk, _ in order)
    first = next(place for place, option in enumerate(options) if option.desk.id in force.shares)
    return (*options[:first], *group, *options[first + len(group) :]), Draw(by=force.by, shares=order)
