"""The one log line of an event, on standard error, which is also its metrics (CloudWatch embedded format)."""

import sys
from collections.abc import Mapping
from functools import cache

from aws_lambda_powertools import Logger

from chalicelib import wiring

NAMESPACE = "Bascule"
METRICS: Mapping[str, tuple[str, str]] = {
    "Accepted": ("Count", ""),
    "Overflowed": ("Count", ""),
    "Refused": ("Count", "refusal"),
    "Unserved": ("Count", "lane"),
    "OldestDue": ("Seconds", ""),
    "SnapshotAge": ("Seconds", ""),
    "SchedulerLateness": ("Seconds", ""),
    "AnchorsMissed": ("Count", ""),
    "AnchorsBroken": ("Count", ""),
    "InDoubt": ("Count", ""),
    "Repeated": ("Count", ""),
}
"""Unit, and the field of the line that is a dimension beside `stage`: closed lists only, for each value costs."""


@cache
def logger() -> Logger:
    """This container's logger. Standard error: the local stack waits for a line there."""
    return Logger(service="bascule", stream=sys.stderr)


def line(message: str, **fields: object) -> None:
    """Write one line; empty fields are left out, but no metric is. Callers hand in no personal data and no secret."""
    kept = {n: value for n, value in fields.items() if n in METRICS or value not in (None, "", 0, False)}
    logger().info(message, extra=kept)


def counted(message: str, counts: Mapping[str, int], at: int, **fields: object) -> None:
    """Write one line that CloudWatch also counts: those of `counts` that are more than none."""
    line(message, **fields, **measured({name: count for name, count in counts.items() if count}, at))


def measured(told: Mapping[str, int], at: int) -> dict[str, object]:
    """The fields that make a line tell these metrics of the time `at` (milliseconds).

    The line must hold the dimension's field too. A metric of zeros and ones has a share as its average. Nothing
    told, no fields. Format: the embedded metric format specification, one directive for each set of dimensions.
    """
    if not told:
        return {}
    sets: dict[str, list[dict[str, str]]] = {}
    for name in told:
        unit, dimension = METRICS[name]
        sets.setdefault(dimension, []).append({"Name": name, "Unit": unit})
    directives = [
        {
            "Namespace": NAMESPACE,
            "Dimensions": [["stage", dimension] if dimension else ["stage"]],
            "Metrics": metrics,
        }
        for dimension, metrics in sets.items()
    ]
    stage = wiring.current().settings.stage
    return {**told, "stage": stage, "_aws": {"Timestamp": at, "CloudWatchMetrics": directives}}
