"""Run by Lambda: the least that can be called kept. One conditional put; one put and one message.

Each writes one line, as the product does: the local stack waits 50 ms for the words of a function that is silent.
"""

import json
import os
from typing import Any

import botocore.session
from botocore.config import Config

Json = dict[str, Any]

session: Any = botocore.session.get_session()
config = Config(connect_timeout=1, read_timeout=5, retries={"total_max_attempts": 2})
dynamodb = session.create_client("dynamodb", config=config)
sqs = session.create_client("sqs", config=config)


def put(event: Json, context: object) -> Json:  # noqa: ARG001 - Lambda's signature
    """Write the body under the request's own id."""
    print("kept", _put(event))
    return {"statusCode": 200, "body": ""}


def put_and_send(event: Json, context: object) -> Json:  # noqa: ARG001 - Lambda's signature
    """Write the body, and ring."""
    key = _put(event)
    sqs.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=json.dumps({"key": key}))
    print("kept", key)
    return {"statusCode": 200, "body": ""}


def _put(event: Json) -> str:
    key = {name.lower(): value for name, value in event["headers"].items()}["webhook-id"]
    dynamodb.put_item(
        TableName=os.environ["TABLE"],
        Item={"pk": {"S": key}, "body": {"S": event["body"]}},
        ConditionExpression="attribute_not_exists(pk)",
    )
    return str(key)
