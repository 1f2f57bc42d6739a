"""Persons in memory, with the same answers as the table."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from chalicelib.domain.people.digest import person_digest
from chalicelib.memory.port import MemoryPort

_KEY = b"memory's key of digests"


class MemoryPeople(MemoryPort):
    """PeopleStore. `tombstones` are by digest."""

    def __init__(self) -> None:
        super().__init__()
        self.tombstones: dict[str, datetime] = {}
        self._mark = ""

    def erase(self, party: str, now: datetime) -> str:
        """The later erasure holds."""
        with self._open():
            digest = person_digest(_KEY, party)
            self.tombstones[digest] = max(now, self.tombstones.get(digest, now))
            return digest

    def erased(self, parties: Iterable[str]) -> Mapping[str, datetime]:
        """By party."""
        with self._open():
            digests = {party: person_digest(_KEY, party) for party in parties}
            return {p: self.tombstones[d] for p, d in digests.items() if d in self.tombstones}

    def mark(self) -> str:
        """Where the sweep goes on."""
        with self._open():
            return self._mark

    def keep_mark(self, cursor: str) -> None:
        """The last word holds."""
        with self._open():
            self._mark = cursor
