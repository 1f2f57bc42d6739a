"""A path as the sum of its machines: one signal's effect, and what time alone demands."""

from dataclasses import replace
from datetime import datetime

from chalicelib.domain.health_batch import Rules, batch_of, later
from chalicelib.domain.health_machine import ClassHealth, Flip, PathHealth, apply, demanded, flipped
from chalicelib.domain.model import EvidenceClass, Signal


def observe(path: PathHealth, signal: Signal, rules: Rules) -> tuple[PathHealth, Flip | None]:
    """One signal's effect: the reference semantics that batches and stores must equal."""
    known = path.classes.get(signal.evidence, ClassHealth())
    batch = batch_of((signal,), known.gen, rules)
    cls = apply(known, batch, signal.at) if batch else None
    if batch is None or cls is None:
        return path, None
    seen = _with(path, signal.evidence, cls)
    paced = later(path.throttled_until, batch.throttled_until)
    seen = replace(seen, blocked=batch.blocked or path.blocked, throttled_until=paced)
    flip = demanded(path.path, signal.evidence, cls, signal.at, rules)
    return (_turned(seen, flip), flip) if flip else (seen, None)


def elapse(path: PathHealth, now: datetime, rules: Rules) -> tuple[PathHealth, tuple[Flip, ...]]:
    """What time alone demands: a trial when the dwell is over; also a flip whose writer died before it."""
    found = (demanded(path.path, evidence, cls, now, rules) for evidence, cls in path.classes.items())
    flips = tuple(flip for flip in found if flip)
    for flip in flips:
        path = _turned(path, flip)
    return path, flips


def _with(path: PathHealth, evidence: EvidenceClass, cls: ClassHealth) -> PathHealth:
    return replace(path, classes={**path.classes, evidence: cls}, version=path.version + 1)


def _turned(path: PathHealth, flip: Flip) -> PathHealth:
    turned = _with(path, flip.evidence, flipped(path.classes[flip.evidence], flip))
    return replace(turned, blocked=None) if flip.unblocks else turned
