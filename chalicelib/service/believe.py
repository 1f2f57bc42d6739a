"""Folds evidence into the health table: one conditional write when it matters, none when all is well; flips ring."""

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.domain.health import (
    ClassHealth,
    Flip,
    PathHealth,
    Rules,
    batch_of,
    demanded,
    elapse,
    prior,
    worth_writing,
)
from chalicelib.domain.health_machine import WORDS
from chalicelib.domain.model import Signal
from chalicelib.domain.snapshot import millis
from chalicelib.ports import HealthStore, Ledger, Note, Queues, Stale, Unavailable

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
    planned: Callable[[str, datetime], bool] = lambda _path, _at: False
    """True while a path is in maintenance: its flips are then no incidents."""

    def learn(
        self, path: str, signal: Signal, known: PathHealth | None, weights: Rules | None = None
    ) -> Flip | None:
        """Take one signal in; `known` is the path as read before (None: never seen). Returns the flip this made.

        `weights` are rules that weigh this path's observations otherwise (receipts); thresholds stay ours.
        """
        before = known.classes.get(signal.evidence) if known else None
        batch = batch_of([signal], before.gen if before else 0, weights or self.rules)
        if batch is None or not worth_writing(batch, before, self.rules):
            return None
        try:
            after = self.health.fold(path, signal.evidence, batch, signal.at)
        except Stale:
            return None
        return None if signal.evidence in WORDS else self._followed(path, signal, known, after)

    def _followed(
        self, path: str, signal: Signal, known: PathHealth | None, after: ClassHealth
    ) -> Flip | None:
        before = known.classes.get(signal.evidence) if known else None
        if after.score >= self.rules.suspect_from and (
            before is None or before.score < self.rules.suspect_from
        ):
            self._hurry(path)
        said = prior(known, signal.at, self.rules)
        flip = demanded(path, signal.evidence, after, signal.at, self.rules, prior=said)
        if flip is None or not self.health.flip(path, after, flip):
            return None
        self.announce(flip)
        return flip

    def elapse(self, paths: Iterable[PathHealth], now: datetime) -> int:
        """Make the flips that time alone demands of paths as they were read; returns how many were ours to make."""
        made = 0
        for path in paths:
            for flip in elapse(path, now, self.rules)[1]:
                if self.health.flip(path.path, path.classes[flip.evidence], flip):
                    self.announce(flip)
                    made += 1
        return made

    def _hurry(self, path: str) -> None:
        """A first doubt: probe every ten seconds from now on instead of waiting for the next minute."""
        for delay in FAST_PROBES:
            body = json.dumps({"channel": path.partition("#")[0]})
            with suppress(Unavailable):  # the next minute's probes come anyhow
                self.queues.put(Note(queue="probes", body=body, delay=delay))

    def announce(self, flip: Flip) -> None:
        """Write a flip down and ring `tick`, which publishes it; one in a maintenance is marked as planned."""
        entry = {
            "path": flip.path,
            "class": flip.evidence.value,
            "before": flip.before.value,
            "after": flip.after.value,
            "gen": str(flip.gen),
            "because": flip.because,
            "detail": flip.detail,
            "vantage": self.vantage,
        }
        if self.planned(flip.path, flip.at):
            entry["planned"] = "true"
        with suppress(Unavailable):  # the next minute publishes it anyhow
            self.queues.put(Note(queue="flips", body=json.dumps({**entry, "at": millis(flip.at)})))
        self.ledger.append("flips", entry, flip.at)
