"""What watching costs in a month, counted from the template: alarms, custom metrics, the dashboard.

``python -m infra.watch_price`` prints it. List prices of CloudWatch as of 2026-11 (aws.amazon.com/cloudwatch/pricing,
from memory, the same in eu-west-1 and eu-west-3): an alarm USD 0.10 for each metric that it reads; a custom metric
USD 0.30, by the hours in which it was told; a dashboard USD 3.00. Free in every account: ten alarms, ten metrics,
three dashboards of at most fifty metrics each.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra.alarms import alarms
from infra.dashboard import dashboard
from infra.measures import OURS

Json = dict[str, Any]

ALARM, METRIC, DASHBOARD = 0.10, 0.30, 3.00
FREE_ALARMS, FREE_METRICS, SMALL = 10, 10, 50
ALWAYS = ("OldestDue", "SchedulerLateness", "SnapshotAge")
"""What a stage without a single contact tells, each minute; all other metrics are told in hours of need alone."""
MOST = 5.00
"""USD a month that an idle stage may spend on being watched, the free tier not counted: half of what it may cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """How many of what, at which price (USD a month), and how many of them are free."""

    what: str
    count: int
    each: float
    free: int = 0

    @property
    def usd(self) -> float:
        """At list price."""
        return self.count * self.each

    @property
    def beyond_free(self) -> float:
        """After the free tier, in an account that has nothing else."""
        return max(0, self.count - self.free) * self.each


def idle(resources: Json) -> tuple[Term, ...]:
    """Return the terms of a stage in which nothing happens."""
    named = {name for name, _ in custom(resources)}
    large = [len(each) > SMALL for _, each in _dashboards(resources)]
    return (
        Term(what="alarms", count=sum(1 for _ in _alarms(resources)), each=ALARM, free=FREE_ALARMS),
        Term(what="custom metrics", count=len(named & set(ALWAYS)), each=METRIC, free=FREE_METRICS),
        Term(what="dashboards of at most 50 metrics", count=large.count(False), each=0.0),
        Term(what="larger dashboards", count=large.count(True), each=DASHBOARD),
    )


def custom(resources: Json) -> set[tuple[str, tuple[tuple[str, str], ...]]]:
    """Return our own metrics that alarms or the dashboard name, each value of a dimension for itself."""
    found = {
        (
            each["MetricName"],
            tuple((d["Name"], str(d["Value"])) for d in each["Dimensions"] if d["Name"] != "stage"),
        )
        for each in _alarms(resources)
        if each["Namespace"] == OURS
    }
    rows = {row for _, each in _dashboards(resources) for row in each}
    return found | {(row[1], _pairs(row[2:])) for row in rows if row[0] == OURS}


def _pairs(flat: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in zip(flat[::2], flat[1::2], strict=True) if pair[0] != "stage")


def _alarms(resources: Json) -> Iterator[Mapping[str, Any]]:
    return (each["Properties"] for each in resources.values() if each["Type"] == "AWS::CloudWatch::Alarm")


def _dashboards(resources: Json) -> Iterator[tuple[str, set[tuple[str, ...]]]]:
    """Each dashboard with the metrics on it: namespace, name, dimensions."""
    for name, each in resources.items():
        if each["Type"] == "AWS::CloudWatch::Dashboard":
            body = json.loads(each["Properties"]["DashboardBody"]["Fn::Sub"])
            rows = (row for widget in body["widgets"] for row in widget["properties"].get("metrics", ()))
            yield name, {tuple(part for part in row if isinstance(part, str)) for row in rows} - {()}


def main() -> None:
    """Print each term and the sums."""
    terms = idle(alarms() | dashboard())
    for term in terms:
        print(f"{term.count:4} {term.what:34} x {term.each:.2f} = USD {term.usd:.2f}")
    print(f"     idle, a month: USD {sum(term.usd for term in terms):.2f} at list price")
    print(f"     after the free tier: USD {sum(term.beyond_free for term in terms):.2f}")
    every = len(custom(alarms() | dashboard()))
    most = sum(term.usd for term in terms) + (every - len(ALWAYS)) * METRIC
    print(f"     with all {every} metrics in every hour: USD {most:.2f}")


if __name__ == "__main__":
    main()
