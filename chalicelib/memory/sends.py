"""Sends by path in memory: the part of the contact store that proves."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.domain.outbox import Row, Work
from chalicelib.domain.proof.dispatch import Dispatch, hour_of
from chalicelib.domain.upgrade.times import millis, moment
from chalicelib.memory.port import MemoryPort


class MemorySends(MemoryPort):
    """What MemoryContacts has of a ContactStore beside rows; `_works` are those of the founding term."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: dict[str, Row] = {}
        self._works: dict[str, Work] = {}
        self._of_terms: dict[str, dict[str, Work]] = {}
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

    def erase(self, row: Row, sends: Iterable[tuple[str, datetime]] = ()) -> None:
        """The row as it is given, but for its work; its sends without the provider's names."""
        hours = {(path, hour_of(at)) for path, at in sends}
        with self._open():
            if row.key in self._rows:
                self._rows[row.key] = replace(row, work=self._rows[row.key].work)
            for name, one in self._sent.items():
                if one.key == row.key and (one.path, hour_of(one.at)) in hours:
                    self._sent[name] = replace(one, provider_id="")

    def works(self, keys: Iterable[str], term: str = "") -> Mapping[str, Work]:
        """Rows that were never saved are left out."""
        with self._open():
            works = self._of_terms.get(term, {}) if term else self._works
            return {key: works[key] for key in keys if key in works}
