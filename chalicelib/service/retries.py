"""How many second tries a channel gets: a share of the first ones, so that a sick provider is not kept down by us."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chalicelib.domain.model import Outcome
from chalicelib.domain.outbox import Row

PRICE = 10
"""What a second try costs; each first try earns 1, and so does each second."""
MOST = 100
"""What a container may save up for a channel, and begins with: ten second tries."""
_ANSWERED = frozenset({Outcome.OUTAGE, Outcome.THROTTLED, Outcome.ACCOUNT, Outcome.AUTH})
"""Outcomes after which the same row may come to the same channel again."""


@dataclass(slots=True)
class Retries:
    """This container's budget for each channel. What is over it counts as a full desk, and waits."""

    _purses: dict[str, tuple[int, datetime]] = field(default_factory=dict)

    def may(self, row: Row, channel: str, desk: str, now: datetime) -> bool:
        """True for a first try, which earns, and for another one while there is enough to spend."""
        left, at = self._purses.get(channel, (MOST, now))
        passed = int(max(0.0, (now - at).total_seconds()))
        left = min(MOST, left + passed)
        again = any(one.desk == desk and one.outcome in _ANSWERED for one in row.work.attempts)
        granted = not again or left >= PRICE
        if granted:
            left = left - PRICE if again else min(MOST, left + 1)
        self._purses[channel] = (left, at + timedelta(seconds=passed))
        return granted
