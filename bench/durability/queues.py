"""Our own queues as a cloud gives them: at least once, with visibility, a dead-letter queue, and now and then twice."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random
from threading import Lock

from chalicelib.bells import dump_ring
from chalicelib.ports import Note, Ring

BATCH: Mapping[str, int] = {
    "minute": 1, "flips": 10, "overflow": 5, "probes": 1, "deliveries": 5, "evidence": 10, "announcements": 2,
}  # fmt: skip
"""The queues and how many messages one invocation gets: infra/queues.py says the same."""
VISIBILITY = timedelta(seconds=180)
FIRST_HIDDEN = timedelta(seconds=360)
RECEIPTS = 5
TWICE = 0.01
MINUTE = timedelta(minutes=1)
SOON = timedelta(milliseconds=1)
"""After which a message that is given twice is there for somebody else."""


@dataclass(slots=True)
class Message:
    """One message; `receives` counts how often it was given to somebody."""

    id: int
    body: str
    receives: int = 0


class AtLeastOnce:
    """The `Queues` port for those who ring, and the other end for those who work. `twice` is a share of messages.

    Without `back`: these messages bear no ARN of a queue, so nobody asks for one of them sooner.
    """

    def __init__(self, clock: Callable[[], datetime], draw: Random, twice: float = TWICE) -> None:
        self._clock, self._draw, self._twice = clock, draw, twice
        self._lock, self._ids = Lock(), count(1)
        self._waiting: dict[str, list[tuple[datetime, int]]] = {name: [] for name in BATCH}
        self._kept: dict[str, dict[int, Message]] = {name: {} for name in BATCH}
        self._dead: list[tuple[str, str]] = []
        self._next_minute = clock()
        self.repeated = self.buried = self.batches = 0

    def bell(self, ring: Ring) -> None:
        """Ring."""
        self._keep("deliveries", dump_ring(ring), ring.delay)

    def bells(self, rings: Sequence[Ring]) -> None:
        """Ring for each."""
        for ring in rings:
            self.bell(ring)

    def put(self, note: Note) -> str:
        """Keep a note, and its id."""
        return str(self._keep(note.queue, note.body, note.delay))

    def receive(self) -> tuple[str, Sequence[tuple[int, str, int]]]:
        """A queue with something to do, and its messages: id, body, how often it was received. ("", ()) for none."""
        now = self._clock()
        with self._lock:
            if now >= self._next_minute:
                self._next_minute = now + MINUTE
                return "minute", [(0, "", 1)]
            ripe = [name for name, heap in self._waiting.items() if heap and heap[0][0] <= now]
            if not ripe:
                return "", ()
            name = self._draw.choice(ripe)
            self.batches += 1
            return name, self._given(name, now)

    def done(self, name: str, ids: Sequence[int]) -> None:
        """Take messages out for good."""
        with self._lock:
            for id_ in ids:
                self._kept[name].pop(id_, None)

    def depth(self) -> Mapping[str, int]:
        """Messages by queue, those in somebody's hands among them; `ripe` are those that wait now."""
        now = self._clock()
        with self._lock:
            waiting = [at for heap in self._waiting.values() for at, _ in heap]
            ripe = sum(at <= now for at in waiting) if len(waiting) < 20_000 else len(waiting)  # noqa: PLR2004 - a look
            return {name: len(kept) for name, kept in self._kept.items()} | {
                "ripe": ripe,
                "batches": self.batches,
            }

    def redrive(self) -> int:
        """What an operator does with the dead-letter queues: put it all back."""
        with self._lock:
            dead, self._dead = self._dead, []
        for name, body in dead:
            self._keep(name, body, 0)
        return len(dead)

    def _keep(self, name: str, body: str, delay: int) -> int:
        with self._lock:
            return self._hidden(name, Message(id=next(self._ids), body=body), timedelta(seconds=delay))

    def _hidden(self, name: str, message: Message, delay: timedelta) -> int:
        self._kept[name][message.id] = message
        heappush(self._waiting[name], (self._clock() + delay, message.id))
        return message.id

    def _given(self, name: str, now: datetime) -> Sequence[tuple[int, str, int]]:
        heap: list[tuple[datetime, int]] = self._waiting[name]
        given: list[tuple[int, str, int]] = []
        while heap and heap[0][0] <= now and len(given) < BATCH[name]:
            message = self._kept[name].get(heappop(heap)[1])
            if message is None:
                continue
            if message.receives == RECEIPTS:
                self._bury(name, message)
                continue
            message.receives += 1
            given.append((message.id, message.body, message.receives))
            heappush(
                heap, (now + (FIRST_HIDDEN if name in ("deliveries", "flips") else VISIBILITY), message.id)
            )
            if message.receives == 1 and self._draw.random() < self._twice:
                self.repeated += 1
                copy = Message(id=next(self._ids), body=message.body, receives=1)
                self._hidden(name, copy, SOON)
        return given

    def _bury(self, name: str, message: Message) -> None:
        del self._kept[name][message.id]
        self.buried += 1
        self._dead.append((name, message.body))
