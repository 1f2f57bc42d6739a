"""Deploys the artefact by a CloudFormation change set, on AWS and on the local stack alike.

``python -m infra.deploy --stage prod --region eu-west-3 --bucket NAME`` is the way to AWS.
"""

import argparse
import json
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import boto3
from botocore.exceptions import ClientError, WaiterError

from infra.bundle import pack, stores_of
from infra.package import Artefact, PackagingError, package

APP = "bascule"
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
UNCHANGED = ("didn't contain changes", "No updates are to be performed")


class Clients(Protocol):
    """Makes a client of an AWS service; boto3's session is one."""

    def __call__(self, service: str, /) -> Any:
        """Return the client of a service by its boto3 name."""


class DeploymentError(RuntimeError):
    """The stack is not as wanted; the message says which resource failed and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One deployment: its stage, the bucket that takes the artefact, and the template's parameters."""

    stage: str
    bucket: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def stack(self) -> str:
        """Name of the CloudFormation stack."""
        return f"{APP}-{self.stage}"


def deploy(clients: Clients, artefact: Artefact, target: Target) -> dict[str, str]:
    """Bring the stack to the artefact and return the stack's outputs by name.

    Raises:
        DeploymentError: naming each resource that failed.
    """
    cloudformation = clients("cloudformation")
    url = _upload(clients("s3"), artefact, target.bucket)
    exists = _exists(cloudformation, target.stack)
    # the same artefact may be deployed again, but two change sets may not share a name
    name = f"artefact-{artefact.digest}-{secrets.token_hex(3)}"
    asked = {"StackName": target.stack, "ChangeSetName": name, "Capabilities": CAPABILITIES}
    asked |= {"ChangeSetType": "UPDATE" if exists else "CREATE", "TemplateURL": url}
    try:
        cloudformation.create_change_set(**asked, Parameters=_parameters(target))
    except ClientError as error:
        raise DeploymentError(f"{target.stack}: the template was refused: {error}") from error
    if _worth_executing(cloudformation, target.stack, name):
        cloudformation.execute_change_set(StackName=target.stack, ChangeSetName=name)
        _await(cloudformation, target.stack, "stack_update_complete" if exists else "stack_create_complete")
    return outputs(cloudformation, target.stack)


def _parameters(target: Target) -> list[dict[str, str]]:
    given = {"Stage": target.stage, **target.parameters}
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()]


def outputs(cloudformation: Any, stack: str) -> dict[str, str]:
    """Return the outputs of a stack by name."""
    described = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}


def _upload(s3: Any, artefact: Artefact, bucket: str) -> str:
    """Put zip and template under the digest of their sources; return the template's address."""
    code = f"{APP}/{artefact.digest}/code.zip"
    template = json.loads(artefact.template.read_text())
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = f"s3://{bucket}/{code}"
    key = f"{APP}/{artefact.digest}/template.json"
    s3.upload_file(str(artefact.zip_file), bucket, code)
    s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(template).encode())
    return f"{s3.meta.endpoint_url}/{bucket}/{key}"


def _exists(cloudformation: Any, stack: str) -> bool:
    """Say whether there is a stack to update; one that only reserves its name counts as none."""
    try:
        described = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return False
        raise
    return bool(described["StackStatus"] != "REVIEW_IN_PROGRESS")


def _worth_executing(cloudformation: Any, stack: str, change_set: str) -> bool:
    """Wait for the change set; a set without changes is removed and not executed."""
    waiter = cloudformation.get_waiter("change_set_create_complete")
    try:
        waiter.wait(StackName=stack, ChangeSetName=change_set, WaiterConfig={"Delay": 1, "MaxAttempts": 120})
    except WaiterError as error:
        described = cloudformation.describe_change_set(StackName=stack, ChangeSetName=change_set)
        reason = str(described.get("StatusReason", error))
        cloudformation.delete_change_set(StackName=stack, ChangeSetName=change_set)
        if any(words in reason for words in UNCHANGED):
            return False
        raise DeploymentError(f"{stack}: the change set was refused: {reason}") from error
    return True


def _await(cloudformation: Any, stack: str, state: str) -> None:
    try:
        cloudformation.get_waiter(state).wait(StackName=stack, WaiterConfig={"Delay": 1, "MaxAttempts": 1800})
    except WaiterError as error:
        raise DeploymentError(f"{stack} failed:\n" + "\n".join(_failures(cloudformation, stack))) from error


def _failures(cloudformation: Any, stack: str) -> list[str]:
    events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    return [
        f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason', 'no reason given')}"
        for event in events
        if event["ResourceStatus"].endswith("FAILED")
    ]


def _bundle(cloudformation: Any, stack: str, region: str) -> str:
    """Pack what the stage goes by now, so that its functions have it even when no store answers."""
    if not _exists(cloudformation, stack):
        return "first deployment: nothing to bundle"
    return pack(stores_of(outputs(cloudformation, stack), region))


def main() -> None:
    """Package, deploy to AWS with the caller's own credentials, print the outputs."""
    parser = argparse.ArgumentParser(description="Deploy Bascule to AWS.")
    parser.add_argument("--stage", required=True, help="name of this deployment, e.g. prod")
    parser.add_argument("--region", default="eu-west-3")
    parser.add_argument("--bucket", required=True, help="an existing bucket of yours that takes the artefact")
    parser.add_argument("--mail-domain", default="", help="domain whose inbound mail SES hands over")
    parser.add_argument("--regions", default="", help="those that take turns, e.g. eu-west-3,eu-central-1")
    parser.add_argument(
        "--anchor-lock",
        default="COMPLIANCE",
        choices=("COMPLIANCE", "GOVERNANCE"),
        help="of the ledger's anchors",
    )
    parser.add_argument("--anchor-days", default=400, type=int, help="for how long an anchor is locked")
    parser.add_argument(
        "--track-intake", action="store_true", help="let plans have AWS move the intake's warm environments"
    )
    asked = parser.parse_args()
    if asked.regions and asked.region not in asked.regions.split(","):
        parser.error(f"--regions must name {asked.region} too, or nobody would send")
    session: Any = boto3.Session(region_name=asked.region)
    parameters = {"Aws": "yes", "MailDomain": asked.mail_domain, "Regions": asked.regions}
    parameters |= {"AnchorLock": asked.anchor_lock, "AnchorDays": str(asked.anchor_days)}
    parameters |= {"TrackIntake": "yes" if asked.track_intake else "no"}
    target = Target(stage=asked.stage, bucket=asked.bucket, parameters=parameters)
    try:
        print(_bundle(session.client("cloudformation"), target.stack, asked.region), file=sys.stderr)
        found = deploy(session.client, package(fetch=True), target)
    except (PackagingError, DeploymentError, ClientError) as error:
        raise SystemExit(str(error)) from error
    print(json.dumps(found, indent=2, sort_keys=True))


if __name__ == "__main__":
    main()
