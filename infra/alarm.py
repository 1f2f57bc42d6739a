"""One alarm: what it watches, from when on it rings, what it makes of silence, and where its page is."""

from dataclasses import dataclass
from typing import Any

from infra.measures import Measure

Json = dict[str, Any]

PAGE = "docs/operating.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """What missing data means (CloudWatch's own word) and why."""

    taken_as: str
    because: str


FINE = "notBreaching"
EMPTY = Silence(taken_as=FINE, because="SQS tells nothing of a queue that was empty for hours")
NOTHING_HAPPENED = Silence(taken_as=FINE, because="what did not happen is not counted")
NOBODY_CAME = Silence(taken_as=FINE, because="without events none is bad")
ANOTHER_RINGS = Silence(
    taken_as=FINE,
    because="without a plan nothing is wrong, and without ticks TickSilenceAlarm rings: one call, not two",
)
NOT_RUN = Silence(
    taken_as="breaching", because="what does not run tells nothing, and that is what it is about"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Rings when in `count` of the last `of` periods the measure is at the threshold or above (`below`: under it)."""

    name: str
    text: str
    measure: Measure
    threshold: float
    silence: Silence
    minutes: int = 1
    count: int = 1
    of: int = 1
    below: bool = False

    @property
    def page(self) -> str:
        """Where its section is."""
        return f"{PAGE}#{self.name.lower()}"

    def resource(self) -> Json:
        """Return the alarm as a resource; CloudFormation keeps its metadata and does nothing with it."""
        properties = self.measure.watched() | {
            "AlarmDescription": f"{self.text}. {self.page}",
            "Period": self.minutes * 60,
            "EvaluationPeriods": self.of,
            "DatapointsToAlarm": self.count,
            "Threshold": self.threshold,
            "ComparisonOperator": "LessThanThreshold" if self.below else "GreaterThanOrEqualToThreshold",
            "TreatMissingData": self.silence.taken_as,
            "AlarmActions": [{"Ref": "Alarms"}],
            "OKActions": [{"Ref": "Alarms"}],
        }
        return {
            "Type": "AWS::CloudWatch::Alarm",
            "Condition": "IsAws",
            "Metadata": {"MissingData": self.silence.because},
            "Properties": properties,
        }
