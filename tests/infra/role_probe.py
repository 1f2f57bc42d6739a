"""A function that tries AWS calls with the role it wears, to see what the role really allows.

It runs inside the stack: the module's text is its code, so it stands alone.
"""

from functools import cache
from typing import Any

import boto3
from botocore.exceptions import ClientError

DENIED = {"AccessDenied", "AccessDeniedException", "AuthorizationError"}


def handler(event: dict[str, Any], context: Any) -> list[str]:
    """Try each [service, operation, arguments]; say denied, or what else came of it."""
    return [attempt(*call) for call in event["calls"]]


@cache
def client(service: str) -> Any:
    """Each client is made once: that takes longer than a call."""
    return boto3.client(service)


def attempt(service: str, operation: str, arguments: dict[str, Any]) -> str:
    """Return ``done``, ``denied``, or the error code of a call."""
    try:
        getattr(client(service), operation)(**arguments)
    except ClientError as error:
        code = str(error.response["Error"]["Code"])
        return "denied" if code in DENIED else code
    return "done"
