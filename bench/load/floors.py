"""Puts the floor's two functions on the local stack, behind a gateway, a table and a queue of their own."""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

from infra.local.stack import Stack

SOURCE = Path(__file__).with_name("floor_functions.py")
MEMORY_MB = 1024
PATIENCE = {"Delay": 1, "MaxAttempts": 30}
ROLE = "bench-floor"
RIGHTS = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["dynamodb:PutItem", "sqs:SendMessage"], "Resource": "*"},
        {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"},
    ],
}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


def floors(stack: Stack) -> Mapping[str, str]:
    """Deploy them; the URL of each by its name: `put`, `put and send`."""
    role, variables = _role(stack), {"TABLE": _table(stack), "QUEUE": _queue(stack)}
    arns = {name: _function(stack, name, role, variables) for name in ("put", "put_and_send")}
    return {name.replace("_", " "): url for name, url in _gateway(stack, arns).items()}


def _role(stack: Stack) -> str:
    iam = stack.client("iam")
    made = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.put_role_policy(RoleName=ROLE, PolicyName="floor", PolicyDocument=json.dumps(RIGHTS))
    return str(made["Role"]["Arn"])


def _table(stack: Stack) -> str:
    stack.client("dynamodb").create_table(
        TableName="bench-floor",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )
    return "bench-floor"


def _queue(stack: Stack) -> str:
    return str(stack.client("sqs").create_queue(QueueName="bench-floor")["QueueUrl"])


def _function(stack: Stack, name: str, role: str, variables: Mapping[str, str]) -> str:
    packed, own = io.BytesIO(), f"bench-{name.replace('_', '-')}"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(SOURCE, SOURCE.name)
    client = stack.client("lambda")
    made = client.create_function(
        FunctionName=own,
        Runtime="python3.11",
        Handler=f"{SOURCE.stem}.{name}",
        Role=role,
        Code={"ZipFile": packed.getvalue()},
        MemorySize=MEMORY_MB,
        Timeout=30,
        Environment={"Variables": dict(variables)},
    )
    client.get_waiter("function_active_v2").wait(FunctionName=own, WaiterConfig=PATIENCE)
    return str(made["FunctionArn"])


def _gateway(stack: Stack, arns: Mapping[str, str]) -> dict[str, str]:
    """One REST API with a path for each function."""
    client = stack.client("apigateway")
    api = client.create_rest_api(name="bench-floor")["id"]
    (root,) = client.get_resources(restApiId=api)["items"]
    for name, arn in arns.items():
        at = client.create_resource(restApiId=api, parentId=root["id"], pathPart=name)["id"]
        asked = {"restApiId": api, "resourceId": at, "httpMethod": "POST"}
        client.put_method(**asked, authorizationType="NONE")
        uri = (
            f"arn:aws:apigateway:{client.meta.region_name}:lambda:path/2015-03-31/functions/{arn}/invocations"
        )
        client.put_integration(**asked, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
        stack.client("lambda").add_permission(
            FunctionName=arn,
            StatementId="gateway",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
        )
    client.create_deployment(restApiId=api, stageName="bench")
    return {name: f"{stack.endpoint}/restapis/{api}/bench/_user_request_/{name}" for name in arns}
