"""Every role, worn by a real function on the local stack, may do its own work and no other's."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.local.stack import Stack

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

Call = tuple[str, str, dict[str, Any]]


@pytest.fixture(scope="module")
def attempt(stack: Stack) -> Callable[..., list[str]]:
    """A function: (logical id whose role to wear, calls) -> what came of each call."""

    def worn(function: str, *calls: Call) -> list[str]:
        client = stack.client("lambda")
        model = client.get_function_configuration(FunctionName=stack.functions[function])
        name = f"role-probe-{function}"
        client.create_function(
            FunctionName=name,
            Runtime=model["Runtime"],
            Role=model["Role"],
            Handler="role_probe.handler",
            Code={"ZipFile": zipped(Path(__file__).parent / "role_probe.py")},
            Timeout=30,
        )
        try:
            answer = client.invoke(FunctionName=name, Payload=json.dumps({"calls": calls}))["Payload"].read()
        finally:
            client.delete_function(FunctionName=name)
        outcomes: list[str] = json.loads(answer)
        return outcomes

    return worn


@pytest.fixture(scope="module")
def calls(stack: Stack) -> dict[str, Call]:
    """One harmless call for each right that a policy may give, by a name."""
    out = stack.outputs
    row = {"pk": {"S": "role-probe"}, "sk": {"S": "row"}}
    return {
        "write contacts": ("dynamodb", "put_item", {"TableName": out["ContactsTable"], "Item": row}),
        "delete contacts": ("dynamodb", "delete_item", {"TableName": out["ContactsTable"], "Key": row}),
        "read contacts": ("dynamodb", "get_item", {"TableName": out["ContactsTable"], "Key": row}),
        "scan contacts": ("dynamodb", "scan", {"TableName": out["ContactsTable"]}),
        "sweep contacts": (
            "dynamodb",
            "query",
            {
                "TableName": out["ContactsTable"],
                "IndexName": "due",
                "KeyConditionExpression": "due_shard = :shard",
                "ExpressionAttributeValues": {":shard": {"S": "0"}},
            },
        ),
        "read health": ("dynamodb", "get_item", {"TableName": out["HealthTable"], "Key": {"pk": {"S": "x"}}}),
        "read people": ("dynamodb", "get_item", {"TableName": out["PeopleTable"], "Key": {"pk": {"S": "x"}}}),
        "write people": (
            "dynamodb",
            "put_item",
            {"TableName": out["PeopleTable"], "Item": {"pk": {"S": "role-probe"}}},
        ),
        "read backups": ("s3", "get_object", {"Bucket": out["BackupBucket"], "Key": "no-such-object"}),
        "write backups": ("s3", "put_object", {"Bucket": out["BackupBucket"], "Key": "probe", "Body": ""}),
        "write plans": (
            "dynamodb",
            "put_item",
            {"TableName": out["PlansTable"], "Item": {"pk": {"S": "role-probe"}, "version": {"N": "0"}}},
        ),
        "check plans in a transaction": (
            "dynamodb",
            "transact_write_items",
            {
                "TransactItems": [
                    {
                        "ConditionCheck": {
                            "TableName": out["PlansTable"],
                            "Key": {"pk": {"S": "role-probe"}, "version": {"N": "9"}},
                            "ConditionExpression": "attribute_not_exists(pk)",
                        }
                    }
                ]
            },
        ),
        "write ledger": (
            "dynamodb",
            "put_item",
            {"TableName": out["LedgerTable"], "Item": {"pk": {"S": "role-probe"}, "seq": {"N": "0"}}},
        ),
        "lay a bell aside": ("sqs", "send_message", {"QueueUrl": out["BulkDeadQueue"], "MessageBody": "{}"}),
        "look through dead letters": ("sqs", "receive_message", {"QueueUrl": out["FlipsDeadQueue"]}),
        "take urgent": ("sqs", "receive_message", {"QueueUrl": out["UrgentQueue"]}),
        "read channel secrets": ("secretsmanager", "get_secret_value", {"SecretId": out["ChannelSecrets"]}),
        "read operator secrets": ("secretsmanager", "get_secret_value", {"SecretId": out["OperatorSecrets"]}),
        "write state": ("s3", "put_object", {"Bucket": out["StateBucket"], "Key": "probe", "Body": ""}),
        "write feed": ("s3", "put_object", {"Bucket": out["FrontDoorBucket"], "Key": "probe", "Body": ""}),
        "publish events": (
            "events",
            "put_events",
            {
                "Entries": [
                    {
                        "EventBusName": out["EventBus"],
                        "Source": "role-probe",
                        "DetailType": "probe",
                        "Detail": "{}",
                    }
                ]
            },
        ),
        "read state": ("s3", "get_object", {"Bucket": out["StateBucket"], "Key": "no-such-object"}),
        "write anchors": ("s3", "put_object", {"Bucket": out["AnchorBucket"], "Key": "probe", "Body": ""}),
        "read anchors": ("s3", "get_object", {"Bucket": out["AnchorBucket"], "Key": "no-such-object"}),
        "delete anchors": ("s3", "delete_object", {"Bucket": out["AnchorBucket"], "Key": "no-such-object"}),
        "sign anchors": (
            "kms", "sign",
            {"KeyId": out["AnchorKey"], "Message": "x", "SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256"},
        ),
        "read the anchors' key": ("kms", "get_public_key", {"KeyId": out["AnchorKey"]}),
        "look at the intake's share": (
            "lambda", "get_function_concurrency", {"FunctionName": stack.functions["APIHandler"]},
        ),
        "look at triggers": ("lambda", "list_event_source_mappings", {}),
        "look at a table's warmth": ("dynamodb", "describe_table", {"TableName": out["HealthTable"]}),
    }  # fmt: skip


MAY = {
    "APIHandler": {"write contacts", "read contacts", "read channel secrets", "read state"},
    "Mail": {"write contacts", "read contacts", "read channel secrets", "read state"},
    "ReplayOverflow": {"write contacts", "read contacts", "read channel secrets", "read state"},
    "Authorizer": {"read operator secrets"},
    "OperationsHandler": {
        "read operator secrets",
        "look through dead letters",
        "write contacts",
        "read contacts",
        "scan contacts",
        "sweep contacts",
        "read health",
        "read people",
        "write people",
        "write plans",
        "check plans in a transaction",
        "write ledger",
        "read channel secrets",
        "write state",
        "read state",
        "read anchors",
        "read the anchors' key",
        "look at triggers",
    },
    "Deliver": {
        "write contacts",
        "read contacts",
        "read health",
        "read people",
        "take urgent",
        "lay a bell aside",
        "write ledger",
        "read channel secrets",
        "read state",
    },
    "Probe": {
        "write contacts",
        "read contacts",
        "sweep contacts",
        "read health",
        "write ledger",
        "read channel secrets",
        "read state",
        "look at triggers",
    },
    "Tick": {
        "read operator secrets",
        "read contacts",
        "scan contacts",
        "sweep contacts",
        "read people",
        "write people",
        "read health",
        "write plans",
        "check plans in a transaction",
        "write ledger",
        "read channel secrets",
        "write state",
        "write feed",
        "publish events",
        "read state",
        "look at the intake's share",
        "look at a table's warmth",
        "write anchors",
        "read anchors",
        "sign anchors",
        "read the anchors' key",
    },
    "Announce": {"read channel secrets", "read state"},
    "Evidence": {
        "write contacts",
        "read contacts",
        "read health",
        "write ledger",
        "read channel secrets",
        "read state",
    },
}


@pytest.mark.parametrize("function", MAY)
def test_a_role_allows_the_work_of_its_function_and_nothing_else(function, attempt, calls):
    outcomes = attempt(function, *calls.values())

    allowed = {name for name, outcome in zip(calls, outcomes, strict=True) if outcome != "denied"}
    assert allowed == MAY[function]


def test_every_function_of_the_stack_is_tried(stack):
    assert MAY.keys() == stack.functions.keys()


def zipped(path: Path) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as writing:
        writing.writestr(path.name, path.read_text())
    return packed.getvalue()
