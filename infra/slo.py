"""What we promise, as shares of 30 days, and how fast the rest of it may be used up before somebody is woken."""

from dataclasses import dataclass

from infra.measures import REFUSED_BY_US, Measure, ours

WINDOW_HOURS = 30 * 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Burn:
    """A window, and the share of the whole error budget that it may use up at most."""

    name: str
    hours: int
    spends: float

    @property
    def rate(self) -> float:
        """How many times faster than evenly that is: 1 uses up the budget in exactly the objective's own window.

        rate = spends * WINDOW_HOURS / hours: 2 % in an hour is 14.4, 5 % in six hours is 6 (B. Beyer and others,
        The Site Reliability Workbook, 2018, chapter 5, "Alerting on SLOs", its recommended first two rows). The
        book adds a short window, so that an alarm ends sooner; see docs/decisions/0036-*.md for why we do not.
        """
        return self.spends * WINDOW_HOURS / self.hours


FAST = Burn(name="FastBurn", hours=1, spends=0.02)
SLOW = Burn(name="SlowBurn", hours=6, spends=0.05)


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """A share of good events to be kept over 30 days.

    `bad` is a measure whose average is the share of bad events: a metric of zeros and ones.
    """

    name: str
    text: str
    target: float
    bad: Measure
    burns: tuple[Burn, ...] = (FAST, SLOW)

    @property
    def budget(self) -> float:
        """The share of events that may be bad: 1 - target."""
        return 1 - self.target

    def most(self, burn: Burn) -> float:
        """Return the share of bad events within the burn's window from which it rings: rate * budget."""
        return round(burn.rate * self.budget, 9)


def _served(lane: str, target: float, burns: tuple[Burn, ...] = (FAST, SLOW)) -> Objective:
    text = f"{lane} contacts and replies are handed over before their deadline"
    bad = ours("Unserved", "Average", lane=lane)
    return Objective(name=lane.title(), text=text, target=target, bad=bad, burns=burns)


OBJECTIVES = (
    Objective(
        name="Accepted",
        text="requests get an answer that is not our failure",
        target=0.999,
        bad=REFUSED_BY_US,
    ),
    _served("urgent", 0.999),
    _served("normal", 0.995),
    _served("bulk", 0.99, (SLOW,)),  # nobody gets up at night for it
)
