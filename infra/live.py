"""What a deployed resource is really set to, in the words of its template: one reader per resource type."""

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from infra.alias import ALIAS
from infra.deploy import Clients

Json = dict[str, Any]
Reader = Callable[[Clients, str], Json]


def table(clients: Clients, name: str) -> Json:
    """Read a table's settings, time to live and point-in-time recovery among them."""
    dynamodb = clients("dynamodb")
    found = dynamodb.describe_table(TableName=name)["Table"]
    ttl = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    recovery = backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
    stream = found.get("StreamSpecification", {})
    return {
        "StreamSpecification": {name: stream[name] for name in ("StreamViewType",) if name in stream},
        "BillingMode": found.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
        "KeySchema": found["KeySchema"],
        "GlobalSecondaryIndexes": [
            {key: index[key] for key in ("IndexName", "KeySchema", "Projection")}
            for index in found.get("GlobalSecondaryIndexes", [])
        ],
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": recovery == "ENABLED"},
        "SSESpecification": {"SSEEnabled": found.get("SSEDescription", {}).get("Status") == "ENABLED"},
        "TimeToLiveSpecification": {
            "AttributeName": ttl.get("AttributeName", ""),
            "Enabled": ttl["TimeToLiveStatus"] in {"ENABLED", "ENABLING"},
        },
    }


def queue(clients: Clients, url: str) -> Json:
    """Read a queue's settings."""
    found = clients("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    redrive = json.loads(found.get("RedrivePolicy", "{}"))
    return {
        "VisibilityTimeout": int(found["VisibilityTimeout"]),
        "MessageRetentionPeriod": int(found["MessageRetentionPeriod"]),
        "SqsManagedSseEnabled": found.get("SqsManagedSseEnabled") == "true",
        "RedrivePolicy": redrive | ({"maxReceiveCount": int(redrive["maxReceiveCount"])} if redrive else {}),
    }


def function(clients: Clients, name: str) -> Json:
    """Read the settings of the version that answers, and the queues that wake it, by the queue's ARN."""
    client = clients("lambda")
    found = client.get_function_configuration(FunctionName=name, Qualifier=ALIAS)
    reserved = client.get_function_concurrency(FunctionName=name)
    return {
        "Handler": found["Handler"],
        "MemorySize": found["MemorySize"],
        "Timeout": found["Timeout"],
        "Environment": {"Variables": found.get("Environment", {}).get("Variables", {})},
        "ReservedConcurrentExecutions": reserved.get("ReservedConcurrentExecutions"),
        "Events": {
            mapping["EventSourceArn"]: {
                "BatchSize": mapping["BatchSize"],
                "FunctionResponseTypes": mapping.get("FunctionResponseTypes", []),
                "ScalingConfig": mapping.get("ScalingConfig", {}),
                "MaximumBatchingWindowInSeconds": mapping.get("MaximumBatchingWindowInSeconds", 0),
                "Enabled": mapping["State"] in {"Enabled", "Enabling", "Creating", "Updating"},
            }
            for mapping in client.list_event_source_mappings(FunctionName=f"{name}:{ALIAS}")[
                "EventSourceMappings"
            ]
        },
    }


def bucket(clients: Clients, name: str) -> Json:
    """Read whether a bucket keeps versions, encrypts, and whom it lets in."""
    s3 = clients("s3")
    encryption = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    return {
        "VersioningConfiguration": {
            "Status": s3.get_bucket_versioning(Bucket=name).get("Status", "Suspended")
        },
        "BucketEncryption": encryption[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"],
        "PublicAccessBlockConfiguration": _public_access(s3, name),
    }


def _public_access(s3: Any, name: str) -> Json:
    try:
        return dict(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"])
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchPublicAccessBlockConfiguration":
            return {}
        raise


def rule(clients: Clients, name: str) -> Json:
    """Read a schedule; CloudFormation calls it by the last part of its ARN."""
    found = clients("events").describe_rule(Name=name.rsplit("/", 1)[-1])
    return {"Schedule": found["ScheduleExpression"], "Enabled": found["State"] == "ENABLED"}


def subscribers(clients: Clients, topic: str) -> list[str]:
    """Return the ARNs of the functions that a topic wakes."""
    found = clients("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    return [subscription["Endpoint"] for subscription in found if subscription["Protocol"] == "lambda"]
