"""How often one container writes of one path: evidence that comes sooner is folded together and takes its turn."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.domain.health import Batch
from chalicelib.domain.model import EvidenceClass

BURST, RATE = 5, 5
"""Writes of one path that a container may make at once, and in each second. The 95 containers that may deliver and
probe at the same time so stay under the 1,000 writes a second that one item of DynamoDB takes; five failures trip."""


@dataclass(slots=True)
class _Turns:
    left: float = BURST
    at: datetime | None = None
    held: dict[EvidenceClass, Batch] = field(default_factory=dict)

    def refill(self, now: datetime) -> None:
        passed = (now - self.at).total_seconds() if self.at else 0.0
        if self.at is None or passed > 0:
            self.left, self.at = min(BURST, self.left + passed * RATE), now


@dataclass(slots=True)
class Pace:
    """One per container; `settle` of whoever uses it writes what is held before the function ends."""

    _paths: dict[str, _Turns] = field(default_factory=dict)

    def holds(self, path: str, evidence: EvidenceClass) -> bool:
        """True while outcomes of this class wait for their write."""
        return path in self._paths and evidence in self._paths[path].held

    def due(self, path: str, evidence: EvidenceClass, batch: Batch, at: datetime) -> Batch | None:
        """All that is to be written now, this batch included; None while it must wait.

        An outcome that blocks never waits. What was held of an earlier generation is dropped: it could change nothing.
        """
        turns = self._paths.setdefault(path, _Turns())
        held = turns.held.pop(evidence, None)
        if held is not None and held.gen == batch.gen:
            batch = held.then(batch)
        if self.wait(path, at) and not batch.blocked:
            turns.held[evidence] = batch
            return None
        turns.left = max(0.0, turns.left - 1)
        return batch

    def wait(self, path: str, now: datetime) -> float:
        """Seconds until the path may be written again; 0 when it may."""
        turns = self._paths[path]
        turns.refill(now)
        return max(0.0, (1 - turns.left) / RATE)

    def waiting(self) -> Iterator[tuple[str, EvidenceClass]]:
        """What is held, by path and class."""
        yield from [(path, evidence) for path, turns in self._paths.items() for evidence in turns.held]

    def take(self, path: str, evidence: EvidenceClass, at: datetime) -> Batch:
        """What is held of a class, to be written at this moment."""
        turns = self._paths[path]
        turns.refill(at)
        turns.left = max(0.0, turns.left - 1)
        return turns.held.pop(evidence)
