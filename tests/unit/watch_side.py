"""CloudWatch's side of what the product tells: metrics read out of log lines, and alarms that ring by them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from chalicelib.handlers.log import METRICS, NAMESPACE
from infra.alarms import alarms
from tests.world import SETTINGS

MINUTE = 60_000
STATISTICS = {"Sum": sum, "Maximum": max, "Minimum": min, "Average": fmean, "SampleCount": len}
Key = tuple[str, tuple[tuple[str, str], ...]]


def told(records: Iterable[Any]) -> dict[Key, list[tuple[int, int]]]:
    """Metrics as CloudWatch reads them: name and dimensions but the stage -> (milliseconds, value)."""
    found: dict[Key, list[tuple[int, int]]] = {}
    for each in (vars(record) for record in records if hasattr(record, "_aws")):
        at = each["_aws"]["Timestamp"]
        assert isinstance(at, int)
        for directive in each["_aws"]["CloudWatchMetrics"]:
            assert directive["Namespace"] == NAMESPACE
            [[stage, *dimensions]] = directive["Dimensions"]
            assert (stage, each["stage"]) == ("stage", SETTINGS.stage)
            pairs = tuple((name, each[name]) for name in dimensions)
            for metric in directive["Metrics"]:
                assert metric["Unit"] == METRICS[metric["Name"]][0]
                found.setdefault((metric["Name"], pairs), []).append((at, each[metric["Name"]]))
    return found


def values(records: Iterable[Any]) -> dict[Key, list[int]]:
    """The same without times."""
    return {key: [value for _, value in each] for key, each in told(records).items()}


@dataclass
class CloudWatch:
    """Evaluates the alarms about our own metrics once a minute, as CloudWatch's guide says of M out of N periods."""

    metrics: dict[Key, list[tuple[int, int]]]
    watched: dict[str, dict] = field(default_factory=dict)

    def __post_init__(self) -> None:
        every = {name: each["Properties"] for name, each in alarms().items() if name != "Alarms"}
        self.watched = {name: each for name, each in every.items() if each["Namespace"] == NAMESPACE}

    def ringing(self, at: int) -> set[str]:
        """The alarms that ring at a time in milliseconds."""
        return {name for name, each in self.watched.items() if self._rings(each, at)}

    def rang(self, since: int, until: int) -> dict[str, tuple[int, int]]:
        """Those that rang between two times: the first and the last minute, counted from `since`."""
        found: dict[str, tuple[int, int]] = {}
        for at in range(since + MINUTE, until + MINUTE, MINUTE):
            for name in self.ringing(at):
                minute = (at - since) // MINUTE
                found[name] = (found.get(name, (minute, 0))[0], minute)
        return found

    def _rings(self, alarm: dict, at: int) -> bool:
        period = alarm["Period"] * 1_000
        periods = [
            self._breaches(alarm, at - period * (n + 1), at - period * n)
            for n in range(alarm["EvaluationPeriods"])
        ]
        return sum(periods) >= alarm["DatapointsToAlarm"]

    def _breaches(self, alarm: dict, start: int, end: int) -> bool:
        pairs = tuple((d["Name"], d["Value"]) for d in alarm["Dimensions"] if d["Name"] != "stage")
        found = [
            value for at, value in self.metrics.get((alarm["MetricName"], pairs), ()) if start <= at < end
        ]
        if not found:
            return alarm["TreatMissingData"] == "breaching"
        value = STATISTICS[alarm["Statistic"]](found)
        below = alarm["ComparisonOperator"] == "LessThanThreshold"
        return value < alarm["Threshold"] if below else value >= alarm["Threshold"]
