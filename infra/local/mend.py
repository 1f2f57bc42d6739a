"""The settings that ministack's CloudFormation drops, applied by the services' own APIs."""

from collections.abc import Callable, Iterable
from typing import Any

from infra import second_door_live
from infra.deploy import Clients
from infra.drift import Difference

Mend = Callable[[Clients, str, Any], Any]


def _recovery(clients: Clients, table: str, wanted: Any) -> None:
    clients("dynamodb").update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=wanted)


def _encryption(clients: Clients, table: str, wanted: Any) -> None:
    clients("dynamodb").update_table(TableName=table, SSESpecification={"Enabled": wanted["SSEEnabled"]})


def _expiry(clients: Clients, table: str, wanted: Any) -> None:
    clients("dynamodb").update_time_to_live(TableName=table, TimeToLiveSpecification=wanted)


def _concurrency(clients: Clients, function: str, wanted: Any) -> None:
    clients("lambda").put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=wanted)


def _stream(clients: Clients, table: str, wanted: Any) -> None:
    if wanted:
        specification = {"StreamEnabled": True, **wanted}
        clients("dynamodb").update_table(TableName=table, StreamSpecification=specification)


MENDS: dict[str, Mend] = {
    "PointInTimeRecoverySpecification": _recovery,
    "SSESpecification": _encryption,
    "StreamSpecification": _stream,
    "TimeToLiveSpecification": _expiry,
    "ReservedConcurrentExecutions": _concurrency,
    "SecondDoor": second_door_live.put,
}


def mend(clients: Clients, found: Iterable[Difference]) -> None:
    """Apply what is known to be dropped; whatever else differs is left for the comparison to name."""
    for difference in found:
        if difference.setting in MENDS:
            MENDS[difference.setting](clients, difference.name, difference.wanted)
