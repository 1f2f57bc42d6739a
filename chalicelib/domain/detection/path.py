"""A path as the sum of its machines: one signal's effect, what time alone demands, what is worth a write."""

from dataclasses import replace
from datetime import datetime

from chalicelib.domain.detection.batch import HINTS, SAID, Batch, Rules, batch_of, later
from chalicelib.domain.detection.machine import ClassHealth, Flip, PathHealth, State, apply, demanded, flipped
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
    flip = wanted(seen, signal.evidence, signal.at, rules)
    return (_turned(seen, flip), flip) if flip else (seen, None)


def elapse(path: PathHealth, now: datetime, rules: Rules) -> tuple[PathHealth, tuple[Flip, ...]]:
    """What time alone demands: a trial when the dwell is over; also a flip whose writer died before it."""
    found = (wanted(path, each, now, rules) for each in path.classes)
    flips = tuple(flip for flip in found if flip)
    for flip in flips:
        path = _turned(path, flip)
    return path, flips


def prior(path: PathHealth | None, now: datetime, rules: Rules) -> int:
    """What the vendor says of a path and what hints at trouble, in milli-nats, 0 to `prior_most`; 0 when it is old."""
    return min(sum(_said(path, each, now, rules) for each in SAID), rules.prior_most) if path else 0


def hinted(path: PathHealth | None, now: datetime, rules: Rules) -> bool:
    """True while unusual silence or customers' words make the path suspect, whatever we measure."""
    return path is not None and any(_said(path, each, now, rules) for each in HINTS)


def wanted(path: PathHealth, evidence: EvidenceClass, now: datetime, rules: Rules) -> Flip | None:
    """The flip that a class of the path demands, with what others say; its reason names who spoke."""
    said = prior(path, now, rules)
    flip = demanded(path.path, evidence, path.classes[evidence], now, rules, prior=said)
    if flip is None or flip.because != "failures_and_page" or _said(path, EvidenceClass.VENDOR, now, rules):
        return flip
    return replace(flip, because="failures_and_hints")


def _said(path: PathHealth, evidence: EvidenceClass, now: datetime, rules: Rules) -> int:
    said = path.classes.get(evidence)
    if said is None or said.last_at is None or (now - said.last_at).total_seconds() > rules.prior_lasts:
        return 0
    return said.score


def worth_writing(batch: Batch, known: ClassHealth | None, rules: Rules) -> bool:
    """False for steady successes of a sound class whose stored evidence is still recent: nothing changes."""
    if batch.replaces:
        return batch.b > 0 or (known is not None and known.score > 0)
    if known is None or batch.bad or batch.throttled_until or known.state is not State.CLOSED:
        return True
    if known.score or known.fine or known.last_at is None or batch.last_at is None:
        return True
    return (batch.last_at - known.last_at).total_seconds() >= rules.refresh


def _with(path: PathHealth, evidence: EvidenceClass, cls: ClassHealth) -> PathHealth:
    return replace(path, classes={**path.classes, evidence: cls}, version=path.version + 1)


def _turned(path: PathHealth, flip: Flip) -> PathHealth:
    turned = _with(path, flip.evidence, flipped(path.classes[flip.evidence], flip))
    return replace(turned, blocked=None) if flip.unblocks else turned
