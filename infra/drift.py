"""Compares a deployed stack with its template, setting by setting, on AWS and on the local stack alike.

CloudFormation says that a deployment succeeded; this says whether the settings that our promises
rest on are there. ``python -m infra.drift --stage prod --region eu-west-3`` asks AWS.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3

from infra import live, second_door_live
from infra.deploy import APP, Clients
from infra.package import Artefact, package

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One setting of one resource that is not as the template wants it."""

    resource: str
    kind: str
    name: str
    setting: str
    wanted: Any
    found: Any

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.resource}.{self.setting}: wanted {self.wanted!r}, found {self.found!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """A stack as it stands: its template, and what each name of the template stands for."""

    template: Json
    names: dict[str, Any]

    def resources(self, kind: str) -> Iterator[tuple[str, str, Json]]:
        """Yield (logical id, physical name, properties) of every deployed resource of a type."""
        for logical, resource in self.template["Resources"].items():
            if resource["Type"] == kind and logical in self.names:
                yield logical, self.names[logical], resource.get("Properties", {})

    def resolve(self, value: Any) -> Any:
        """Replace every Ref by what it stands for; other functions of the template stay."""
        if isinstance(value, list):
            return [self.resolve(each) for each in value]
        if not isinstance(value, dict):
            return value
        if value.keys() == {"Ref"}:
            return self.names.get(value["Ref"], value)
        return {key: self.resolve(each) for key, each in value.items()}


def deployed(clients: Clients, stack: str, artefact: Artefact) -> Deployed:
    """Read what a stack's names stand for."""
    cloudformation = clients("cloudformation")
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    names = {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for page in pages
        for resource in page["StackResourceSummaries"]
    }
    stack_parameters = cloudformation.describe_stacks(StackName=stack)["Stacks"][0].get("Parameters", [])
    template = json.loads(artefact.template.read_text())
    names |= {name: str(parameter.get("Default", "")) for name, parameter in template["Parameters"].items()}
    names |= {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in stack_parameters}
    return Deployed(template=template, names=names)


def differences(clients: Clients, stack: Deployed) -> list[Difference]:
    """Return every setting that is not as the template wants it."""
    return [
        *_compare(clients, stack, "AWS::DynamoDB::Table", live.table, _wanted_table),
        *_compare(clients, stack, "AWS::SQS::Queue", live.queue, _wanted_queue),
        *_compare(clients, stack, "AWS::S3::Bucket", live.bucket, _wanted_bucket),
        *_compare(clients, stack, "AWS::Serverless::Function", live.function, _wanted_function),
        *_compare(clients, stack, "AWS::Serverless::Api", second_door_live.door, second_door_live.wanted),
        *_other_triggers(clients, stack),
    ]


def _compare(
    clients: Clients,
    stack: Deployed,
    kind: str,
    read: live.Reader,
    want: Any,
) -> Iterator[Difference]:
    for logical, name, properties in stack.resources(kind):
        found = read(clients, name)
        for setting, wanted in want(stack, properties).items():
            if found[setting] != wanted:
                yield Difference(
                    resource=logical,
                    kind=kind,
                    name=name,
                    setting=setting,
                    wanted=wanted,
                    found=found[setting],
                )


def _wanted_table(stack: Deployed, properties: Json) -> Json:
    streamed: Json = {}
    if "StreamSpecification" in properties:  # for a second region
        condition, there, _ = properties["StreamSpecification"]["Fn::If"]
        streamed = there if condition == "HasRegions" and stack.names.get("Regions") else {}
    absent = {
        "GlobalSecondaryIndexes": [],
        "TimeToLiveSpecification": {"AttributeName": "", "Enabled": False},
    }
    found = absent | {key: value for key, value in properties.items() if key != "AttributeDefinitions"}
    return found | {"StreamSpecification": streamed}


def _wanted_queue(stack: Deployed, properties: Json) -> Json:
    wanted: Json = {"RedrivePolicy": {}} | properties
    if wanted["RedrivePolicy"]:
        dead = wanted["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        wanted["RedrivePolicy"] = wanted["RedrivePolicy"] | {"deadLetterTargetArn": _queue_arn(stack, dead)}
    return wanted


def _wanted_bucket(_: Deployed, properties: Json) -> Json:
    rule = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]
    return {
        "VersioningConfiguration": properties["VersioningConfiguration"],
        "BucketEncryption": rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"],
        "PublicAccessBlockConfiguration": properties["PublicAccessBlockConfiguration"],
    }


def _wanted_function(stack: Deployed, properties: Json) -> Json:
    reserved = stack.resolve(properties.get("ReservedConcurrentExecutions"))
    mapped = [each["Properties"] for each in properties.get("Events", {}).values() if each["Type"] == "SQS"]
    return {
        **{key: properties[key] for key in ("Handler", "MemorySize", "Timeout")},
        "Environment": stack.resolve(properties["Environment"]),
        "ReservedConcurrentExecutions": None if reserved is None else int(reserved),
        "Events": {
            _queue_arn(stack, event["Queue"]["Fn::GetAtt"][0]): {
                "MaximumBatchingWindowInSeconds": 0,
                "Enabled": True,
                **{key: value for key, value in event.items() if key != "Queue"},
            }
            for event in mapped
        },
    }


def _queue_arn(stack: Deployed, logical: str) -> str:
    """Return the ARN of a queue from its URL and the topic's ARN, which share region and account."""
    partition, region, account = (stack.names["InboundMail"].split(":")[i] for i in (1, 3, 4))
    return f"arn:{partition}:sqs:{region}:{account}:{stack.names[logical].rsplit('/', 1)[-1]}"


def _other_triggers(clients: Clients, stack: Deployed) -> Iterator[Difference]:
    """Compare schedules and subscriptions, which SAM makes as resources of their own."""
    for logical, name, properties in stack.resources("AWS::Serverless::Function"):
        for event_name, event in properties.get("Events", {}).items():
            if event["Type"] == "Schedule":
                wanted: Any = {"Schedule": event["Properties"]["Schedule"], "Enabled": True}
                found: Any = live.rule(clients, stack.names[f"{logical}{event_name}"])
            elif event["Type"] == "SNS":
                wanted = [name]
                topic = stack.resolve(event["Properties"]["Topic"])
                found = [arn.split(":")[6] for arn in live.subscribers(clients, topic)]
            else:
                continue
            if found != wanted:
                yield Difference(
                    resource=logical,
                    kind=event["Type"],
                    name=name,
                    setting=event_name,
                    wanted=wanted,
                    found=found,
                )


def main() -> None:
    """Print every difference between a stage on AWS and the template of these sources; fail if there is one."""
    parser = argparse.ArgumentParser(description="Compare a deployed stage with its template.")
    parser.add_argument("--stage", required=True)
    parser.add_argument("--region", default="eu-west-3")
    asked = parser.parse_args()
    session: Any = boto3.Session(region_name=asked.region)
    found = differences(session.client, deployed(session.client, f"{APP}-{asked.stage}", package(fetch=True)))
    print("\n".join(map(str, found)) or "as the template wants it")
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()
