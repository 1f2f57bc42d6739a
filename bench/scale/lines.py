"""The functions' log lines, kept in memory, and what CloudWatch counts by them."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from logging import StreamHandler
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
    kept = StringIO()
    handlers = [each for each in log.logger().handlers if isinstance(each, StreamHandler)]
    before = [each.stream for each in handlers]
    for each in handlers:
        each.setStream(kept)
    try:
        yield kept
    finally:
        for each, stream in zip(handlers, before, strict=True):
            each.setStream(stream)
