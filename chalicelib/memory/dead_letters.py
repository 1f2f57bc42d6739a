"""Dead-letter queues in memory: the notes of the queues named `..._dead`, and what somebody has taken."""

from collections.abc import Sequence
from dataclasses import replace

from chalicelib.domain.upgrade.times import moment
from chalicelib.memory.port import MemoryPort
from chalicelib.memory.queues import MemoryQueues
from chalicelib.ports import RECEIPTS, STORY, Letter, Note


class MemoryDeadLetters(MemoryPort):
    """DeadLetters over the queues' notes. `lapse` brings back what was taken and neither given back nor removed."""

    def __init__(self, queues: MemoryQueues) -> None:
        super().__init__()
        self._queues = queues
        self._taken: dict[str, Note] = {}
        self._count = 0

    def waiting(self, queue: str) -> int:
        """Those that nobody has taken."""
        with self._open():
            return sum(note.queue == f"{queue}_dead" for note in self._queues.notes)

    def take(self, queue: str, most: int) -> Sequence[Letter]:
        """In their order; a taken one is hidden until it is given back, or lapses."""
        with self._open():
            found = [note for note in self._queues.notes if note.queue == f"{queue}_dead"][:most]
            for note in found:
                self._queues.notes.remove(note)
            return [self._letter(queue, note) for note in found]

    def give_back(self, letters: Sequence[Letter]) -> None:
        """At the end of the queue."""
        with self._open():
            self._queues.notes += [
                self._taken.pop(one.handle) for one in letters if one.handle in self._taken
            ]

    def remove(self, letter: Letter) -> None:
        """One that was taken."""
        with self._open():
            self._taken.pop(letter.handle, None)

    def lapse(self) -> None:
        """Half a minute later: whoever took something and died has it no more."""
        with self._lock:
            self._queues.notes += self._taken.values()
            self._taken.clear()

    def _letter(self, queue: str, note: Note) -> Letter:
        self._count += 1
        handle, told = f"taken-{self._count}", note.attributes
        named = replace(note, attributes={**told, "origin": told.get("origin") or f"moved-{self._count}"})
        self._taken[handle] = named
        return Letter(
            queue=queue,
            id=named.attributes["origin"],
            body=note.body,
            since=moment(int(told.get("since") or 0)),
            receives=int(told.get("receives") or RECEIPTS),
            reason=told.get("reason", ""),
            handle=handle,
            attributes={name: value for name, value in told.items() if name not in STORY},
        )
