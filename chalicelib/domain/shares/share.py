"""Shares as the plan has them: who parts a route in which percentages, and by which figures they may shift. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

WHOLE = 100
"""What the shares of a route add up to: percent."""
SCOPE = "route:"
"""The scope of a route's shares is this, the purpose, `#` and the market as the plan writes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shifting:
    """By how many points a share moves at once (0: never), how often at most, and how far.

    `floor` is the least that trouble leaves a desk, `ceiling` the most that another's trouble brings it; a share that
    the plan itself puts beyond either stays there. `well_for` is how long a desk must have been well to receive;
    `slow` the wait at a desk from which on it counts as troubled, None: waits do not count.
    """

    step: int = 10
    every: timedelta = timedelta(minutes=10)
    floor: int = 10
    ceiling: int = 90
    well_for: timedelta = timedelta(minutes=15)
    slow: timedelta | None = None

    def least(self, planned: int) -> int:
        """The least share that may be left to a desk which was planned so much."""
        return min(self.floor, planned)

    def most(self, planned: int) -> int:
        """The largest share that such a desk may be given."""
        return max(self.ceiling, planned)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """The shares of one route as planned, in the document's order."""

    purpose: str
    market: str
    shares: Mapping[str, int]

    @property
    def scope(self) -> str:
        """What an order on these shares names."""
        return scope_of(self.purpose, self.market)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shifted:
    """Shares that are not as planned; of no account for a plan that parts the route otherwise."""

    planned: Mapping[str, int]
    now: Mapping[str, int]


def scope_of(purpose: str, market: str) -> str:
    """`route:PURPOSE#MARKET`."""
    return f"{SCOPE}{purpose}#{market}"


def route_named(scope: str) -> tuple[str, str]:
    """The purpose and the market of such a scope; two empty texts for any other."""
    purpose, separator, market = scope.removeprefix(SCOPE).partition("#")
    return (purpose, market) if separator and scope.startswith(SCOPE) else ("", "")
