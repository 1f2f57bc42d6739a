"""The levers on AWS: each looks first and asks only for what is not so yet, since control planes take few calls.

Lambda API of 2015-03-31, DynamoDB of 2012-08-10, API Gateway of 2015-07-09. The intake's are in control_intake.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from chalicelib.aws.clients import Clients
from chalicelib.aws.control_intake import IntakeControl
from chalicelib.aws.errors import calling
from chalicelib.domain.surge.levers import POLLED, Lever, Settings, most_pollers
from chalicelib.ports import Unavailable

STAGE = "api"
"""The API's stage."""
DOORS = "{channel}/POST"
"""How the settings of vendors' doors end; all other routes keep their throttle."""
_POLLERS = "ProvisionedPollerConfig"
_READS, _WRITES = "ReadUnitsPerSecond", "WriteUnitsPerSecond"
_WARMED = {
    Lever.CONTACT_READS: ("contacts_table", _READS),
    Lever.CONTACT_WRITES: ("contacts_table", _WRITES),
    Lever.HEALTH_READS: ("health_table", _READS),
    Lever.HEALTH_WRITES: ("health_table", _WRITES),
}


class AwsControl:
    """Control. `names`: the `intake` and whether it is `tracked`, the `api`, the triggers by lane, both tables."""

    def __init__(self, clients: Clients, names: Mapping[str, str]) -> None:
        self._clients, self._names = clients, names
        intake = IntakeControl(clients, self._name, tracked=names.get("tracked") == "yes")
        self._levers: Mapping[Lever, Callable[[Settings], bool]] = {
            Lever.INTAKE_PROVISIONED: intake.provisioned,
            Lever.INTAKE_MOST: intake.tracked,
            Lever.INTAKE_RESERVED: intake.reserved,
            **{lane: partial(self._deliveries, pollers) for pollers, lane in POLLED.items()},
            **{pollers: partial(self._deliveries, pollers) for pollers in POLLED},
            **{lever: partial(self._warm, *warmed, lever) for lever, warmed in _WARMED.items()},
            Lever.REQUEST_RATE: lambda settings: self._throttle("rate", settings[Lever.REQUEST_RATE]),
            Lever.REQUEST_BURST: lambda settings: self._throttle("burst", settings[Lever.REQUEST_BURST]),
        }

    def set(self, lever: Lever, settings: Settings) -> bool:
        """One read, and one write where it is not so."""
        return self._levers[lever](settings)

    def _deliveries(self, pollers: Lever, settings: Settings) -> bool:
        """A width or pollers: AWS takes one of them, and an empty value takes the other back."""
        client, mapping = self._clients("lambda"), self._name(POLLED[pollers].value.partition(".")[2])
        with calling("lambda:GetEventSourceMapping"):
            stands = client.get_event_source_mapping(UUID=mapping)
        asked = {
            name: value for name, value in _wanted(pollers, settings).items() if value != _of(stands, name)
        }
        if not asked:
            return bool(stands.get("State") != "Updating")
        with calling("lambda:UpdateEventSourceMapping"):
            client.update_event_source_mapping(UUID=mapping, **asked)
        return False

    def _warm(self, table: str, unit: str, lever: Lever, settings: Settings) -> bool:
        """A table and its indexes: an index that lags behind holds the table's writes back."""
        value = settings[lever]
        client, name = self._clients("dynamodb", patient=True), self._name(table)
        with calling("dynamodb:DescribeTable"):
            stands = client.describe_table(TableName=name)["Table"]
        parts = [stands, *stands.get("GlobalSecondaryIndexes", [])]
        if any(unit not in part.get("WarmThroughput", {}) for part in parts):
            raise Unavailable(f"dynamodb:DescribeTable tells no warm throughput of the {table}")
        cold = [part for part in parts if part["WarmThroughput"][unit] < value]
        if not cold:
            return all(part["WarmThroughput"].get("Status", "ACTIVE") == "ACTIVE" for part in parts)
        if stands["TableStatus"] != "ACTIVE":
            return False
        with calling("dynamodb:UpdateTable"):
            client.update_table(TableName=name, **_warmer(cold, unit, value))
        return False

    def _throttle(self, which: str, value: int) -> bool:
        client, api = self._clients("apigateway"), self._name("api")
        with calling("apigateway:GetStage"):
            stage = client.get_stage(restApiId=api, stageName=STAGE)
        doors = {key: each for key, each in stage.get("methodSettings", {}).items() if key.endswith(DOORS)}
        if not doors:
            raise Unavailable("apigateway:GetStage tells no throttle of the vendors' doors")
        wrong = [
            key for key, each in doors.items() if each.get(f"throttling{which.capitalize()}Limit") != value
        ]
        if wrong:
            patch = [
                {"op": "replace", "path": f"{_spelled(key)}/throttling/{which}Limit", "value": str(value)}
                for key in wrong
            ]
            with calling("apigateway:UpdateStage"):
                client.update_stage(restApiId=api, stageName=STAGE, patchOperations=patch)
        return True

    def _name(self, of: str) -> str:
        if not self._names.get(of):
            raise Unavailable(
                f"nobody told which {of} is ours: the template sets BASCULE_CONTROL_{of.upper()}"
            )
        return self._names[of]


def _wanted(pollers: Lever, settings: Settings) -> dict[str, dict[str, int]]:
    """Both settings of a trigger; an empty one is none."""
    if not settings[pollers]:
        return {"ScalingConfig": {"MaximumConcurrency": settings[POLLED[pollers]]}, _POLLERS: {}}
    most = most_pollers(settings, pollers)
    return {"ScalingConfig": {}, _POLLERS: {"MinimumPollers": settings[pollers], "MaximumPollers": most}}


def _of(stands: Mapping[str, Any], name: str) -> dict[str, int]:
    """A setting as it stands, in the words of `_wanted`."""
    known = ("MaximumConcurrency", "MinimumPollers", "MaximumPollers")
    return {key: value for key, value in (stands.get(name) or {}).items() if key in known}


def _warmer(cold: list[Mapping[str, Any]], unit: str, value: int) -> dict[str, Any]:
    """What UpdateTable is asked for: the table's own warmth and that of each index, where it lacks."""
    asked: dict[str, Any] = {}
    for part in cold:
        index = part.get("IndexName")
        if index is None:
            asked["WarmThroughput"] = {unit: value}
        else:
            update = {"Update": {"IndexName": index, "WarmThroughput": {unit: value}}}
            asked.setdefault("GlobalSecondaryIndexUpdates", []).append(update)
    return asked


def _spelled(key: str) -> str:
    """A method setting's key as a patch wants it: the slashes within the resource's path are escaped."""
    resource, _, method = key.replace("~1", "/").rpartition("/")
    return "/" + f"/{resource.strip('/')}".replace("/", "~1") + f"/{method}"
