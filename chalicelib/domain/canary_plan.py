"""A channel's canary as the plan has it: from which account of ours, how often, how many a day, how long to wait."""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil

EVERY = timedelta(hours=1)
WAIT = timedelta(seconds=45)
SPARE = 96
"""Canaries a day beyond the regular ones, where the plan names no cap."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryPlan:
    """`from_` is our test account as the channel's provider spells it; `most` the cap of a day (UTC), 0: the usual.

    `every` is the rhythm while all is well, `wait` the time in which one must come back to us.
    """

    from_: str
    every: timedelta = EVERY
    wait: timedelta = WAIT
    most: int = 0

    @property
    def regular(self) -> int:
        """How many the rhythm makes a day."""
        return ceil(_DAY / self.every)

    @property
    def spare(self) -> int:
        """How many a day are left for doubt, so that trouble never uses up those that would show its end."""
        return self.most - self.regular if self.most else SPARE
