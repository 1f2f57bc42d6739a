"""Calibration: a path's own baseline, counted hour by hour, and the rules that are right for it."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from math import sqrt

from chalicelib.domain.detection.baseline import Baseline
from chalicelib.domain.detection.batch import Rules

ENOUGH = 1_000
"""Fewer outcomes than this say too little: the rules stay as they are."""
MOST_P0 = 0.45
_Z = 1.96


def baseline(hours: Iterable[tuple[int, int]]) -> Baseline:
    """The baseline of (outcomes, bad ones) per hour; leave out the hours of known incidents."""
    counted = [(seen, bad) for seen, bad in hours if seen > 0]
    seen, bad = sum(n for n, _ in counted), sum(k for _, k in counted)
    rate = bad / seen if seen else 0.0
    if not 0 < rate < 1 or len(counted) < 2:  # noqa: PLR2004 - a variance needs two
        return Baseline(seen=seen, bad=bad)
    squares = sum((k - n * rate) ** 2 / (n * rate * (1 - rate)) for n, k in counted)
    return Baseline(seen=seen, bad=bad, spread=max(1.0, squares / (len(counted) - 1)))


def calibrated(rules: Rules, found: Baseline) -> Rules:
    """The rules with p0 at twice the baseline's upper bound, and thresholds raised by what clumps.

    A cumulative sum of outcomes whose variance is `spread` times that of independent ones reaches a threshold
    about as often as independent ones reach a threshold smaller by that factor (the exponent of its tail is
    twice the drift over the variance), so the threshold is raised by it. A path that does better than the rules
    expect keeps them.
    """
    if found.seen < ENOUGH:
        return rules
    usual = upper(found.bad, found.seen)
    p0 = min(max(rules.p0, 2 * usual), MOST_P0)
    fine_p0 = min(max(rules.fine_p0, 2 * usual), MOST_P0)
    return replace(
        rules, p0=p0, p1=max(rules.p1, p0 + 0.25), fine_p0=fine_p0,
        fine_p1=fine_p0 + 0.10 if fine_p0 > rules.fine_p0 else rules.fine_p1,
        trip=round(rules.trip * found.spread), fine_trip=round(rules.fine_trip * found.spread),
    )  # fmt: skip


@cache
def rules_for(rules: Rules, found: Baseline | None) -> Rules:
    """The rules for a path with this baseline, or as they are without one; counted once for each baseline."""
    return rules if found is None else calibrated(rules, found)


def upper(bad: int, seen: int) -> float:
    """The upper end of Wilson's 95 % interval of a share."""
    rate, square = bad / seen, _Z * _Z
    middle = rate + square / (2 * seen)
    half = _Z * sqrt(rate * (1 - rate) / seen + square / (4 * seen * seen))
    return (middle + half) / (1 + square / seen)


__all__ = ["ENOUGH", "MOST_P0", "Baseline", "baseline", "calibrated", "rules_for", "upper"]
