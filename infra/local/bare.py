"""Tables, buckets, queues, secrets without the stack around them, on whatever answers as AWS; and the ports there."""

from typing import Any

from chalicelib.aws.clients import Clients
from chalicelib.aws.ports import AwsPorts, Names
from infra import stores

QUEUES = (
    "urgent",
    "normal",
    "bulk",
    "overflow",
    "probes",
    "evidence",
    "flips",
    "announcements",
    "normal_dead",
)
ANCHOR_KEY = "alias/anchors"
_CREATED = ("KeySchema", "AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes")
_PLACE = {"LocationConstraint": "eu-west-3"}


def ports_on(clients: Clients, prefix: str) -> AwsPorts:
    """Make everything under names of that prefix, the secrets empty, and return the ports on it."""
    ports = AwsPorts(made(clients, prefix))
    ports.clients = clients
    return ports


def made(clients: Clients, prefix: str) -> Names:
    """Make everything, the tables as the template defines them; a table's name is the prefix and its logical id."""
    state, front_door, anchors = (f"{prefix}{name}" for name in ("state", "front-door", "anchors"))
    for bucket in (state, front_door):
        clients("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=_PLACE)
    clients("s3").create_bucket(
        Bucket=anchors, CreateBucketConfiguration=_PLACE, ObjectLockEnabledForBucket=True
    )
    for secret in ("channels", "operators"):
        clients("secretsmanager").create_secret(Name=f"{prefix}{secret}")
    clients("events").create_event_bus(Name=f"{prefix}bus")
    return Names(
        **_tables(clients, prefix),
        event_bus=f"{prefix}bus",
        state_bucket=state,
        front_door_bucket=front_door,
        channel_secrets=f"{prefix}channels",
        operator_secrets=f"{prefix}operators",
        anchor_bucket=anchors,
        anchor_key=ANCHOR_KEY,
        queues={q: clients("sqs").create_queue(QueueName=f"{prefix}{q}")["QueueUrl"] for q in QUEUES},
    )


def signing(clients: Clients) -> None:
    """Make the key that signs anchors, unless it is there; it takes a while, and few need it."""
    kms = clients("kms")
    if ANCHOR_KEY not in [each["AliasName"] for each in kms.list_aliases()["Aliases"]]:
        key = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName=ANCHOR_KEY, TargetKeyId=key)


def _tables(clients: Clients, prefix: str) -> dict[str, Any]:
    defined, found = stores.stores(), {}
    for logical in stores.TABLES:
        properties = defined[logical]["Properties"]
        wanted = {name: properties[name] for name in _CREATED if name in properties}
        clients("dynamodb").create_table(TableName=f"{prefix}{logical}", **wanted)
        found[f"{logical.removesuffix('Table').lower()}_table"] = f"{prefix}{logical}"
    return found
