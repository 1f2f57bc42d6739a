"""What ten channels cost a month while nobody writes: counted from the packaged template and measured acts."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bench.scale.price import EMPTY_POLLERS, LONG_POLL, PLATFORM_LOG, Prices, of_act
from bench.scale.shipped import counted, mappings
from bench.scale.world import World

Json = dict[str, Any]
HOURS = 730.0
MINUTES = HOURS * 60
CHANNELS = 10
CANARIES_AN_HOUR = 4
IDLE = ("minute", "probe", "accept", "checkup")
"""Acts of a month in which nobody writes; what is accepted are canaries."""
FREE_DASHBOARDS = 3
SECRETS_KEPT = 300.0
"""Seconds that a container keeps the secrets' document (aws/secrets.py)."""
KEYS_KEPT = 300.0
"""Seconds that DynamoDB keeps a table's key: its developer guide, "Encryption at rest: usage notes" (memory)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One line of the bill: how many, of what, USD a month."""

    name: str
    count: float
    usd: float


def idle(template: Json, world: World, prices: Prices) -> list[Term]:
    """All terms; no free tier is taken off."""
    return [*_standing(template, world, prices), *_asked(template, prices), *_running(world, prices)]


def _standing(template: Json, world: World, prices: Prices) -> Iterator[Term]:
    """What is paid for being there."""
    found = counted(template)
    dashboards = max(0, found["AWS::CloudWatch::Dashboard"] - FREE_DASHBOARDS)
    kept = {
        "alarms": (_metrics_alarmed(template), "alarm_month"),
        "composite alarms": (found["AWS::CloudWatch::CompositeAlarm"], "composite_alarm_month"),
        "dashboards beyond three": (dashboards, "dashboard_month"),
        "custom metrics": (len(_own_metrics(world)), "metric_month"),
        "secrets": (found["AWS::SecretsManager::Secret"], "secret_month"),
        "own keys": (found["AWS::KMS::Key"], "key_month"),
    }
    for name, (count, price) in kept.items():
        yield Term(name=name, count=count, usd=count * prices[price])


def _asked(template: Json, prices: Prices) -> Iterator[Term]:
    """What is paid for asking, again and again, whether there is anything."""
    month = HOURS * 3_600
    empty = len(dict(mappings(template))) * EMPTY_POLLERS * month / LONG_POLL
    yield Term(name="empty receives of the queues", count=empty, usd=empty * prices["queue_request"])
    secrets = CHANNELS * month / SECRETS_KEPT
    yield Term(
        name="secrets read by the probes' containers", count=secrets, usd=secrets * prices["secret_read"]
    )
    keys = counted(template)["AWS::DynamoDB::Table"] * month / KEYS_KEPT
    yield Term(name="table keys asked for", count=keys, usd=keys * prices["key_request"])


def _running(world: World, prices: Prices) -> Iterator[Term]:
    """What is paid for the minute's work: tick, probes, checkups of each channel and the plan, canaries, log lines."""
    gateway = prices["gateway_request"]
    each = {name: sum(of_act(world, prices, name).values()) for name in IDLE}
    checkups = (CHANNELS + 1) * HOURS
    canaries, anchor = CHANNELS * CANARIES_AN_HOUR * HOURS, prices["object_put"] + prices["key_request"]
    yield Term(name="ticks", count=MINUTES, usd=MINUTES * each["minute"])
    yield Term(name="anchors, one an hour", count=HOURS, usd=HOURS * anchor)
    yield Term(name="probes", count=MINUTES * CHANNELS, usd=MINUTES * CHANNELS * each["probe"])
    yield Term(name="checkups", count=checkups, usd=checkups * each["checkup"])
    yield Term(name="canaries", count=canaries, usd=canaries * (each["probe"] + gateway + each["accept"]))
    lines = sum(
        times * (world.costs[name].log_bytes + PLATFORM_LOG)
        for name, times in (
            ("minute", MINUTES),
            ("probe", MINUTES * CHANNELS + canaries),
            ("accept", canaries),
            ("checkup", checkups),
        )
    )
    yield Term(name="log lines kept for 30 days", count=lines, usd=lines * prices["log_byte_month"])


def _alarms(template: Json) -> Iterator[Json]:
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::CloudWatch::Alarm":
            yield resource["Properties"]


def _metrics_alarmed(template: Json) -> int:
    """Alarms by metrics: one that computes with several is paid for each."""
    return sum(max(1, len(list(_read(alarm)))) for alarm in _alarms(template))


def _read(alarm: Json) -> Iterator[Json]:
    """The metrics that an alarm reads."""
    if "MetricName" in alarm:
        yield {name: alarm.get(name) for name in ("Namespace", "MetricName", "Dimensions")}
    for each in alarm.get("Metrics", ()):
        if "MetricStat" in each:
            yield each["MetricStat"]["Metric"]


def _own_metrics(world: World) -> set[str]:
    """Those that the log lines of an idle month have CloudWatch count; the others cost only in the hours of need."""
    return {metric for name in IDLE for metric in world.costs[name].metrics}
