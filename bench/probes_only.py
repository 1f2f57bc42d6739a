"""Paths without traffic: what one probe a minute (six when in doubt) finds, and how often it is wrong."""

from bench.faults import DAY, HOUR, Fault, Span
from bench.our_detector import Bascule
from bench.replay import Run, replay, row

LIMITS = {"total outage": (1.0, 300.0), "50 % loss": (0.5, 900.0), "20 % loss": (0.2, 3_600.0)}
"""Share of failures, and the most seconds that the detection may take in 95 of 100 cases."""


def probes_only(seeds: int) -> list[dict[str, object]]:
    """Detection by probes alone, and false incidents in thirty days of ten paths at 1 % of noise."""
    found: list[dict[str, object]] = []
    for name, (share, most) in LIMITS.items():
        span = Span(start=HOUR, end=4 * HOUR, kind="hard", share=share)
        fault = Fault(name=name, spans=(span,), stretches=((0.0, 4 * HOUR),))
        runs = [_alone(fault, seed) for seed in range(seeds)]
        seen = row("bascule", name, 0.0, runs, 0.0)
        p95 = seen["detect_p95_seconds"]
        met = isinstance(p95, float) and p95 <= most and seen["detected_share"] == 1.0
        found.append({"fault": name, "detected_share": seen["detected_share"],
                      "detect_median_seconds": seen["detect_median_seconds"],
                      "detect_p95_seconds": p95, "most": most, "met": met})  # fmt: skip
    return found


def false_incidents(paths: int, days: int) -> dict[str, object]:
    """Switches of sound paths of which 1 % of the probes fail (half of it comes with the bench's own noise)."""
    end = days * DAY
    noise = Fault(
        name="noise", spans=(Span(start=0, end=end, kind="hard", share=0.00503),), stretches=((0.0, end),)
    )
    wrong = sum(_alone(noise, seed).switches for seed in range(paths))
    return {
        "fault": "1 % noise",
        "paths": paths,
        "days": days,
        "false_incidents": wrong,
        "most": 1,
        "met": wrong <= 1,
    }


def _alone(fault: Fault, seed: int) -> Run:
    return replay(Bascule(fault=fault, seed=seed), fault, ())
