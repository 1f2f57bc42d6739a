"""Queues in memory: what was rung and put, for a test or a drill to take."""

from collections.abc import Sequence

from chalicelib.memory.port import MemoryPort
from chalicelib.ports import Note, Ring


class MemoryQueues(MemoryPort):
    """Queues. A taken bell or note is gone; delays are kept with it and are the taker's affair."""

    def __init__(self) -> None:
        super().__init__()
        self.rung: list[Ring] = []
        self.notes: list[Note] = []
        self.handed_back: list[tuple[str, str, int]] = []
        self._put = 0

    def bell(self, ring: Ring) -> None:
        """Keep the bell."""
        with self._open():
            self.rung.append(ring)

    def bells(self, rings: Sequence[Ring]) -> None:
        """Keep them all."""
        with self._open():
            self.rung += rings

    def put(self, note: Note) -> str:
        """Keep the note; ids are `note-1`, `note-2`, ..."""
        with self._open():
            self._put += 1
            self.notes.append(note)
            return f"note-{self._put}"

    def back(self, queue: str, handle: str, seconds: int) -> None:
        """Keep what was asked: who hands messages out here does so when they like."""
        self.handed_back.append((queue, handle, seconds))

    def take_bells(self, longest_delay: int = 900) -> list[Ring]:
        """All bells that wait at most so many seconds, in their order, taken out."""
        with self._lock:
            taken = [ring for ring in self.rung if ring.delay <= longest_delay]
            self.rung[:] = [ring for ring in self.rung if ring.delay > longest_delay]
            return taken

    def take_notes(self, queue: str) -> list[Note]:
        """All notes of a queue, in their order, taken out."""
        with self._lock:
            taken = [note for note in self.notes if note.queue == queue]
            self.notes[:] = [note for note in self.notes if note.queue != queue]
            return taken
