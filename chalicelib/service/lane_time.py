"""How much of a lane's time slow providers may take: one that keeps its callers waiting never gets all workers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from chalicelib.ports import ContactStore

SLOW = timedelta(seconds=2)
"""A send of so long counts as slow, until one is quicker."""
WINDOW = 8
"""Seconds: the longest that one send takes (one_deadline.SEND_DEADLINE), so that each is paid for in its own window."""
WORKERS: Mapping[str, int] = {"urgent": 50, "normal": 20, "bulk": 5}
"""Functions that answer a lane's bells side by side (infra/queues.py)."""
OF_ONE, OF_ALL = 4, 2
"""One slow provider gets a quarter of a lane's time, all of them together half."""


@dataclass(slots=True)
class LaneTime:
    """What this container knows of slow channels. Their sends draw on the lane's time, which all containers share."""

    _slow: dict[str, int] = field(default_factory=dict)

    def may(self, contacts: ContactStore, lane: str, channel: str, now: datetime) -> bool:
        """True for a channel that was quick last time; a slow one pays in advance. Raises Unavailable."""
        seconds = self._slow.get(channel)
        if seconds is None:
            return True
        window, time = int(now.timestamp()) // WINDOW, WORKERS.get(lane, WORKERS["normal"]) * WINDOW
        for purse, share in ((f"time/{lane}/{channel}", OF_ONE), (f"time/{lane}", OF_ALL)):
            most = max(time // share, seconds)
            if contacts.lease(purse, 0, seconds, window, most) < seconds:
                return False
        return True

    def learn(self, channel: str, took: timedelta) -> None:
        """Take in how long a send kept its worker."""
        if took < SLOW:
            self._slow.pop(channel, None)
        else:
            self._slow[channel] = min(ceil(took.total_seconds()), WINDOW)
