"""Evidence as numbers: the rules' constants, and outcomes folded into the four integers of each score."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import log

from chalicelib.domain.model import EvidenceClass, Outcome, Signal

AGAINST = frozenset({Outcome.OUTAGE, Outcome.UNKNOWN})
BLOCKING = frozenset({Outcome.AUTH, Outcome.ACCOUNT})
HINTS = frozenset({EvidenceClass.ARRIVAL, EvidenceClass.CROWD})
"""Unusual silence and customers' words: they make us suspect a path, and are never a reason to leave it."""
SAID = HINTS | {EvidenceClass.VENDOR}
"""Classes whose newest signal takes the place of the last one: `Signal.weight` is the score."""
_FORGET = 10**9
"""More than any score: a score lowered by so much is forgotten."""


def _millinats(upper: float, lower: float) -> int:
    return round(1000 * log(upper / lower))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The constants of Page's cumulative sum test; scores are whole milli-nats, times whole seconds.

    A failure adds ln(p1/p0), a success ln((1-p1)/(1-p0)); the sum never falls below 0 and trips at `trip`.
    With p0 = 1 % and p1 = 30 % five straight failures trip and four do not, and 1 % of errors trips about
    once in e**13.8 = 10**6 outcomes. The fine score (2 % against 10 %) finds brown-outs that the coarse one
    is blind to (5 to 9 %); an outage never trips it first. A vendor's word and hints (Signal.weight) lower both
    thresholds by at most `prior_most` in all while they are no older than `prior_lasts`. `early_penalty` and
    `flapping` are thousandths of a flap: from there on good probes no longer shorten the dwell, and a trial lasts
    at least `long_trial`. An open class that is still being heard of needs `return_goods` good outcomes in a row.
    """

    p0: float = 0.01
    p1: float = 0.30
    trip: int = 13_800
    fine_p0: float = 0.02
    fine_p1: float = 0.10
    fine_trip: int = 13_800
    suspect_share: float = 0.25
    trial_goods: int = 12
    trial_shares: tuple[float, ...] = (0.10, 0.30, 0.90)
    early_goods: int = 3
    early_penalty: int = 1_500
    return_goods: int = 2
    flapping: int = 1_500
    long_trial: int = 90
    dwell: int = 30
    dwell_most: int = 600
    half_life: int = 900
    silence: int = 25
    stale_after: int = 180
    refresh: int = 45
    pace: int = 30
    pace_most: int = 3_600
    prior_most: int = 6_900
    prior_lasts: int = 600
    bad: int = field(init=False)
    good: int = field(init=False)
    fine_bad: int = field(init=False)
    fine_good: int = field(init=False)

    def __post_init__(self) -> None:
        computed = {
            "bad": _millinats(self.p1, self.p0),
            "good": _millinats(1 - self.p1, 1 - self.p0),
            "fine_bad": _millinats(self.fine_p1, self.fine_p0),
            "fine_good": _millinats(1 - self.fine_p1, 1 - self.fine_p0),
        }
        for name, value in computed.items():
            object.__setattr__(self, name, value)

    @property
    def suspect_from(self) -> int:
        """The score at which probes quicken: a quarter of the way, and never later than one fresh failure."""
        return min(int(self.trip * self.suspect_share), self.bad)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Outcomes of one class under one generation, folded: no outcome needs to be known one by one.

    A score S >= 0 becomes max(S + a, b); the highest score on the way, S itself included, is
    max(S + p, q); fa, fb, fp, fq are the same for the fine score. `good` counts the good outcomes since the
    last bad one. `blocked` and `throttled_until` belong to the path; a blocking outcome stays the
    `last_outcome`. `detail` is that of the last outcome that spoke against the path.
    """

    gen: int
    a: int = 0
    b: int = 0
    p: int = 0
    q: int = 0
    fa: int = 0
    fb: int = 0
    fp: int = 0
    fq: int = 0
    bad: int = 0
    good: int = 0
    last_at: datetime | None = None
    last_outcome: Outcome | None = None
    detail: str = ""
    latency: int = 0
    blocked: Outcome | None = None
    throttled_until: datetime | None = None

    @property
    def resets(self) -> bool:
        """True when a run of good outcomes starts again at `good` instead of growing by it."""
        return self.bad > 0

    @property
    def replaces(self) -> bool:
        """True when the score becomes `b` whatever it was: a vendor's newest word takes the place of its last."""
        return self.a <= -_FORGET

    def then(self, other: "Batch") -> "Batch":
        """This batch followed by a later one of the same generation. Raises ValueError when it is another."""
        if other.gen != self.gen:
            raise ValueError(f"generation {other.gen} cannot follow {self.gen}")
        return replace(
            other,
            a=self.a + other.a, b=max(self.b + other.a, other.b),
            p=max(self.p, self.a + other.p), q=max(self.q, self.b + other.p, other.q),
            fa=self.fa + other.fa, fb=max(self.fb + other.fa, other.fb),
            fp=max(self.fp, self.fa + other.fp), fq=max(self.fq, self.fb + other.fp, other.fq),
            bad=self.bad + other.bad,
            good=other.good if other.resets else self.good + other.good,
            last_outcome=other.blocked or self.blocked or other.last_outcome,
            detail=other.detail or self.detail,
            blocked=other.blocked or self.blocked,
            throttled_until=later(self.throttled_until, other.throttled_until),
        )  # fmt: skip


def batch_of(signals: Iterable[Signal], gen: int, rules: Rules) -> Batch | None:
    """The signals of one class, in their order, as a batch; None when none of them counts."""
    found: Batch | None = None
    for signal in signals:
        one = _single(signal, gen, rules)
        if one is not None:
            found = one if found is None else found.then(one)
    return found


def whole(moment: datetime) -> datetime:
    """The moment cut to whole milliseconds, which is what stores keep."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def later(first: datetime | None, second: datetime | None) -> datetime | None:
    """The later of two moments, either of which may be missing."""
    if first is None or second is None:
        return first or second
    return max(first, second)


def _single(signal: Signal, gen: int, rules: Rules) -> Batch | None:
    outcome = signal.outcome
    seen = Batch(gen=gen, last_at=whole(signal.at), last_outcome=outcome, latency=signal.latency)
    if signal.evidence in SAID:
        forget, said = -_FORGET, max(0, signal.weight)
        detail = signal.detail[:200] or outcome.value
        return replace(seen, a=forget, b=said, p=forget, q=said, fa=forget, fp=forget, detail=detail)
    if outcome is Outcome.OK:
        return replace(seen, a=rules.good, fa=rules.fine_good, good=1)
    told = replace(seen, detail=signal.detail[:200] or outcome.value)
    if outcome in AGAINST:
        bad, fine = rules.bad, rules.fine_bad
        return replace(told, a=bad, p=bad, fa=fine, fp=fine, bad=1)
    if outcome in BLOCKING:
        # a whole trip's worth: any score trips at once, without a rule of its own in the stores
        blocked = outcome if signal.evidence is EvidenceClass.HARD else None
        return replace(told, a=rules.trip, p=rules.trip, bad=1, blocked=blocked)
    if outcome is Outcome.THROTTLED:
        wait = min(signal.retry_after or rules.pace, rules.pace_most)
        return replace(told, throttled_until=whole(signal.at + timedelta(seconds=wait)))
    return None
