"""The ports that every store suite runs on: memory, moto (never with threads), and the local stack."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import botocore.session
import pytest
from moto import mock_aws

from chalicelib.aws.clients import Clients
from chalicelib.aws.ports import AwsPorts, Names
from chalicelib.memory import MemoryPorts
from infra import stores

QUEUES = [
    "urgent",
    "normal",
    "bulk",
    "overflow",
    "probes",
    "evidence",
    "flips",
    "announcements",
    "normal_dead",
]
CREATED = ("KeySchema", "AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes")
ANCHOR_KEY = "alias/anchors"
_numbers = count(1)


@pytest.fixture
def memory_ports() -> MemoryPorts:
    return MemoryPorts()


@pytest.fixture(scope="module")
def moto_clients() -> Iterator[Clients]:
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        environment.setenv("AWS_ACCESS_KEY_ID", "example")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "example")
        environment.setenv("AWS_DEFAULT_REGION", "eu-west-3")
        yield Clients(botocore.session.get_session())


@pytest.fixture
def moto_ports(moto_clients) -> AwsPorts:
    return ports_on(moto_clients, f"t{next(_numbers)}")


@pytest.fixture(scope="module")
def stack_clients(stack) -> Iterator[Clients]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL", stack.endpoint)
        environment.setenv("AWS_ACCESS_KEY_ID", "test")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "test")
        environment.setenv("AWS_DEFAULT_REGION", "eu-west-3")
        yield Clients(botocore.session.get_session())


@pytest.fixture(scope="module")
def stack_ports(stack_clients) -> AwsPorts:
    return ports_on(stack_clients, f"s{next(_numbers)}")


@pytest.fixture
def fresh_stack_ports(stack_clients) -> AwsPorts:
    return ports_on(stack_clients, f"s{next(_numbers)}")


@pytest.fixture
def moto_pair(moto_clients) -> list[AwsPorts]:
    return [ports_on(moto_clients, f"t{next(_numbers)}") for _ in range(2)]


@pytest.fixture
def stack_pair(stack_clients) -> list[AwsPorts]:
    return [ports_on(stack_clients, f"s{next(_numbers)}") for _ in range(2)]


@pytest.fixture
def contacts(ports):
    return ports.contacts


@pytest.fixture
def health(ports):
    return ports.health


@pytest.fixture
def people(ports):
    return ports.people


@pytest.fixture
def anchors(ports):
    """With a key to sign by, which takes a while to make and which few tests need."""
    if isinstance(ports, AwsPorts):
        kms = ports.clients("kms")
        if ANCHOR_KEY not in [each["AliasName"] for each in kms.list_aliases()["Aliases"]]:
            key = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
            kms.create_alias(AliasName=ANCHOR_KEY, TargetKeyId=key)
    return ports.anchors


@pytest.fixture
def pages(ports):
    return ports.pages


@pytest.fixture
def vantages(ports):
    return ports.vantages


@pytest.fixture
def traffic(ports):
    return ports.traffic


def ports_on(clients: Clients, prefix: str) -> AwsPorts:
    """Fresh tables as the template defines them, buckets, queues and secrets, and the ports on them."""
    tables = {logical: f"{prefix}-{logical}" for logical in stores.TABLES}
    for logical, name in tables.items():
        properties: dict[str, Any] = stores.stores()[logical]["Properties"]
        clients("dynamodb").create_table(
            TableName=name, **{k: properties[k] for k in CREATED if k in properties}
        )
    buckets = [f"{prefix}-state", f"{prefix}-front-door"]
    for bucket in buckets:
        clients("s3").create_bucket(
            Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-3"}
        )
    clients("s3").create_bucket(
        Bucket=f"{prefix}-anchors",
        CreateBucketConfiguration={"LocationConstraint": "eu-west-3"},
        ObjectLockEnabledForBucket=True,
    )
    for secret in ("channels", "operators"):
        clients("secretsmanager").create_secret(Name=f"{prefix}-{secret}")
    clients("events").create_event_bus(Name=prefix)
    names = Names(
        event_bus=prefix,
        contacts_table=tables["ContactsTable"],
        health_table=tables["HealthTable"],
        plans_table=tables["PlansTable"],
        orders_table=tables["OrdersTable"],
        ledger_table=tables["LedgerTable"],
        people_table=tables["PeopleTable"],
        state_bucket=buckets[0],
        front_door_bucket=buckets[1],
        channel_secrets=f"{prefix}-channels",
        operator_secrets=f"{prefix}-operators",
        anchor_bucket=f"{prefix}-anchors",
        anchor_key=ANCHOR_KEY,
        queues={q: clients("sqs").create_queue(QueueName=f"{prefix}-{q}")["QueueUrl"] for q in QUEUES},
    )
    ports = AwsPorts(names)
    ports.clients = clients
    return ports
