"""What must wake a person on AWS: work that nobody does any more or that waits, a scheduler that stopped.

Alarms cost USD 0.10 each a month, so there is one per way to a lost or late
contact, not one per metric.
"""

from typing import Any

from infra.queues import QUEUES, RECEIPTS, dead

Json = dict[str, Any]

# An urgent contact is handed on within seconds: two minutes of waiting means that delivery stands still.
URGENT_WAIT_SECONDS = 120
SILENT_MINUTES = 5
LATE_SECONDS = 60


def alarms() -> Json:
    """Return the alarms and the topic they speak to; people subscribe to the topic after deployment."""
    found: Json = {"Alarms": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "Bascule alarms"}}}
    for queue in QUEUES:
        text = f"{queue.function} failed {RECEIPTS} times on a message of {queue.name}: a person must look"
        measured = _of_queue(dead(queue.name), "ApproximateNumberOfMessagesVisible")
        found[f"{dead(queue.name)}Alarm"] = _alarm(text, measured | {"Threshold": 1})
    waiting = _of_queue("UrgentQueue", "ApproximateAgeOfOldestMessage")
    text = f"an urgent contact has waited for {URGENT_WAIT_SECONDS} seconds"
    found["UrgentWaitAlarm"] = _alarm(text, waiting | {"Threshold": URGENT_WAIT_SECONDS})
    found["TickLateAlarm"] = _alarm(f"the scheduler runs {LATE_SECONDS} seconds late or more", _late())
    found["TickSilenceAlarm"] = _alarm("no tick: nothing is swept, probed or published", _ticks())
    return found


def _of_queue(name: str, metric: str) -> Json:
    return {
        "Namespace": "AWS/SQS",
        "MetricName": metric,
        "Dimensions": [{"Name": "QueueName", "Value": {"Fn::GetAtt": [name, "QueueName"]}}],
        "Statistic": "Maximum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",  # SQS sends nothing while a queue is empty
    }


def _late() -> Json:
    return {
        "Namespace": "AWS/Lambda",
        "MetricName": "AsyncEventAge",  # from the schedule's event to the function's run, in milliseconds
        "Dimensions": [{"Name": "FunctionName", "Value": {"Ref": "Tick"}}],
        "Statistic": "Maximum",
        "Period": 60,
        "EvaluationPeriods": 3,
        "Threshold": LATE_SECONDS * 1000,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
    }


def _ticks() -> Json:
    return {
        "Namespace": "AWS/Lambda",
        "MetricName": "Invocations",
        "Dimensions": [{"Name": "FunctionName", "Value": {"Ref": "Tick"}}],
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": SILENT_MINUTES,
        "Threshold": 1,
        "ComparisonOperator": "LessThanThreshold",
        "TreatMissingData": "breaching",
    }


def _alarm(text: str, measured: Json) -> Json:
    speaks = {"AlarmActions": [{"Ref": "Alarms"}], "OKActions": [{"Ref": "Alarms"}]}
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Condition": "IsAws",
        "Properties": {"AlarmDescription": text, **measured, **speaks},
    }
