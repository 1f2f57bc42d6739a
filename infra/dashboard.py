"""The dashboard of a stage: what the person on call looks at first, from the metrics that the alarms have."""

import json
from collections.abc import Iterable
from typing import Any

from infra.alarms import listed
from infra.measures import AGE, THROTTLED, VISIBLE, Measure, of_api, of_function, of_queue, ours
from infra.queues import QUEUES, dead
from infra.slo import OBJECTIVES

Json = dict[str, Any]

NAME = "bascule-${Stage}-${AWS::Region}"
"""Dashboards are the whole account's: the region keeps two stages of one name apart."""
FUNCTIONS = (
    "APIHandler", "OperationsHandler", "Authorizer", "Deliver", "Evidence", "Probe", "ReplayOverflow", "Tick",
    "Announce", "Mail",
)  # fmt: skip
WITH_CONTACTS = ("UrgentQueue", "NormalQueue", "BulkQueue", "OverflowQueue")
REFUSALS = ("forged", "malformed", "too_large", "wrong_account")
LANES = ("urgent", "normal", "bulk")
ACROSS, GRAPH = 24, (8, 6)
PATHS_DOWN = (
    "SOURCE '/aws/lambda/${Tick}' | filter message = 'tick' "
    "| stats max(coalesce(down, 0)) as paths_down by bin(1m)"
)
"""From the log, where it costs no metric; the line leaves a zero out."""


def dashboard() -> Json:
    """Return the resource. At most 50 metrics on it: such dashboards are free, three to an account."""
    body = {
        "start": "-PT3H",
        "periodOverride": "inherit",
        "widgets": [_alarms(), _budgets(), *_placed(_graphs())],
    }
    return {
        "Dashboard": {
            "Type": "AWS::CloudWatch::Dashboard",
            "Condition": "IsAws",
            "Properties": {
                "DashboardName": {"Fn::Sub": NAME},
                "DashboardBody": {"Fn::Sub": json.dumps(body)},
            },
        }
    }


def _alarms() -> Json:
    arns = [f"${{{alarm.name}.Arn}}" for alarm in listed()]
    properties = {"title": "Alarms", "alarms": arns, "sortBy": "stateUpdatedTimestamp"}
    return {"type": "alarm", "x": 0, "y": 0, "width": ACROSS, "height": 5, "properties": properties}


def _budgets() -> Json:
    """How much of each error budget is left, in percent, over the last 30 days: 100 * (1 - bad / budget)."""
    rows: list[list[object]] = []
    for place, objective in enumerate(OBJECTIVES):
        rows.append(objective.bad.drawn(id=f"m{place}", visible=False))
        left = f"100 * (1 - m{place} / {round(objective.budget, 9)})"
        rows.append(
            [{"expression": left, "label": f"{objective.name} {objective.target:.1%}", "id": f"e{place}"}]
        )
    properties = _shown("Error budget left, % of 30 days", rows) | {
        "view": "singleValue", "setPeriodToTimeRange": True, "start": "-P30D", "end": "P0D",
    }  # fmt: skip
    return {"type": "metric", "x": 0, "y": 5, "width": ACROSS, "height": 4, "properties": properties}


def _graphs() -> Iterable[tuple[str, Json]]:
    """Type and properties of each graph, in their order."""
    yield _graph("Arrivals", ours("Accepted", "Sum"), ours("Overflowed", "Sum"))
    yield _graph("Refusals by kind", *(ours("Refused", "Sum", refusal=kind) for kind in REFUSALS))
    yield _graph("Unserved by class", *(ours("Unserved", "Sum", lane=lane) for lane in LANES))
    yield _graph("Oldest due row, seconds", ours("OldestDue", "Maximum"))
    yield _graph(
        "Snapshot and scheduler, seconds",
        ours("SnapshotAge", "Maximum"),
        ours("SchedulerLateness", "Maximum"),
    )
    yield _graph("After a taking-over, rows", ours("InDoubt", "Maximum"), ours("Repeated", "Maximum"))
    yield (
        "log",
        {"title": "Paths down", "query": PATHS_DOWN, "region": "${AWS::Region}", "view": "timeSeries"},
    )
    yield _graph("Oldest message, seconds", *(of_queue(queue.name, AGE) for queue in QUEUES))
    yield _graph("Messages that wait", *(of_queue(name, VISIBLE) for name in WITH_CONTACTS))
    yield _graph("Dead letters", *(of_queue(dead(queue.name), VISIBLE) for queue in QUEUES))
    for share in ("p50", "p99"):
        yield _graph(f"Duration {share}, ms", *(of_function(name, "Duration", share) for name in FUNCTIONS))
    yield _graph("Lambda throttles in this region", THROTTLED)
    yield _graph(
        "Gateway", of_api("Count", "SampleCount"), of_api("4XXError", "Sum"), of_api("5XXError", "Sum")
    )
    yield _bill()


def _graph(title: str, *measures: Measure) -> tuple[str, Json]:
    return "metric", _shown(title, [measure.drawn() for measure in measures]) | {
        "view": "timeSeries",
        "period": 60,
    }


def _bill() -> tuple[str, Json]:
    """The account's month so far: there once somebody has switched billing alerts on; AWS keeps it in one region."""
    billed = Measure(
        namespace="AWS/Billing", name="EstimatedCharges", statistic="Maximum", dimensions={"Currency": "USD"}
    )
    shown = _shown("Whole account, this month, USD", [billed.drawn()])
    return "metric", shown | {"region": "us-east-1", "view": "singleValue", "period": 21_600}


def _shown(title: str, rows: list[list[object]]) -> Json:
    return {"title": title, "region": "${AWS::Region}", "metrics": rows}


def _placed(graphs: Iterable[tuple[str, Json]]) -> Iterable[Json]:
    """Give each graph its place below the two wide widgets, three to a row."""
    width, height = GRAPH
    for place, (kind, properties) in enumerate(graphs):
        row, column = divmod(place, ACROSS // width)
        yield {
            "type": kind, "x": column * width, "y": 9 + row * height, "width": width, "height": height,
            "properties": properties,
        }  # fmt: skip
