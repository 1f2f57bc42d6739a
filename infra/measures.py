"""The measures that alarms and the dashboard read: our own metrics, and those that AWS makes of its services."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Json = dict[str, Any]

OURS = "Bascule"
"""The namespace of what the functions tell in their log lines (chalicelib/handlers/log.py)."""
API = "bascule-${Stage}"
"""What the API is called, so that two stages of one account have metrics of their own."""
STAGE = {"stage": "${Stage}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One statistic of one metric. Dimensions are texts that may refer to resources, as in Fn::Sub."""

    namespace: str
    name: str
    statistic: str
    dimensions: Mapping[str, str] = field(default_factory=dict)

    def by(self, statistic: str) -> "Measure":
        """Another statistic of the same metric."""
        return replace(self, statistic=statistic)

    def watched(self) -> Json:
        """Return it as the properties of an alarm."""
        dimensions = [{"Name": name, "Value": _referring(value)} for name, value in self.dimensions.items()]
        found = {"Namespace": self.namespace, "MetricName": self.name, "Statistic": self.statistic}
        return found | ({"Dimensions": dimensions} if dimensions else {})

    def drawn(self, **options: object) -> list[object]:
        """Return it as a row of a dashboard's widget; the texts are for one Fn::Sub around the whole."""
        pairs = [part for pair in self.dimensions.items() for part in pair]
        return [self.namespace, self.name, *pairs, {"stat": self.statistic, **options}]


def ours(name: str, statistic: str, **dimensions: str) -> Measure:
    """Return one of our own metrics, of this stage."""
    return Measure(namespace=OURS, name=name, statistic=statistic, dimensions=STAGE | dimensions)


def of_queue(queue: str, name: str) -> Measure:
    """Return a metric of a queue, by its logical id; the largest of a minute."""
    dimensions = {"QueueName": f"${{{queue}.QueueName}}"}
    return Measure(namespace="AWS/SQS", name=name, statistic="Maximum", dimensions=dimensions)


def of_function(function: str, name: str, statistic: str) -> Measure:
    """Return a metric of a function, by its logical id; those of its alias are part of it."""
    dimensions = {"FunctionName": f"${{{function}}}"}
    return Measure(namespace="AWS/Lambda", name=name, statistic=statistic, dimensions=dimensions)


def of_api(name: str, statistic: str) -> Measure:
    """Return a metric of the gateway, over all its routes."""
    dimensions = {"ApiName": API, "Stage": "api"}
    return Measure(namespace="AWS/ApiGateway", name=name, statistic=statistic, dimensions=dimensions)


AGE = "ApproximateAgeOfOldestMessage"
VISIBLE = "ApproximateNumberOfMessagesVisible"
REFUSED_BY_US = of_api("5XXError", "Average")
"""The average of this metric is the share of all requests (API Gateway, metrics and dimensions)."""
THROTTLED = Measure(namespace="AWS/Lambda", name="Throttles", statistic="Sum")
"""Without a dimension: of the whole region of the account, for its functions share one ceiling."""


def _referring(text: str) -> object:
    """A text of Fn::Sub in its shortest form."""
    alone = re.fullmatch(r"\$\{(\w+)(?:\.(\w+))?\}", text)
    if alone:
        return {"Fn::GetAtt": [alone[1], alone[2]]} if alone[2] else {"Ref": alone[1]}
    return {"Fn::Sub": text} if "${" in text else text
