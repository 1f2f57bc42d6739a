"""Sends by path in memory: the part of the contact store that proves."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.domain.outbox import Work
from chalicelib.domain.proof.dispatch import Dispatch
from chalicelib.domain.snapshot import millis, moment
from chalicelib.memory.port import MemoryPort


class MemorySends(MemoryPort):
    """What MemoryContacts has of a ContactStore beside rows; `_works` are its rows' works."""

    def __init__(self) -> None:
        super().__init__()
        self._works: dict[str, Work] = {}
        self._sent: dict[tuple[str, str, datetime, int], Dispatch] = {}

    def note_sent(self, sent: Dispatch) -> None:
        """The same send again is the same note."""
        cut = replace(
            sent, at=moment(millis(sent.at)), due_at=moment(millis(sent.due_at)) if sent.due_at else None
        )
        with self._open():
            self._sent[sent.path, sent.key, cut.at, sent.attempt] = cut

    def sent(self, path: str, since: datetime, until: datetime, most: int) -> Sequence[Dispatch]:
        """Oldest first."""
        with self._open():
            found = [one for one in self._sent.values() if one.path == path and since <= one.at < until]
        return sorted(found, key=lambda one: (one.at, one.key))[:most]

    def works(self, keys: Iterable[str]) -> Mapping[str, Work]:
        """Rows that were never saved are left out."""
        with self._open():
            return {key: self._works[key] for key in keys if key in self._works}
