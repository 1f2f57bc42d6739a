"""The machine of one evidence class of a path: what a fold does to it, and which flip it then demands."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.health_batch import AGAINST, BLOCKING, Batch, Rules, whole
from chalicelib.domain.model import EvidenceClass, Outcome


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
    failures, brownout, account, trial_failed, trial_passed, dwell_over, probes_good; `score` the peak that
    tripped it, `detail` the last word against the path, for announcements.
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
    path_id: str, evidence: EvidenceClass, cls: ClassHealth, now: datetime, rules: Rules
) -> Flip | None:
    """The flip that a class demands after a fold or as time goes by: trip, trial, re-open, close, or none."""
    after, because = _next(cls, now, rules)
    if after is cls.state:
        return None
    at, penalty, until = whole(now), cls.penalty, None
    if after is State.OPEN:
        penalty = decayed(cls, now, rules) + 1000
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


def worth_writing(batch: Batch, known: ClassHealth | None, rules: Rules) -> bool:
    """False for steady successes of a sound class whose stored evidence is still recent: nothing changes."""
    if known is None or batch.bad or batch.throttled_until or known.state is not State.CLOSED:
        return True
    if known.score or known.fine or known.last_at is None or batch.last_at is None:
        return True
    return (batch.last_at - known.last_at).total_seconds() >= rules.refresh


def _next(cls: ClassHealth, now: datetime, rules: Rules) -> tuple[State, str]:
    peak = max(cls.peak, cls.score)
    blocked = cls.last_outcome in BLOCKING
    if cls.state is State.OPEN:
        return _from_open(cls, now, rules)
    if cls.state is State.TRIAL:
        if peak > 0:
            return State.OPEN, "account" if blocked else "trial_failed"
        return (State.CLOSED, "trial_passed") if cls.run >= rules.trial_goods else (State.TRIAL, "")
    if peak >= rules.trip:
        return State.OPEN, "account" if blocked else "failures"
    fine = max(cls.fine_peak, cls.fine) >= rules.fine_trip
    return (State.OPEN, "brownout") if fine else (State.CLOSED, "")


def _from_open(cls: ClassHealth, now: datetime, rules: Rules) -> tuple[State, str]:
    if cls.until is None or now >= cls.until:
        # fresh failures keep it open, so that no contact is spent on learning what probes know already
        failing = cls.run == 0 and cls.last_outcome in AGAINST | BLOCKING
        if not (failing and cls.last_at and (now - cls.last_at).total_seconds() < rules.silence):
            return State.TRIAL, "dwell_over"
    early = cls.run >= rules.early_goods and decayed(cls, now, rules) < rules.early_penalty
    return (State.TRIAL, "probes_good") if early else (State.OPEN, "")
