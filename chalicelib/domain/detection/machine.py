"""The machine of one evidence class of a path: what a fold does to it, and which flip it then demands."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.detection.batch import BLOCKING, SAID, Batch, Rules, whole
from chalicelib.domain.model import EvidenceClass, Outcome

MEASURES = frozenset({EvidenceClass.HARD, EvidenceClass.SILENT})
WORDS = SAID | {EvidenceClass.PLANNED}
"""What others say or plan, and what only hints: it neither makes a state nor is it one."""


class State(StrEnum):
    """CLOSED: in use. OPEN: avoided. TRIAL: a share is let through. "Suspect" is derived, never stored."""

    CLOSED = "closed"
    OPEN = "open"
    TRIAL = "trial"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassHealth:
    """One class of one path. Scores are milli-nats >= 0, `penalty` thousandths of a flap at `penalty_at`.

    `peak` and `fine_peak` are the highest scores of the last fold, the score before it included; `run` the
    good outcomes in a row; `until` the end of the dwell; `latency` milliseconds. Times are aware UTC in whole
    milliseconds.
    """

    state: State = State.CLOSED
    gen: int = 0
    score: int = 0
    fine: int = 0
    peak: int = 0
    fine_peak: int = 0
    run: int = 0
    penalty: int = 0
    penalty_at: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    last_at: datetime | None = None
    last_outcome: Outcome | None = None
    detail: str = ""
    latency: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PathHealth:
    """All that evidence says of one path. `blocked`: how the account was refused, until hard closes."""

    path: str
    classes: Mapping[EvidenceClass, ClassHealth] = field(default_factory=dict)
    blocked: Outcome | None = None
    throttled_until: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """A change of state with its reason; everything that a store writes over the class (see `flipped`).

    `gen` is the new generation, `until` the end of the dwell when `after` is OPEN. `because` is one of
    failures, brownout, failures_and_page (fewer sufficed, for the vendor's page speaks of trouble),
    failures_and_hints (likewise, for unusual silence or customers' words do), account, trial_failed, trial_passed,
    dwell_over, probes_good; `score` the peak that tripped it, `detail` the last word against the path, for
    announcements.
    """

    path: str
    evidence: EvidenceClass
    before: State
    after: State
    gen: int
    at: datetime
    because: str
    until: datetime | None = None
    penalty: int = 0
    penalty_at: datetime | None = None
    score: int = 0
    detail: str = ""

    @property
    def unblocks(self) -> bool:
        """True when a store must also remove the path's `blocked`."""
        return self.after is State.CLOSED and self.evidence is EvidenceClass.HARD


def apply(cls: ClassHealth, batch: Batch, now: datetime) -> ClassHealth | None:
    """What a store's fold does to a class (missing: `ClassHealth()`); None when the generation moved on."""
    if cls.gen != batch.gen:
        return None
    return replace(
        cls,
        score=max(cls.score + batch.a, batch.b),
        fine=max(cls.fine + batch.fa, batch.fb),
        peak=max(cls.score + batch.p, batch.q),
        fine_peak=max(cls.fine + batch.fp, batch.fq),
        run=batch.good if batch.resets else cls.run + batch.good,
        since=cls.since or whole(now),
        last_at=batch.last_at,
        last_outcome=batch.last_outcome,
        detail=batch.detail or cls.detail,
        latency=batch.latency,
    )


def flipped(cls: ClassHealth, flip: Flip) -> ClassHealth:
    """The class after a flip: a new state and generation, its counts at zero, its last evidence kept."""
    return replace(
        cls, state=flip.after, gen=flip.gen, score=0, fine=0, peak=0, fine_peak=0, run=0,
        penalty=flip.penalty, penalty_at=flip.penalty_at, since=flip.at, until=flip.until,
    )  # fmt: skip


def demanded(
    path_id: str, evidence: EvidenceClass, cls: ClassHealth, now: datetime, rules: Rules, *, prior: int = 0
) -> Flip | None:  # the prior is another class's, which only some classes listen to
    """The flip that a class demands after a fold or as time goes by: trip, trial, re-open, close, or none.

    `prior` is the vendor's word in milli-nats: it lowers the thresholds of the classes that measure, and is itself
    never a reason to flip.
    """
    if evidence in WORDS:
        return None
    after, because = _next(cls, now, rules, prior if evidence in MEASURES else 0)
    if after is cls.state:
        return None
    at, penalty, until = whole(now), cls.penalty, None
    if after is State.OPEN:
        # only a departure is a flap: a trial that fails was no return, and is not held against the path
        penalty = cls.penalty if cls.state is State.TRIAL else decayed(cls, now, rules) + 1000
        until = at + timedelta(milliseconds=dwell_ms(penalty, rules))
    return Flip(
        path=path_id, evidence=evidence, before=cls.state, after=after, gen=cls.gen + 1, at=at,
        because=because, until=until, penalty=penalty, penalty_at=at if until else cls.penalty_at,
        score=max(cls.peak, cls.score), detail=cls.detail,
    )  # fmt: skip


def decayed(cls: ClassHealth, now: datetime, rules: Rules) -> int:
    """The penalty that is left now: it halves every `half_life`."""
    if cls.penalty_at is None:
        return 0
    return round(cls.penalty * 2 ** (-max(0.0, (now - cls.penalty_at).total_seconds()) / rules.half_life))


def dwell_ms(penalty: int, rules: Rules) -> int:
    """How long an open class rests, in milliseconds: doubled by each flap that is not yet forgotten."""
    return min(rules.dwell_most * 1000, round(rules.dwell * 1000 * 2 ** min((penalty - 1000) / 1000, 20)))


def _next(cls: ClassHealth, now: datetime, rules: Rules, prior: int) -> tuple[State, str]:
    peak = max(cls.peak, cls.score)
    blocked = cls.last_outcome in BLOCKING
    if cls.state is State.OPEN:
        return _from_open(cls, now, rules)
    if cls.state is State.TRIAL:
        return _from_trial(cls, now, rules)
    if peak >= rules.trip:
        return State.OPEN, "account" if blocked else "failures"
    fine = max(cls.fine_peak, cls.fine) >= rules.fine_trip
    if fine:
        return State.OPEN, "brownout"
    return (State.OPEN, "failures_and_page") if _warned(cls, now, rules, prior) else (State.CLOSED, "")


def _warned(cls: ClassHealth, now: datetime, rules: Rules, prior: int) -> bool:
    """Do recent scores (not past peaks) reach the thresholds that the vendor's word has lowered?"""
    if prior <= 0 or cls.last_at is None or (now - cls.last_at).total_seconds() > rules.stale_after:
        return False
    return cls.score >= rules.trip - prior or cls.fine >= rules.fine_trip - prior


def _from_trial(cls: ClassHealth, now: datetime, rules: Rules) -> tuple[State, str]:
    """A path that flaps must do well for longer than it did before; meanwhile one stray failure starts it anew."""
    flapping = decayed(cls, now, rules) >= rules.flapping
    if max(cls.peak, cls.score) > (rules.bad if flapping else 0):
        return State.OPEN, "account" if cls.last_outcome in BLOCKING else "trial_failed"
    lasted = (now - cls.since).total_seconds() if cls.since else 0.0
    if cls.run >= rules.trial_goods and (not flapping or lasted >= rules.long_trial):
        return State.CLOSED, "trial_passed"
    return State.TRIAL, ""


def _from_open(cls: ClassHealth, now: datetime, rules: Rules) -> tuple[State, str]:
    if cls.until is None or now >= cls.until:
        # while evidence comes, it must be good: no contact is spent on learning what probes know already
        heard = cls.last_at is not None and (now - cls.last_at).total_seconds() < rules.silence
        if not heard or cls.run >= rules.return_goods:
            return State.TRIAL, "dwell_over"
    early = cls.run >= rules.early_goods and decayed(cls, now, rules) < rules.early_penalty
    return (State.TRIAL, "probes_good") if early else (State.OPEN, "")
