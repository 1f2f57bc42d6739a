"""Folds evidence into the health table: one conditional write when it matters, none when all is well; flips ring."""

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.domain.detection.baseline import Baseline
from chalicelib.domain.detection.batch import HINTS
from chalicelib.domain.detection.calibration import rules_for
from chalicelib.domain.detection.machine import WORDS
from chalicelib.domain.health import (
    ClassHealth,
    Flip,
    PathHealth,
    Rules,
    batch_of,
    elapse,
    hinted,
    wanted,
    worth_writing,
)
from chalicelib.domain.model import Outcome, Signal
from chalicelib.ports import Clock, HealthStore, Ledger, Note, Queues, Stale, Unavailable
from chalicelib.service.flips import STREAM, entry_of, note_of
from chalicelib.service.pace import Pace

FAST_PROBES = (10, 20, 30, 40, 50)
"""Seconds of delay within a minute for paths that are suspect, open or on trial."""


@dataclass(slots=True)
class Believer:
    """Writes what is learned about paths."""

    health: HealthStore
    queues: Queues
    ledger: Ledger
    vantage: str
    rules: Rules = field(default_factory=Rules)
    planned: Callable[[str, datetime], str] = lambda _path, _at: ""
    """The window that planned a path's trouble, "" without one: flips in its time are no incidents."""
    baseline: Callable[[str], Baseline | None] = lambda _path: None
    """What a path does when it is well, as the plan tells it."""
    pace: Pace = field(default_factory=Pace)

    def learn(
        self, path: str, signal: Signal, known: PathHealth | None, weights: Rules | None = None
    ) -> Flip | None:
        """Take one signal in; `known` is the path as read before (None: never seen). Returns the flip this made.

        `weights` are rules that weigh this path's observations otherwise (receipts); thresholds stay ours.
        """
        before = known.classes.get(signal.evidence) if known else None
        batch = batch_of([signal], before.gen if before else 0, weights or self.rules_of(path))
        held = self.pace.holds(path, signal.evidence)
        if batch is None or not (held or worth_writing(batch, before, self.rules)):
            return None
        batch = self.pace.due(path, signal.evidence, batch, signal.at)
        if batch is None:
            return None
        try:
            after = self.health.fold(path, signal.evidence, batch, signal.at)
        except Stale:
            return None
        if signal.evidence in HINTS and after.score and not hinted(known, signal.at, self.rules):
            self.hurry(path.partition("#")[0])
        return None if signal.evidence in WORDS else self._followed(path, signal, known, after)

    def settle(self, clock: Clock) -> None:
        """Write what waits for its turn, each path's at its own time: before a function ends."""
        for path, evidence in self.pace.waiting():
            clock.pause(self.pace.wait(path, clock.now()))
            now = clock.now()
            batch = self.pace.take(path, evidence, now)
            with suppress(Stale, Unavailable):
                after = self.health.fold(path, evidence, batch, now)
                known = self.health.read([path]).get(path)
                last = Signal(outcome=batch.last_outcome or Outcome.UNKNOWN, at=now, evidence=evidence)
                self._followed(path, last, known, after)

    def _followed(
        self, path: str, signal: Signal, known: PathHealth | None, after: ClassHealth
    ) -> Flip | None:
        before, rules = known.classes.get(signal.evidence) if known else None, self.rules_of(path)
        if after.score >= rules.suspect_from and (before is None or before.score < rules.suspect_from):
            self.hurry(path.partition("#")[0])
        heard = {**(known.classes if known else {}), signal.evidence: after}
        flip = wanted(PathHealth(path=path, classes=heard), signal.evidence, signal.at, rules)
        if flip is None or not self.health.flip(path, after, flip):
            return None
        self.announce(flip)
        return flip

    def elapse(self, paths: Iterable[PathHealth], now: datetime) -> int:
        """Make the flips that time alone demands of paths as they were read; returns how many were ours to make."""
        made = 0
        for path in paths:
            for flip in elapse(path, now, self.rules_of(path.path))[1]:
                if self.health.flip(path.path, path.classes[flip.evidence], flip):
                    self.announce(flip)
                    made += 1
        return made

    def rules_of(self, path: str) -> Rules:
        """The rules of one path: calibrated where the plan has a baseline of its channel, else the common ones."""
        return rules_for(self.rules, self.baseline(path))

    def hurry(self, channel: str) -> None:
        """A first doubt: probe every ten seconds from now on instead of waiting for the next minute."""
        for delay in FAST_PROBES:
            body = json.dumps({"channel": channel})
            with suppress(Unavailable):  # the next minute's probes come anyhow
                self.queues.put(Note(queue="probes", body=body, delay=delay))

    def announce(self, flip: Flip) -> None:
        """Ring `tick` with a flip, which publishes it, and write it down; one in a maintenance is marked as planned.

        The message is as good as the ledger's entry. Raises Unavailable when neither could be written.
        """
        entry, told = entry_of(flip, self.vantage, planned=self.planned(flip.path, flip.at)), False
        with suppress(Unavailable):  # the next minute publishes it anyhow
            told = bool(self.queues.put(note_of(entry, flip.at)))
        try:
            self.ledger.append_once(STREAM, entry, flip.at)
        except Unavailable:
            if not told:
                raise
