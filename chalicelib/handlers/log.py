"""The one log line of an event, on standard error, which is also its metric (CloudWatch embedded format)."""

import sys
from collections.abc import Mapping
from functools import cache

from aws_lambda_powertools import Logger

METRICS = ("Accepted", "Refused", "Overflowed")
NAMESPACE = "Bascule"


@cache
def logger() -> Logger:
    """This container's logger. Standard error: the local stack waits for a line there."""
    return Logger(service="bascule", stream=sys.stderr)


def line(message: str, **fields: object) -> None:
    """Write one line; empty fields are left out. Callers hand in no personal data and no secret."""
    logger().info(
        message, extra={name: value for name, value in fields.items() if value not in (None, "", 0, False)}
    )


def counted(message: str, counts: Mapping[str, int], at: int, **fields: object) -> None:
    """Write one line that CloudWatch also counts. Three metrics in all, with no dimension but the stage's log group."""
    told = {name: counts[name] for name in METRICS if counts.get(name)}
    if told:
        metrics = [{"Name": name, "Unit": "Count"} for name in told]
        directive = {"Namespace": NAMESPACE, "Dimensions": [["service"]], "Metrics": metrics}
        fields["_aws"] = {"Timestamp": at, "CloudWatchMetrics": [directive]}
    line(message, **fields, **told)
