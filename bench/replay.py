"""One detector over one course of events on a virtual clock, and what it cost: what was lost, seen, diverted."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean, median, quantiles
from typing import Protocol

from bench.faults import WELL, Fault, Reply, reply

GRACE = 60.0
"""Seconds after a trouble in which what it left behind (slow answers, receipts) may still speak."""


class Detector(Protocol):
    """Routes contacts to a provider or past it. `turns` are its changes: (second, all is well)."""

    name: str
    turns: list[tuple[float, bool]]

    def until(self, second: float) -> None:
        """Do what is due up to this moment."""
        ...

    def contact(self, second: float, key: str, answer: Reply) -> bool:
        """True when the contact was given to the provider, which did `answer` with it; False when it went elsewhere."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run found; `detections` and `recoveries` are seconds, one per trouble that was seen or survived."""

    contacts: int
    troubled: int
    lost: int
    diverted: int
    spans: int
    detections: tuple[float, ...]
    recoveries: tuple[float, ...]
    switches: int
    false_switches: int


def replay(detector: Detector, fault: Fault, trace: Iterable[tuple[float, float]]) -> Run:
    """Play every contact; those that go elsewhere are served there."""
    total = troubled = lost = diverted = 0
    for number, (second, chance) in enumerate(trace):
        detector.until(second)
        span = fault.at(second)
        answer = reply(span, chance)
        given = detector.contact(second, f"{number:x}", answer)
        total += 1
        if span is None:
            diverted += not given
        else:
            troubled += 1
            lost += given and answer is not WELL
    end = fault.stretches[-1][1]
    detector.until(end)
    return _judged(detector.turns, fault, end, (total, troubled, lost, diverted))


def _judged(
    turns: list[tuple[float, bool]], fault: Fault, end: float, counts: tuple[int, int, int, int]
) -> Run:
    moments = [second for second, _ in turns]
    left = [second for second, well in turns if not well]
    detections, recoveries = [], []
    for number, span in enumerate(fault.spans):
        upto = fault.spans[number + 1].start if number + 1 < len(fault.spans) else end
        before = bisect_right(moments, span.start) - 1
        seen = span.start if before >= 0 and not turns[before][1] else _first(left, span.start, span.end)
        if seen is not None:
            detections.append(seen - span.start)
        at_end = bisect_right(moments, span.end) - 1
        back = _first([s for s, well in turns[at_end + 1 :] if well], span.end, upto)
        if at_end >= 0 and not turns[at_end][1] and back is not None:
            recoveries.append(back - span.end)
    false = [s for s in left if not any(span.start <= s <= span.end + GRACE for span in fault.spans)]
    total, troubled, lost, diverted = counts
    return Run(
        contacts=total, troubled=troubled, lost=lost, diverted=diverted, spans=len(fault.spans),
        detections=tuple(detections), recoveries=tuple(recoveries), switches=len(left), false_switches=len(false),
    )  # fmt: skip


def _first(moments: list[float], begin: float, end: float) -> float | None:
    return next((moment for moment in moments if begin <= moment < end), None)


def row(detector: str, fault: str, rate: float, runs: list[Run], microseconds: float) -> dict[str, object]:
    """The published row: medians over all troubles of all runs, counts per run, shares of all contacts concerned."""
    seen = sorted(s for run in runs for s in run.detections)
    back = [s for run in runs for s in run.recoveries]
    spans, troubled = sum(run.spans for run in runs), sum(run.troubled for run in runs)
    healthy = sum(run.contacts for run in runs) - troubled
    return {
        "detector": detector,
        "fault": fault,
        "contacts_per_second": round(rate, 4),
        "lost_percent": _share(sum(run.lost for run in runs), troubled),
        "detect_median_seconds": round(median(seen), 1) if seen else None,
        "detect_p95_seconds": round(_p95(seen), 1) if seen else None,
        "detected_share": round(len(seen) / spans, 3) if spans else None,
        "switches": round(fmean(run.switches for run in runs), 2),
        "false_switches": round(fmean(run.false_switches for run in runs), 2),
        "diverted_percent": _share(sum(run.diverted for run in runs), healthy),
        "recovery_seconds": round(median(back), 1) if back else None,
        "microseconds_per_observation": round(microseconds, 2),
    }


def _share(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 2) if whole else None


def _p95(found: list[float]) -> float:
    return quantiles(found, n=20, method="inclusive")[-1] if len(found) > 1 else found[0]
