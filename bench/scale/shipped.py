"""What the packaged template sets: throttles, ceilings, memory; and what there is of all that costs while idle."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chalicelib.ports import DUE_SHARDS

Json = dict[str, Any]
HOOKS = "/~1hooks~1{channel}"
FUNCTION, MAPPED = "AWS::Serverless::Function", "SQS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """Of one lane, its functions and the door, by the names that settings.py has for them.

    `others` is what all but the intake and this lane may run at once.
    """

    door_rate: float
    door_burst: float
    pollers_most: float
    lane_batch: float
    visibility: float
    replay_most: float
    replay_visibility: float
    replay_batch: float
    intake_memory: float
    worker_memory: float
    others: float
    due_shards: float


def shipped_of(template: Json, lane: str) -> Shipped:
    """Read from the packaged template. Raises KeyError where it is not one of ours."""
    found, queues = template["Resources"], dict(mappings(template))
    [door] = [s for s in found["RestAPI"]["Properties"]["MethodSettings"] if s["ResourcePath"] == HOOKS]
    own, replay = queues[lane], queues["OverflowQueue"]
    ceilings = {name: _ceiling(each) for name, each in queues.items()}
    return Shipped(
        door_rate=door["ThrottlingRateLimit"],
        door_burst=door["ThrottlingBurstLimit"],
        pollers_most=ceilings[lane],
        lane_batch=own["BatchSize"],
        visibility=found[lane]["Properties"]["VisibilityTimeout"],
        replay_most=ceilings["OverflowQueue"],
        replay_visibility=found["OverflowQueue"]["Properties"]["VisibilityTimeout"],
        replay_batch=replay["BatchSize"],
        intake_memory=found["APIHandler"]["Properties"]["MemorySize"],
        worker_memory=found["Deliver"]["Properties"]["MemorySize"],
        others=_reserved(template) + sum(ceilings.values()) - ceilings[lane],
        due_shards=DUE_SHARDS,
    )


def mappings(template: Json) -> Iterator[tuple[str, Json]]:
    """Each queue that wakes a function, by its logical id, with the mapping's properties."""
    for resource in template["Resources"].values():
        if resource["Type"] == FUNCTION:
            for event in resource["Properties"].get("Events", {}).values():
                if event["Type"] == MAPPED:
                    yield event["Properties"]["Queue"]["Fn::GetAtt"][0], event["Properties"]


def counted(template: Json) -> Counter[str]:
    """How many resources of each type there are."""
    return Counter(resource["Type"] for resource in template["Resources"].values())


def _ceiling(mapping: Json) -> float:
    return float(mapping["ScalingConfig"]["MaximumConcurrency"])


def _reserved(template: Json) -> float:
    """Concurrency reserved by functions; a reference to a parameter is its default."""
    total = 0.0
    for resource in template["Resources"].values():
        kept = (
            resource["Properties"].get("ReservedConcurrentExecutions")
            if resource["Type"] == FUNCTION
            else None
        )
        if isinstance(kept, dict):
            kept = template["Parameters"][kept["Ref"]]["Default"]
        total += float(kept or 0)
    return total
