"""Is it a loss or is it chance? A sequential test of one send after the other, with its error rates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import exp, log

THRESHOLD = 13.8
"""Natural logarithm of a million: the detector's own."""
MISS = 0.001
ALARM = 0.001
LEAST_USUAL = 0.0075
"""A share of missing receipts that no provider is blamed for."""


class Said(StrEnum):
    """LOSS: chance does not explain it. NO_LOSS: a loss from the beginning is excluded. UNDECIDED: too little seen."""

    LOSS = "loss"
    NO_LOSS = "no_loss"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the test says after `seen` observations; `score` is the highest that the cumulative sum stood at, in nats.

    `crossed` is the number (1, 2, ...) of the observation at which it reached `threshold`, `began` that of the first
    one of the run that led there. `false_alarm` bounds the chance of LOSS among so many observations when all is
    well, `miss` that of NO_LOSS while p1 are lost.
    """

    said: Said
    seen: int
    p0: float
    p1: float
    score: float
    threshold: float
    false_alarm: float
    miss: float
    crossed: int = 0
    began: int = 0


def verdict(lost: Iterable[bool], p0: float, p1: float, threshold: float = THRESHOLD) -> Verdict:
    """The verdict on sends in their order (True: lost), between a usual share of losses p0 and one of p1 > p0.

    Each adds its log-likelihood ratio: ln(p1/p0) or ln((1-p1)/(1-p0)). The sum that never falls below zero (E. S. Page,
    Continuous inspection schemes, Biometrika 41 (1954), 100-115) finds a loss that begins at any time. It starts a
    test at each observation, and each such test reaches h by chance at most once in e**h (Wald's inequality): among n
    observations at most n times that. The plain sum from the first on, A. Wald's sequential probability ratio test
    (Sequential tests of statistical hypotheses, Ann. Math. Stat. 16 (1945), 117-186), excludes p1 once it falls to
    ln(miss), wrongly at most with chance `miss`. Raises ValueError unless 0 < p0 < p1 < 1.
    """
    if not 0 < p0 < p1 < 1:
        raise ValueError("0 < p0 < p1 < 1 must hold")
    walk, steps = _Walk(), {True: log(p1 / p0), False: log((1 - p1) / (1 - p0))}
    for one in lost:
        walk.add(steps[one], threshold)
    excluded = walk.lowest <= log(MISS)
    return Verdict(
        said=Said.LOSS if walk.crossed else Said.NO_LOSS if excluded else Said.UNDECIDED,
        seen=walk.seen, p0=p0, p1=p1, score=walk.highest, threshold=threshold,
        false_alarm=min(1.0, walk.seen * exp(-threshold)), miss=MISS, crossed=walk.crossed, began=walk.began,
    )  # fmt: skip


def found_out(lost: Sequence[bool], usual: float, alarm: float = ALARM) -> Verdict:
    """The verdict on a whole record, of which `usual` is the share of losses when all is well.

    Two tests side by side, one for small losses (10 points more) and one for grave ones (25 points more); thresholds
    such that both together call chance a loss at most with chance `alarm`, which `false_alarm` then says. The first
    to cross speaks; if none does, the one for small losses.
    """
    p0 = min(max(LEAST_USUAL, usual), 0.5)
    threshold = log(max(1, 2 * len(lost)) / alarm)
    fine, grave = (verdict(lost, p0, min(p0 + more, 0.95), threshold) for more in (0.10, 0.25))
    crossed = [one for one in (fine, grave) if one.crossed]
    said = min(crossed, key=lambda one: one.crossed) if crossed else fine
    return replace(said, false_alarm=min(1.0, 2 * said.false_alarm))


@dataclass(slots=True)
class _Walk:
    """Both sums side by side."""

    seen: int = 0
    total: float = 0.0
    lowest: float = 0.0
    score: float = 0.0
    highest: float = 0.0
    start: int = 0
    crossed: int = 0
    began: int = 0

    def add(self, step: float, threshold: float) -> None:
        self.seen += 1
        self.total += step
        self.lowest = min(self.lowest, self.total)
        self.start = self.seen if self.score == 0 else self.start
        self.score = max(0.0, self.score + step)
        self.highest = max(self.highest, self.score)
        if self.score >= threshold and not self.crossed:
            self.crossed, self.began = self.seen, self.start
