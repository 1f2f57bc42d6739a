"""One row for each scenario and settings: both models, what breaks first, what it costs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bench.scale import desk_calls
from bench.scale.costs import Costs
from bench.scale.events import Events
from bench.scale.fluid import Fluid
from bench.scale.limits import broken
from bench.scale.price import Prices, of_run, per_million
from bench.scale.scenario import HOUR, Scenario
from bench.scale.settings import Settings
from bench.scale.world import Account, World

Json = dict[str, Any]
DESK_HOURS = 24
NAMES = (
    "scenario", "contacts_per_hour", "settings", "served", "unserved", "lost", "first_limit", "usd_per_million_accept",
    "usd_per_million_whole", "discrete_event_difference_percent",
)  # fmt: skip
"""What every row has; those after them say more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What all rows share; `contacts` is how many the check follows one by one."""

    settings: dict[str, Settings]
    costs: Costs
    prices: Prices
    contacts: int

    def rows(self, scenarios: Sequence[Scenario]) -> Iterator[Json]:
        """Row by row."""
        for scenario in scenarios:
            for name in scenario.settings:
                yield self.row(World(scenario=scenario, settings=self.settings[name], costs=self.costs))

    def row(self, world: World) -> Json:
        """One of them. Raises Unbalanced."""
        found = Fluid(world).run()
        check = Events(world, self.contacts).run()
        accept, whole = of_run(world, self.prices, found)
        over = broken(world)
        kept = found.acts["accept"] + found.acts["held"]
        return {
            "scenario": world.scenario.name,
            "contacts_per_hour": round(world.scenario.rate * HOUR),
            "settings": world.settings.name,
            "served": round(found.served),
            "unserved": round(found.unserved),
            "lost": round(found.lost),
            "first_limit": over[0].name if over else "none",
            "usd_per_million_accept": per_million(accept, kept),
            "usd_per_million_whole": per_million(whole, found.served),
            "discrete_event_difference_percent": round(difference(found, check), 2),
            "discrete_event_contacts": round(check.arrived),
            "lifted_by": over[0].lifted if over else "",
            "further_limits": [limit.name for limit in over[1:]],
            "pressed_at_second": {name: round(at) for name, at in found.pressed.items()},
            "bells_put_by_per_contact": round(found.acts["full"] / found.arrived, 2),
        }


def difference(one: Account, other: Account) -> float:
    """The largest of the differences between both models' shares of served, unserved and lost, in percent of all."""
    return max(100 * abs(first - second) for first, second in zip(_shares(one), _shares(other), strict=True))


def _shares(account: Account) -> tuple[float, float, float]:
    arrived = account.arrived
    return account.served / arrived, account.unserved / arrived, account.lost / arrived


def answered_429(a_minute: float = 700.0, hours: float = DESK_HOURS) -> dict[str, float]:
    """Percent of our calls that a desk of such a quota refuses, over a day in which somebody always waits."""
    found = desk_calls.refused(a_minute, a_minute, round(hours * HOUR))
    return {name: round(percent, 3) for name, percent in found.items()}
