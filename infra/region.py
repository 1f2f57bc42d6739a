"""A second region: the whole stage once more, on copies of home's tables.

``python -m infra.region --stage prod --home eu-west-3 --region eu-central-1 --bucket NAME``, once home was deployed
with ``--regions eu-west-3,eu-central-1``, makes the copies (DynamoDB global tables) and deploys the stage there.
"""

import json
import re
import tempfile
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from botocore.exceptions import WaiterError

from infra.deploy import Clients, DeploymentError, Target, deploy
from infra.elsewhere import command
from infra.package import Artefact, package
from infra.stores import REPLICATED
from infra.vantage import home_of

Json = dict[str, Any]
ACTIVE_WITHIN, LOOK = 3600.0, 5.0
"""Seconds: a large table takes its time to be copied."""
NAMED = re.compile(r"\$\{(\w+)(\.Arn)?\}")


def replicated(
    home: Clients, away: Clients, names: Mapping[str, str], region: str, look: float = LOOK
) -> None:
    """Give each table that home has a copy in a region, one after the other. Raises DeploymentError."""
    for logical in REPLICATED:
        table = names[logical]
        if not _exists(away, table):
            wanted = [{"Create": {"RegionName": region}}]
            _await(home, table, look)
            home("dynamodb").update_table(TableName=table, ReplicaUpdates=wanted)
        _await(away, table, look)
        away("dynamodb").update_continuous_backups(
            TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )


def second_template(template: Json, names: Mapping[str, str]) -> Json:
    """The stage's template on tables that are there already, under the names that they have at home."""
    tables = {logical: names[logical] for logical in REPLICATED}
    resources = {
        logical: {name: value for name, value in resource.items() if name != "DependsOn"}
        | _depending(resource, tables)
        for logical, resource in template["Resources"].items()
        if logical not in tables
    }
    conditions = {name: said for name, said in template["Conditions"].items() if name != "HasRegions"}
    found: Json = _led(template | {"Resources": resources, "Conditions": conditions}, tables)
    return found


def deploy_region(
    clients: Clients, artefact: Artefact, target: Target, names: Mapping[str, str]
) -> dict[str, str]:
    """Bring the second region's stack to the artefact, with that region's clients; its outputs. Raises DeploymentError.

    `names` are home's outputs.
    """
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "template.json"
        template.write_text(json.dumps(second_template(json.loads(artefact.template.read_text()), names)))
        return deploy(clients, replace(artefact, template=template), target)


def target_of(stage: str, region: str, bucket: str, parameters: Mapping[str, str]) -> Target:
    """The second stack: its own name, for roles are known in all regions, and the stage's own."""
    return Target(stage=f"{stage}-{region}", bucket=bucket, parameters={**parameters, "Stage": stage})


def _depending(resource: Json, tables: Mapping[str, str]) -> Json:
    """What a resource waits for, without the tables that are there already."""
    found = resource.get("DependsOn", [])
    left = [each for each in ([found] if isinstance(found, str) else found) if each not in tables]
    return {"DependsOn": left} if left else {}


def _led(value: Any, tables: Mapping[str, str]) -> Any:
    """The same with every mention of a table as its name, or as the address of its copy in the region of the stack."""
    if isinstance(value, list):
        return [_led(each, tables) for each in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"Ref"} and value["Ref"] in tables:
        return tables[value["Ref"]]
    if value.keys() == {"Fn::GetAtt"} and value["Fn::GetAtt"][0] in tables:
        return {"Fn::Sub": _arn(tables[value["Fn::GetAtt"][0]])}
    if value.keys() == {"Fn::Sub"} and isinstance(value["Fn::Sub"], str):
        return {"Fn::Sub": NAMED.sub(lambda found: _mentioned(found, tables), value["Fn::Sub"])}
    return {name: _led(each, tables) for name, each in value.items()}


def _mentioned(found: "re.Match[str]", tables: Mapping[str, str]) -> str:
    if found[1] not in tables:
        return found[0]
    return _arn(tables[found[1]]) if found[2] else tables[found[1]]


def _arn(table: str) -> str:
    return f"arn:${{AWS::Partition}}:dynamodb:${{AWS::Region}}:${{AWS::AccountId}}:table/{table}"


def _exists(clients: Clients, table: str) -> bool:
    client = clients("dynamodb")
    try:
        client.describe_table(TableName=table)
    except client.exceptions.ResourceNotFoundException:
        return False
    return True


def _await(clients: Clients, table: str, look: float) -> None:
    looks = {"Delay": look, "MaxAttempts": int(ACTIVE_WITHIN / look)}
    try:
        clients("dynamodb").get_waiter("table_exists").wait(TableName=table, WaiterConfig=looks)
    except WaiterError as late:
        raise DeploymentError(f"in {ACTIVE_WITHIN:.0f} s {table} was not ready: {late}") from late


def _require_regions(function: Json, regions: str) -> None:
    if function["Environment"]["Variables"].get("BASCULE_REGIONS") != regions:
        raise DeploymentError(f"deploy home first, with --regions {regions}")


def _deployed(asked: Namespace, at_home: Clients, there: Clients) -> dict[str, str]:
    regions = f"{asked.home},{asked.region}"
    target = target_of(asked.stage, asked.region, asked.bucket, {"Aws": "yes", "Regions": regions})
    home = home_of(at_home, asked.stage, asked.home)
    _require_regions(home.function, regions)
    replicated(at_home, there, home.names, asked.region)
    return deploy_region(there, package(fetch=True), target, home.names)


if __name__ == "__main__":
    command("Deploy a stage of Bascule to a second region.", "the second one, e.g. eu-central-1", _deployed)
