"""Folds evidence into the health table: one conditional write when it matters, none when all is well; flips ring."""

import json
from dataclasses import dataclass, field

from chalicelib.domain.health import Flip, PathHealth, Rules, batch_of, demanded, worth_writing
from chalicelib.domain.model import Signal
from chalicelib.domain.snapshot import millis
from chalicelib.ports import HealthStore, Ledger, Note, Queues, Stale

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

    def learn(self, path: str, signal: Signal, known: PathHealth | None) -> Flip | None:
        """Take one signal in; `known` is the path as read before (None: never seen). Returns the flip this made."""
        before = known.classes.get(signal.evidence) if known else None
        batch = batch_of([signal], before.gen if before else 0, self.rules)
        if batch is None or not worth_writing(batch, before, self.rules):
            return None
        try:
            after = self.health.fold(path, signal.evidence, batch, signal.at)
        except Stale:
            return None
        if after.score >= self.rules.suspect_from and (
            before is None or before.score < self.rules.suspect_from
        ):
            self._hurry(path)
        flip = demanded(path, signal.evidence, after, signal.at, self.rules)
        if flip is None or not self.health.flip(path, after, flip):
            return None
        self.announce(flip)
        return flip

    def _hurry(self, path: str) -> None:
        """A first doubt: probe every ten seconds from now on instead of waiting for the next minute."""
        for delay in FAST_PROBES:
            body = json.dumps({"channel": path.partition("#")[0]})
            self.queues.put(Note(queue="probes", body=body, delay=delay))

    def announce(self, flip: Flip) -> None:
        """Write a flip down and ring `tick`, which publishes it."""
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
        self.ledger.append("flips", entry, flip.at)
        self.queues.put(Note(queue="flips", body=json.dumps({**entry, "at": millis(flip.at)})))
