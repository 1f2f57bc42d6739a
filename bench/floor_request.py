"""Run by itself in a fresh interpreter: the leanest function with Chalice, one botocore client and the log line."""

import sys
from typing import Any

import botocore.session
from aws_lambda_powertools import Logger
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from chalice.app import Chalice, Response

app = Chalice(app_name="floor")
logger = Logger(service="floor-line", stream=sys.stderr)
session: Any = botocore.session.get_session()


class Nothing:
    """An empty body."""

    def stream(self) -> list[bytes]:
        """In one piece."""
        return [b"{}"]


def answer(request: Any, **_: Any) -> AWSResponse:
    """In the network's place."""
    return AWSResponse(request.url, 200, HTTPHeaders(), Nothing())


session.register("before-send", answer)
client = session.create_client("dynamodb")


@app.route("/hooks/{channel}", methods=["POST"], content_types=["application/json"])
def hook(channel: str) -> Response:
    """Write one line; if asked to, put one item."""
    if sys.argv[1] == "called":
        item = {"pk": {"S": channel}, "body": {"S": "x" * 300}}
        client.put_item(TableName="t", Item=item, ConditionExpression="attribute_not_exists(pk)")
    logger.info("decided")
    return Response(body="", status_code=200)


EVENT = {
    "httpMethod": "POST", "headers": {"Content-Type": "application/json"}, "body": "{}", "isBase64Encoded": False,
    "multiValueHeaders": {"Content-Type": ["application/json"]}, "multiValueQueryStringParameters": None,
    "pathParameters": {"channel": "x"}, "stageVariables": None,
    "requestContext": {"resourcePath": "/hooks/{channel}", "httpMethod": "POST", "identity": {"sourceIp": "192.0.2.1"}},
}  # fmt: skip
assert app(EVENT, None)["statusCode"] == 200  # noqa: PLR2004 - answered
