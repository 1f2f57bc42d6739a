"""The levers on AWS: each looks first and asks only for what is not so yet, since control planes take few calls.

Lambda API of 2015-03-31, DynamoDB of 2012-08-10, API Gateway of 2015-07-09.
"""

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.aws.clients import Clients
from chalicelib.aws.errors import Absent, calling
from chalicelib.domain.surge.levers import Lever
from chalicelib.ports import Unavailable

QUALIFIER, STAGE = "live", "api"
"""The alias that every function answers by, and the API's stage."""
DOORS = "{channel}/POST"
"""How the settings of vendors' doors end; all other routes keep their throttle."""
_READS, _WRITES = "ReadUnitsPerSecond", "WriteUnitsPerSecond"


class AwsControl:
    """Control. `names`: the `intake` function, the `api`, the triggers `urgent`, `normal` and `bulk`, both tables."""

    def __init__(self, clients: Clients, names: Mapping[str, str]) -> None:
        self._clients, self._names = clients, names
        self._levers: Mapping[Lever, Callable[[int], bool]] = {
            Lever.INTAKE_PROVISIONED: self._provisioned,
            Lever.INTAKE_RESERVED: self._reserved,
            Lever.URGENT: lambda value: self._deliveries("urgent", value),
            Lever.NORMAL: lambda value: self._deliveries("normal", value),
            Lever.BULK: lambda value: self._deliveries("bulk", value),
            Lever.CONTACT_READS: lambda value: self._warm("contacts_table", _READS, value),
            Lever.CONTACT_WRITES: lambda value: self._warm("contacts_table", _WRITES, value),
            Lever.HEALTH_READS: lambda value: self._warm("health_table", _READS, value),
            Lever.HEALTH_WRITES: lambda value: self._warm("health_table", _WRITES, value),
            Lever.REQUEST_RATE: lambda value: self._throttle("rate", value),
            Lever.REQUEST_BURST: lambda value: self._throttle("burst", value),
        }

    def set(self, lever: Lever, value: int) -> bool:
        """One read, and one write where it is not so."""
        return self._levers[lever](value)

    def _provisioned(self, value: int) -> bool:
        client = self._clients("lambda")
        about = {"FunctionName": self._name("intake"), "Qualifier": QUALIFIER}
        try:
            with calling("lambda:GetProvisionedConcurrencyConfig"):
                stands = client.get_provisioned_concurrency_config(**about)
        except Absent:
            stands = {}
        asked = stands.get("RequestedProvisionedConcurrentExecutions", 0)
        failed = stands.get("Status") == "FAILED"
        if asked == value and not failed:
            return not value or bool(stands["Status"] == "READY")
        if not value:
            with calling("lambda:DeleteProvisionedConcurrencyConfig"):
                client.delete_provisioned_concurrency_config(**about)
            return True
        with calling("lambda:PutProvisionedConcurrencyConfig"):
            client.put_provisioned_concurrency_config(**about, ProvisionedConcurrentExecutions=value)
        return False

    def _reserved(self, value: int) -> bool:
        client, function = self._clients("lambda"), self._name("intake")
        with calling("lambda:GetFunctionConcurrency"):
            stands = client.get_function_concurrency(FunctionName=function)
        if stands.get("ReservedConcurrentExecutions", 0) == value:
            return True
        if not value:
            with calling("lambda:DeleteFunctionConcurrency"):
                client.delete_function_concurrency(FunctionName=function)
            return True
        with calling("lambda:PutFunctionConcurrency"):
            client.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=value)
        return True

    def _deliveries(self, lane: str, value: int) -> bool:
        client, mapping = self._clients("lambda"), self._name(lane)
        with calling("lambda:GetEventSourceMapping"):
            stands = client.get_event_source_mapping(UUID=mapping)
        if stands.get("ScalingConfig", {}).get("MaximumConcurrency") == value:
            return bool(stands.get("State") != "Updating")
        with calling("lambda:UpdateEventSourceMapping"):
            client.update_event_source_mapping(UUID=mapping, ScalingConfig={"MaximumConcurrency": value})
        return False

    def _warm(self, table: str, unit: str, value: int) -> bool:
        """A table and its indexes: an index that lags behind holds the table's writes back."""
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
