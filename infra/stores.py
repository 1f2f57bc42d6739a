"""The tables, buckets and secrets, as CloudFormation resources."""

from typing import Any

from infra.anchors import anchors
from infra.buckets import bucket

Json = dict[str, Any]

# Keys of each table: name -> type, the partition key first.
TABLES: dict[str, dict[str, str]] = {
    "HealthTable": {"pk": "S"},
    "ContactsTable": {"pk": "S", "sk": "S"},
    "PlansTable": {"pk": "S", "version": "N"},
    "OrdersTable": {"pk": "S"},
    "PeopleTable": {"pk": "S"},
    "LedgerTable": {"pk": "S", "seq": "N"},
}
INDEXES: dict[str, list[tuple[str, dict[str, str], Json]]] = {
    "ContactsTable": [
        (
            "due",
            {"due_shard": "S", "due_at": "N"},
            {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["lane"]},
        ),
        ("party", {"party": "S", "received_at": "N"}, {"ProjectionType": "KEYS_ONLY"}),
    ],
}
# Expired rows are removed in the end; nothing may rely on when (AWS takes up to two days).
EXPIRING = ("ContactsTable", "PeopleTable")
REPLICATED = ("HealthTable", "ContactsTable", "PlansTable", "OrdersTable", "PeopleTable")
"""What a second region has too (infra/region.py). A ledger's chain bears one writer: each region has its own."""
EXPORTS_KEPT = 35
"""Days, as DynamoDB keeps its point-in-time backups."""


_OPEN_TO_READERS = [
    {"id": check, "comment": "the feed is for everybody: its policy lets the public read objects, no more"}
    for check in ("CKV_AWS_53", "CKV_AWS_54", "CKV_AWS_55", "CKV_AWS_56")
]


def stores() -> Json:
    """Return every resource that keeps something; none is deleted with its stack by accident."""
    found = {name: _table(name, keys) for name, keys in TABLES.items()}
    found["StateBucket"] = _kept("AWS::S3::Bucket", _bucket(public=False))
    found["FrontDoorBucket"] = _kept(
        "AWS::S3::Bucket", _bucket(public=True) | {"CorsConfiguration": {"CorsRules": [_any_page_may_read()]}}
    )
    found["FrontDoorBucket"]["Metadata"] = {"checkov": {"skip": _OPEN_TO_READERS}}
    found["BackupBucket"] = _kept("AWS::S3::Bucket", _bucket(public=False))
    found["BackupBucket"]["Properties"]["LifecycleConfiguration"]["Rules"].append(_exports_end())
    found["FrontDoorBucketPolicy"] = _everyone_reads("FrontDoorBucket")
    found |= anchors()
    found["ChannelSecrets"] = _secret("Vendors' secrets by channel, a JSON document written after deployment")
    found["OperatorSecrets"] = _secret(
        "Digests of operators' tokens, a JSON document written after deployment"
    )
    return found


def _kept(kind: str, properties: Json) -> Json:
    return {
        "Type": kind,
        "DeletionPolicy": "RetainExceptOnCreate",
        "UpdateReplacePolicy": "Retain",
        "Properties": properties,
    }


def _table(name: str, keys: dict[str, str]) -> Json:
    indexes = INDEXES.get(name, [])
    attributes = dict(keys)
    for _, index_keys, _ in indexes:
        attributes |= index_keys
    properties: Json = {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": n, "AttributeType": t} for n, t in attributes.items()],
        "KeySchema": _schema(keys),
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        "SSESpecification": {"SSEEnabled": True},
    }
    if indexes:
        properties["GlobalSecondaryIndexes"] = [
            {"IndexName": index, "KeySchema": _schema(index_keys), "Projection": projection}
            for index, index_keys, projection in indexes
        ]
    if name in EXPIRING:
        properties["TimeToLiveSpecification"] = {"AttributeName": "expires_at", "Enabled": True}
    if name in REPLICATED:
        streamed = {"StreamViewType": "NEW_AND_OLD_IMAGES"}  # what DynamoDB itself copies by
        properties["StreamSpecification"] = {
            "Fn::If": ["HasRegions", streamed, {"Ref": "AWS::NoValue"}],
        }
    return _kept("AWS::DynamoDB::Table", properties)


def _schema(keys: dict[str, str]) -> list[Json]:
    return [
        {"AttributeName": name, "KeyType": kind} for name, kind in zip(keys, ("HASH", "RANGE"), strict=False)
    ]


def _bucket(*, public: bool) -> Json:
    return {
        **bucket(public=public),
        # The feed and the snapshot are rewritten every minute: old versions would pile up for ever.
        "LifecycleConfiguration": {
            "Rules": [
                {"Id": "forget", "Status": "Enabled", "NoncurrentVersionExpiration": {"NoncurrentDays": 30}},
            ],
        },
    }


def _exports_end() -> Json:
    """An export lives as long as a table's own point-in-time backup: what is in neither is nowhere."""
    return {"Id": "exports", "Status": "Enabled", "Prefix": "exports/", "ExpirationInDays": EXPORTS_KEPT}


def _any_page_may_read() -> Json:
    return {
        "AllowedMethods": ["GET", "HEAD"],
        "AllowedOrigins": ["*"],
        "AllowedHeaders": ["*"],
        "MaxAge": 3600,
    }


def _everyone_reads(bucket: str) -> Json:
    statement = {
        "Sid": "EveryoneReadsTheFeed",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": {"Fn::Sub": f"${{{bucket}.Arn}}/*"},
    }
    return {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {
            "Bucket": {"Ref": bucket},
            "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        },
    }


def _secret(description: str) -> Json:
    return _kept("AWS::SecretsManager::Secret", {"Description": description})
