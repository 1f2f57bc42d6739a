"""The settings of a run: quotas of the account, what the template sets, what we assume; each number with its source."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from math import inf
from typing import Any

from bench.scale.shipped import Shipped, shipped_of

Json = dict[str, Any]
GATEWAY = "docs.aws.amazon.com apigateway/latest/developerguide/limits.html, seen 2026-11"
LAMBDA = "docs.aws.amazon.com lambda/latest/dg/scaling-behavior.html and limits.html, seen 2026-11"
POLLERS = "docs.aws.amazon.com lambda/latest/dg/services-sqs-scaling.html, seen 2026-11"
DYNAMO = "docs.aws.amazon.com dynamodb warm-throughput-scenarios and ServiceQuotas, seen 2026-11"
TEMPLATE = "the packaged template, read at each run"
CODE = "chalicelib, imported at each run"
ASSUMED = "assumed, 2026-11: nobody has measured it on AWS yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Numbers of one way to run the product; rates a second, times in seconds, sizes in MB."""

    name: str
    door_rate: float
    door_burst: float
    account_rate: float
    account_burst: float
    concurrency: float
    environments_at_once: float
    environments_a_second: float
    requests_per_environment: float
    others: float
    intake_memory: float
    worker_memory: float
    pollers_at_first: float
    pollers_a_second: float
    pollers_most: float
    lane_batch: float
    replay_most: float
    replay_batch: float
    visibility: float
    replay_visibility: float
    table_units: float
    table_most: float
    key_units: float
    due_shards: float
    cold_start: float
    dynamo_call: float
    queue_call: float
    in_turn: bool = False


SOURCES: Mapping[str, str] = {
    **dict.fromkeys(("account_rate", "account_burst"), GATEWAY),
    **dict.fromkeys(("concurrency", "environments_at_once", "environments_a_second"), LAMBDA),
    "requests_per_environment": LAMBDA,
    **dict.fromkeys(("pollers_at_first", "pollers_a_second"), POLLERS),
    "pollers_most": f"{TEMPLATE}; without it {POLLERS}",
    **dict.fromkeys(("door_rate", "door_burst", "others", "intake_memory", "worker_memory"), TEMPLATE),
    **dict.fromkeys(
        ("lane_batch", "visibility", "replay_most", "replay_batch", "replay_visibility"), TEMPLATE
    ),
    **dict.fromkeys(("table_units", "table_most", "key_units"), DYNAMO),
    **dict.fromkeys(("due_shards", "in_turn"), CODE),
    **dict.fromkeys(("cold_start", "dynamo_call", "queue_call"), ASSUMED),
}
"""Where each number comes from; `name` is ours."""

QUOTAS: Json = {
    "account_rate": 10_000.0, "account_burst": 5_000.0,
    "concurrency": 1_000.0, "environments_at_once": 1_000.0, "environments_a_second": 100.0,
    "requests_per_environment": 10.0, "pollers_at_first": 5.0, "pollers_a_second": 5.0,
    "table_units": 4_000.0, "table_most": 40_000.0, "key_units": 1_000.0,
    "cold_start": 0.8, "dynamo_call": 0.005, "queue_call": 0.010,
}  # fmt: skip
"""A new account's, where nothing was raised or warmed; and the last three, which are times, as we assume them."""
LANE = "NormalQueue"
"""The lane that the models send everything through: the one that a purpose has unless the plan says otherwise."""


def shipped(template: Json) -> Settings:
    """What the template sets, on an account with default quotas where nothing was warmed."""
    return replace(_on_default_quotas("shipped", shipped_of(template, LANE)), in_turn=True)


def aws_defaults(template: Json) -> Settings:
    """The same functions with none of our throttles and ceilings: what AWS does by itself."""
    own = shipped(template)
    return replace(
        own, name="aws-defaults", door_rate=inf, door_burst=inf, pollers_most=1_250, replay_most=1_250, others=0
    )  # fmt: skip


def raised(template: Json) -> Settings:
    """Quotas raised on request, tables and environments warmed, provisioned pollers (10 batches each)."""
    return replace(
        shipped(template), name="raised", door_rate=300_000, door_burst=150_000, account_rate=300_000,
        account_burst=150_000, concurrency=130_000, environments_at_once=40_000, environments_a_second=4_000,
        pollers_at_first=20_000, pollers_a_second=1_000, pollers_most=90_000, replay_most=1_000,
        table_units=2_500_000, table_most=2_500_000, due_shards=1_024,
    )  # fmt: skip


def as_they_come(template: Json) -> Settings:
    """As shipped, but whoever waits for a full desk is rung again and again, in no order: what it was like before."""
    return replace(shipped(template), name="as-they-come", in_turn=False)


def every(template: Json) -> dict[str, Settings]:
    """All of them by name."""
    return {s.name: s for s in (one(template) for one in (aws_defaults, shipped, raised, as_they_come))}


def _on_default_quotas(name: str, own: Shipped) -> Settings:
    return Settings(name=name, **asdict(own), **QUOTAS)
