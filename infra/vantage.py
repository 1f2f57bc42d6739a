"""A vantage in another region: a queue and the probe function there, on the tables of home.

``python -m infra.vantage --stage prod --home eu-west-3 --region us-east-1 --bucket NAME`` deploys it; it works
once the plan names both regions under ``vantages``. The home tick fills its queue, so it needs no schedule.
"""

import json
import tempfile
from argparse import Namespace
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra.deploy import APP, Clients, DeploymentError, Target, deploy, outputs
from infra.elsewhere import command
from infra.package import Artefact, package

Json = dict[str, Any]
FUNCTION = "Probe"
VISIBILITY, RECEIPTS, PARALLEL, DAY = 180, 5, 20, 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """What a vantage needs to know of the deployment at home: names by logical id, and its probe function."""

    stage: str
    region: str
    names: dict[str, str]
    function: Json

    @property
    def account(self) -> str:
        """The account's number."""
        return str(self.function["Role"].split(":")[4])

    @property
    def partition(self) -> str:
        """The partition of all ARNs, usually `aws`."""
        return str(self.function["Role"].split(":")[1])

    @property
    def queue(self) -> str:
        """What the queue of probes is called in every other region; the home tick knows it by this name."""
        return f"{APP}-{self.stage}-vantage-probes"

    def arn(self, service: str, rest: str) -> str:
        """The ARN of something at home."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{rest}"


def home_of(clients: Clients, stage: str, region: str) -> Home:
    """Read what stands at home. Raises DeploymentError when nothing does."""
    stack = Target(stage=stage, bucket="").stack
    try:
        names = outputs(clients("cloudformation"), stack)
        found = clients("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId=FUNCTION)
        name = found["StackResourceDetail"]["PhysicalResourceId"]
        function = clients("lambda").get_function_configuration(FunctionName=name)
        secrets = clients("secretsmanager").describe_secret(SecretId=names["ChannelSecrets"])
    except ClientError as error:
        raise DeploymentError(f"{stack} does not stand in {region}: deploy it first: {error}") from error
    names = {**names, "ChannelSecrets": secrets["ARN"]}  # the local stack's outputs tell only its name
    return Home(stage=stage, region=region, names=names, function=function)


def deploy_vantage(
    clients: Clients, artefact: Artefact, home: Home, bucket: str, hosts: str = ""
) -> dict[str, str]:
    """Bring the vantage's stack to the artefact, with clients of its region; the stack's outputs.

    `hosts` are private hosts that its probes may call. Raises DeploymentError.
    """
    code = {"S3Bucket": bucket, "S3Key": f"{APP}/{artefact.digest}/code.zip"}
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "template.json"
        template.write_text(json.dumps(vantage_template(home, code, hosts)))
        target = Target(stage=f"{home.stage}-vantage", bucket=bucket)
        return deploy(clients, replace(artefact, template=template), target)


def vantage_template(home: Home, code: Json, hosts: str) -> Json:
    """Return the whole stack of a vantage: queue, dead letters, role, function, and what wakes it."""
    return {
        "Parameters": {"Stage": {"Type": "String"}},
        "Resources": _queues(home) | _role(home) | _function(home, code, hosts),
        "Outputs": {
            "VantageProbes": {"Value": {"Ref": "Probes"}},
            "VantageDead": {"Value": {"Ref": "DeadProbes"}},
            "VantageFunction": {"Value": {"Ref": FUNCTION}},
        },
    }


def _queues(home: Home) -> Json:
    redrive = {"deadLetterTargetArn": {"Fn::GetAtt": ["DeadProbes", "Arn"]}, "maxReceiveCount": RECEIPTS}
    # a probe that nobody made within five minutes says nothing of now
    probes = {"QueueName": home.queue, "VisibilityTimeout": VISIBILITY, "MessageRetentionPeriod": 300}
    return {
        "Probes": {"Type": "AWS::SQS::Queue", "Properties": probes | {"RedrivePolicy": redrive}},
        "DeadProbes": {"Type": "AWS::SQS::Queue", "Properties": {"MessageRetentionPeriod": 14 * DAY}},
    }


def _role(home: Home) -> Json:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    policy = {"Version": "2012-10-17", "Statement": _statements(home)}
    role = {
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        "Policies": [{"PolicyName": "probe-from-afar", "PolicyDocument": policy}],
    }
    return {"Role": {"Type": "AWS::IAM::Role", "Properties": role}}


def _statements(home: Home) -> list[Json]:
    """The rights of a probe: less than at home's, for canaries and pages are sent from there."""
    names = home.names
    own = {"Fn::GetAtt": ["Probes", "Arn"]}
    flips = home.arn("sqs", names["FlipsQueue"].rpartition("/")[2])
    bucket = f"arn:{home.partition}:s3:::{names['StateBucket']}"
    takes = ("ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueAttributes")
    logs = f"arn:{home.partition}:logs:*:{home.account}:log-group:/aws/lambda/{APP}-{home.stage}-vantage-*"
    return [
        _may("dynamodb", ("GetItem", "BatchGetItem", "UpdateItem", "PutItem"), _table(home, "HealthTable")),
        _may("dynamodb", ("PutItem", "Query"), _table(home, "LedgerTable")),
        _may("dynamodb", ("GetItem",), _table(home, "PlansTable"), _table(home, "OrdersTable")),
        _may("sqs", takes, own),
        _may("sqs", ("SendMessage",), flips, own),
        _may("secretsmanager", ("GetSecretValue",), names["ChannelSecrets"]),
        _may("s3", ("GetObject",), f"{bucket}/*"),
        _may("s3", ("ListBucket",), bucket),
        _may("ses", ("GetAccount",), "*"),
        _may("logs", ("CreateLogGroup", "CreateLogStream", "PutLogEvents"), logs, f"{logs}:*"),
    ]


def _table(home: Home, name: str) -> str:
    return home.arn("dynamodb", f"table/{home.names[name]}")


def _may(service: str, actions: tuple[str, ...], *resources: Any) -> Json:
    return {
        "Effect": "Allow", "Action": [f"{service}:{each}" for each in actions], "Resource": [*resources],
    }  # fmt: skip


def _function(home: Home, code: Json, hosts: str) -> Json:
    variables = dict(home.function["Environment"]["Variables"])
    variables |= {"BASCULE_HOME_REGION": home.region, "BASCULE_PRIVATE_HOSTS": hosts}
    variables["BASCULE_PROBES_QUEUE"] = {"Ref": "Probes"}
    function = {
        "FunctionName": f"{APP}-{home.stage}-vantage-probe",
        "Runtime": home.function["Runtime"],
        "Handler": home.function["Handler"],
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Code": code,
        "MemorySize": home.function["MemorySize"],
        "Timeout": home.function["Timeout"],
        "Environment": {"Variables": variables},
    }
    mapping = {
        "EventSourceArn": {"Fn::GetAtt": ["Probes", "Arn"]},
        "FunctionName": {"Ref": FUNCTION},
        "BatchSize": 1,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "ScalingConfig": {"MaximumConcurrency": PARALLEL},
    }
    return {
        FUNCTION: {"Type": "AWS::Lambda::Function", "Properties": function},
        "Wakes": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": mapping},
    }


def _deployed(asked: Namespace, at_home: Clients, there: Clients) -> dict[str, str]:
    home = home_of(at_home, asked.stage, asked.home)
    return deploy_vantage(there, package(fetch=True), home, asked.bucket)


if __name__ == "__main__":
    command(
        "Deploy a vantage of Bascule: probes from another region.",
        "where to probe from, e.g. us-east-1",
        _deployed,
    )
