"""The queues, their dead-letter queues, and which function each one wakes."""

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

DAY = 86_400
# After so many failed receipts a message is somebody's work: it waits in the dead-letter queue.
RECEIPTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """One queue and the function it wakes; seconds, messages and parallel batches."""

    name: str
    function: str
    visibility: int
    batch: int
    concurrency: int
    retention_days: int = 4
    window: int = 0


# Visibility is six times the consumer's timeout, as AWS advises for event source mappings.
QUEUES = (
    # One bell at a time: a provider that keeps its caller waiting, or kills it, does so to nobody else's bell.
    Queue(name="UrgentQueue", function="Deliver", visibility=360, batch=1, concurrency=50),
    Queue(name="NormalQueue", function="Deliver", visibility=360, batch=1, concurrency=20),
    Queue(name="BulkQueue", function="Deliver", visibility=360, batch=1, concurrency=5),
    Queue(
        name="OverflowQueue",
        function="ReplayOverflow",
        visibility=180,
        batch=5,
        concurrency=10,
        retention_days=14,
    ),
    Queue(name="ProbesQueue", function="Probe", visibility=180, batch=1, concurrency=20),
    Queue(
        name="EvidenceQueue",
        function="Evidence",
        visibility=180,
        batch=10,
        concurrency=20,
        retention_days=14,
        window=1,
    ),
    Queue(name="FlipsQueue", function="Tick", visibility=360, batch=10, concurrency=2),
    Queue(
        name="AnnouncementsQueue",
        function="Announce",
        visibility=180,
        batch=2,
        concurrency=10,
        retention_days=14,
    ),
)


def queues() -> Json:
    """Return each queue and its dead-letter queue as resources."""
    found: Json = {}
    for queue in QUEUES:
        found[queue.name] = _queue(
            VisibilityTimeout=queue.visibility,
            MessageRetentionPeriod=queue.retention_days * DAY,
            RedrivePolicy={
                "deadLetterTargetArn": {"Fn::GetAtt": [dead(queue.name), "Arn"]},
                "maxReceiveCount": RECEIPTS,
            },
        )
        found[dead(queue.name)] = _queue(MessageRetentionPeriod=14 * DAY)
    return found


def dead(name: str) -> str:
    """Return the logical id of a queue's dead-letter queue."""
    return name.replace("Queue", "DeadQueue")


def events(function: str) -> Json:
    """Return the SAM events that wake a function, by its logical id."""
    found = {queue.name: _mapping(queue) for queue in QUEUES if queue.function == function}
    if function == "Tick":
        found["EveryMinute"] = {"Type": "Schedule", "Properties": {"Schedule": "rate(1 minute)"}}
    if function == "Mail":
        found["InboundMail"] = {"Type": "SNS", "Properties": {"Topic": {"Ref": "InboundMail"}}}
    return found


def held_by_the_platform() -> Json:
    """Return where Lambda itself puts mail that its function failed on three times: with the held requests.

    A dead-letter queue and not a destination, for that would hang on the alias, which the local stack does not ask.
    """
    return {"Type": "SQS", "TargetArn": {"Fn::GetAtt": ["OverflowQueue", "Arn"]}}


def _queue(**properties: Any) -> Json:
    return {"Type": "AWS::SQS::Queue", "Properties": {"SqsManagedSseEnabled": True} | properties}


def _mapping(queue: Queue) -> Json:
    properties = {
        "Queue": {"Fn::GetAtt": [queue.name, "Arn"]},
        "BatchSize": queue.batch,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "ScalingConfig": {"MaximumConcurrency": queue.concurrency},
    }
    if queue.window:
        properties["MaximumBatchingWindowInSeconds"] = queue.window
    return {"Type": "SQS", "Properties": properties}
