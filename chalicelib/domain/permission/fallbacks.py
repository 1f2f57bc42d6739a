"""Fallbacks in use: desks that carry a purpose now because those before them are out. Health is advice here. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.belief import Belief
from chalicelib.domain.orders import OrderKind, Orders
from chalicelib.domain.plan import Option, Plan
from chalicelib.domain.safety import FORBIDDING, rules_of, served


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A fallback that serves a purpose of a market now, and the desk that would if all were well."""

    purpose: str
    market: str
    desk: str
    instead_of: str

    def __str__(self) -> str:
        """One line for a person."""
        return f"desk {self.desk!r} serves {self.purpose!r} in market {self.market!r} instead of {self.instead_of!r}"


Beliefs = Mapping[str, Belief]


def taken_away(
    plan: Plan, sides: tuple[Orders, Orders], beliefs: Beliefs, now: datetime
) -> tuple[Carried, ...]:
    """The fallbacks in use that a change (orders before, after) would take out.

    Maintenance can wait until it is not needed. Drained or forced down it may be while another desk of the route is
    permitted and not believed to be down. Only purposes that some rule protects are looked at.
    """
    before, after = sides
    return tuple(
        carried
        for carried, option, others in _in_use(plan, before, beliefs, now)
        if (kinds := FORBIDDING & after.on(option.scopes, now))
        and (OrderKind.MAINTENANCE in kinds or not any(_serves(o, after, beliefs, now) for o in others))
    )


def _in_use(
    plan: Plan, orders: Orders, beliefs: Beliefs, now: datetime
) -> Iterator[tuple[Carried, Option, tuple[Option, ...]]]:
    protected = dict.fromkeys(rule.purpose for _, rule in rules_of(plan) if rule.min_channels)
    for purpose in protected:
        for market in served(plan, purpose):
            options = plan.options(purpose, market)
            chosen = next((o for o in options if _serves(o, orders, beliefs, now)), None)
            if chosen is None or chosen is options[0]:
                continue
            names = {"desk": chosen.desk.id, "instead_of": options[0].desk.id}
            others = tuple(option for option in options if option is not chosen)
            yield Carried(purpose=purpose, market=market, **names), chosen, others


def _serves(option: Option, orders: Orders, beliefs: Beliefs, now: datetime) -> bool:
    """Permitted, and not believed to be down; what is not known counts as well."""
    if FORBIDDING & orders.on(option.scopes, now):
        return False
    found = [beliefs[path] for path in option.paths if path in beliefs]
    return all(belief.weight > 0 and not belief.account for belief in found)
