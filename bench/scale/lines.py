"""The functions' log lines, kept in memory, and what CloudWatch counts by them."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

from chalicelib.handlers import log

Json = dict[str, Any]


def metrics(line: Json) -> Iterator[str]:
    """What CloudWatch counts by this log line: each name with the values of its dimensions is a metric of its own."""
    for directive in line.get("_aws", {}).get("CloudWatchMetrics", ()):
        for names in directive["Dimensions"]:
            place = ",".join(f"{name}={line.get(name, '')}" for name in names)
            yield from (f"{directive['Namespace']}[{place}]{each['Name']}" for each in directive["Metrics"])


@contextmanager
def told() -> Iterator[StringIO]:
    """The functions' log lines, kept in memory."""
    kept, handlers = StringIO(), log.logger().handlers
    before = [getattr(each, "stream", None) for each in handlers]
    for each in handlers:
        each.setStream(kept)  # type: ignore[attr-defined] # Powertools' logger has one stream handler
    try:
        yield kept
    finally:
        for each, stream in zip(handlers, before, strict=True):
            each.setStream(stream)  # type: ignore[attr-defined]
