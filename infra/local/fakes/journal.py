"""What reached a fake provider, in order: for tests and the demo to hold against what we say we sent."""

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One request that arrived (or one receipt that left).

    `what` is send, ask or receipt; `came_to` taken, lost (answered as taken, but it never arrived), repeated,
    refused, answered, failed, throttled, dropped. `at` is in seconds since the epoch.
    """

    number: int
    at: float
    what: str
    came_to: str
    method: str
    path: str
    code: int
    id: str = ""
    key: str = ""
    party: str = ""
    text: str = ""
    conversation: str = ""
    answer: str = ""
    """What was answered to a webhook that left."""


class Journal:
    """Entries in the order of their arrival; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[Entry] = []
        self._drawn = 0

    def number(self) -> int:
        """The number of the next request: 1, 2, 3, ..."""
        with self._lock:
            self._drawn += 1
            return self._drawn

    def add(self, entry: Entry) -> None:
        """Write one down."""
        with self._lock:
            self._entries.append(entry)

    def entries(self, since: int = 0) -> Sequence[Entry]:
        """All entries whose number is above `since`."""
        with self._lock:
            return tuple(entry for entry in self._entries if entry.number > since)

    def taken(self) -> Sequence[Entry]:
        """What really arrived for agents or persons: no refusals, no losses, no repetitions."""
        return tuple(entry for entry in self.entries() if entry.came_to == "taken")

    def report(self, since: int = 0) -> dict[str, object]:
        """For the control API: the entries and how often each end was met."""
        entries = self.entries(since)
        return {"entries": [asdict(e) for e in entries], "counts": dict(Counter(e.came_to for e in entries))}

    def clear(self) -> None:
        """Forget all entries; numbers go on."""
        with self._lock:
            self._entries.clear()
