"""What the formulas are given: a stream of contacts and a number of agents; what cannot be computed is refused by name.

Errors, one for each reaction that the caller can have::

    ValueError
    ├── Misgiven     an argument is no number that the formulas know: name it and correct it
    └── Overloaded   at least as much work as agents, and nobody gives up: the line never stops growing
"""

from dataclasses import dataclass
from math import isfinite

MOST = 1_000_000
"""Agents."""
MOST_LOAD = 10_000_000.0
"""Erlangs, redials included: beyond them an answer would take seconds."""
EXTREME = 1_000_000.0
"""Patience over handling time, either way."""
DEFAULT_PATIENCE = 120.0
"""Seconds that people wait on average, where nobody has measured it. It is declared wherever it is used."""


class Misgiven(ValueError):
    """`argument` is negative, not finite, not whole, or past what is computed."""

    def __init__(self, argument: str, message: str) -> None:
        super().__init__(f"{argument} {message}")
        self.argument = argument


class Overloaded(ValueError):
    """The load (erlangs) that this many agents can never serve while everybody waits for ever."""

    def __init__(self, load: float, agents: int) -> None:
        super().__init__(f"{agents} agents never serve {load:g} erlangs if nobody gives up: say the patience")
        self.load = load
        self.agents = agents


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Contacts that arrive at random: `arrivals` per hour, mean `handling` and mean `patience` in seconds.

    Patience None: nobody ever gives up. Raises Misgiven.
    """

    arrivals: float
    handling: float
    patience: float | None = None

    def __post_init__(self) -> None:
        finite("arrivals", self.arrivals)
        positive("handling", self.handling)
        if self.patience is not None:
            positive("patience", self.patience)
            if not 1 / EXTREME <= self.patience / self.handling <= EXTREME:
                raise Misgiven("patience", "is out of all proportion to handling")
        if self.load > MOST_LOAD:
            raise Misgiven("arrivals", f"times handling is more than {MOST_LOAD:g} erlangs")

    @property
    def load(self) -> float:
        """Work offered, in erlangs: agents that would be busy if there were enough of them."""
        return self.arrivals * self.handling / 3600

    @property
    def haste(self) -> float:
        """Handling over patience, theta / mu; 0 when nobody gives up."""
        return self.handling / self.patience if self.patience is not None else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """A line in balance. Shares, 0 to 1, are of all who arrive, `mean_wait` (seconds) too: those who give up count."""

    delayed: float
    """The share that must wait at all."""
    abandoned: float
    mean_wait: float
    occupancy: float
    """Share of the agents' time that is spent with people."""
    waiting: float
    """People in line, on average."""


def finite(name: str, value: float) -> float:
    """The value, at least 0. Raises Misgiven."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Misgiven(name, f"must be a number, not {type(value).__name__}")
    if not isfinite(value):
        raise Misgiven(name, "must be finite")
    if value < 0:
        raise Misgiven(name, "must not be negative")
    return value


def positive(name: str, value: float) -> float:
    """The value, above 0. Raises Misgiven."""
    if finite(name, value) == 0:
        raise Misgiven(name, "must be more than 0")
    return value


def counted(name: str, value: float) -> int:
    """A whole number from 0 to MOST. Raises Misgiven."""
    if finite(name, value) != int(value):
        raise Misgiven(name, "must be a whole number")
    if value > MOST:
        raise Misgiven(name, f"must be at most {MOST}")
    return int(value)


def share(name: str, value: float) -> float:
    """A share from 0 up to, not including, 1. Raises Misgiven."""
    if finite(name, value) >= 1:
        raise Misgiven(name, "must be less than 1")
    return value
