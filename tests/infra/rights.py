"""Every right that any policy of ours gives, and for each a call that shows whether a role has it and does nothing."""

from collections.abc import Mapping
from typing import Any

Call = tuple[str, str, dict[str, Any]]
Right = tuple[str, str]
"""The action, and the logical id of what it is allowed on (an index belongs to its table)."""
Json = dict[str, Any]

EACH_ITS_OWN = (
    "logs:",
    "ses:SendEmail",
    "lambda:",
    "application-autoscaling:",
    "apigateway:",
    "kms:",
    "sns:List",
)
"""The same for all by design, or tried elsewhere: a function's own log, mail to an identity that must exist first.

What `tick` may do to our functions and our API, and who may sign, is tried in test_roles_on_the_stack, what the
doctor looks at in test_observe_on_the_stack.
"""
KEY = {"pk": {"S": "role-probe"}}


def rights_of(role: Json) -> set[Right]:
    """What a role may do."""
    statements = [each for policy in role["Policies"] for each in policy["PolicyDocument"]["Statement"]]
    return {
        (action, named)
        for statement in statements
        for action in statement["Action"]
        if not action.startswith(EACH_ITS_OWN)
        for resource in statement["Resource"]
        if (named := _named(action, resource))
    }


def call_of(right: Right, names: Mapping[str, str]) -> Call:
    """A call that AWS refuses for its arguments if not for its caller, or that changes nothing."""
    action, logical = right
    operation, name = action.split(":")[1], names.get(logical, "")
    event = {"EventBusName": name, "Source": "role-probe", "DetailType": "x", "Detail": "{}"}
    table = {"TableName": name}
    return {
        "GetItem": ("dynamodb", "get_item", {**table, "Key": KEY}),
        "PutItem": ("dynamodb", "put_item", {**table, "Item": {"no-key": {"S": "x"}}}),
        "UpdateItem": ("dynamodb", "update_item", {**table, "Key": {"no-key": {"S": "x"}}}),
        "ConditionCheckItem": (
            "dynamodb", "transact_write_items", {"TransactItems": [{"ConditionCheck": _absent(table)}]},
        ),
        "BatchGetItem": ("dynamodb", "batch_get_item", {"RequestItems": {name: {"Keys": [KEY]}}}),
        "Query": ("dynamodb", "query", {**table, **_nobody(logical)}),
        "Scan": ("dynamodb", "scan", {**table, "Limit": 1}),
        "DescribeTable": ("dynamodb", "describe_table", table),
        "UpdateTable": ("dynamodb", "update_table", table),
        "SendMessage": ("sqs", "send_message", {"QueueUrl": name, "MessageBody": "x", "DelaySeconds": 901}),
        "ReceiveMessage": ("sqs", "receive_message", {"QueueUrl": name, "MaxNumberOfMessages": 11}),
        "DeleteMessage": ("sqs", "delete_message", {"QueueUrl": name, "ReceiptHandle": "x"}),
        "ChangeMessageVisibility": (
            "sqs", "change_message_visibility", {"QueueUrl": name, "ReceiptHandle": "x", "VisibilityTimeout": 0},
        ),
        "GetQueueAttributes": ("sqs", "get_queue_attributes", {"QueueUrl": name}),
        "GetObject": ("s3", "get_object", {"Bucket": name, "Key": "role-probe-none"}),
        "PutObject": ("s3", "put_object", {"Bucket": name, "Key": "role-probe", "Body": ""}),
        "ListBucket": ("s3", "list_objects_v2", {"Bucket": name, "MaxKeys": 1}),
        "GetSecretValue": ("secretsmanager", "get_secret_value", {"SecretId": name}),
        "PutEvents": ("events", "put_events", {"Entries": [event]}),
        "GetAccount": ("sesv2", "get_account", {}),
    }[operation]  # fmt: skip


def _absent(table: Json) -> Json:
    """A condition that no item of the table fulfils."""
    return {**table, "Key": {"no-key": {"S": "x"}}, "ConditionExpression": "attribute_exists(pk)"}


def _nobody(logical: str) -> Json:
    values = {":nobody": {"S": "role-probe"}}
    return {"KeyConditionExpression": "pk = :nobody", "ExpressionAttributeValues": values, "Limit": 1}


def _named(action: str, resource: Any) -> str:
    """The logical id in a policy's resource; "" for an index with an action that knows none, or a pattern."""
    if isinstance(resource, str):
        return "everything"
    if "Fn::GetAtt" in resource:
        return str(resource["Fn::GetAtt"][0])
    words = resource["Fn::Sub"]
    if "/index/" in words or "vantage-probes" in words or not words.startswith("${"):
        return ""
    return str(words.removeprefix("${").split(".")[0])
