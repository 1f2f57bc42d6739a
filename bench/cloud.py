"""What AWS keeps for the benchmarks, in this process: items, secrets, and a count of every operation."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

Json = dict[str, Any]
WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"})
SENDS = frozenset({"SendMessage", "SendMessageBatch"})
_METHODS = {
    "put_item": "PutItem",
    "get_item": "GetItem",
    "send_message": "SendMessage",
    "get_secret_value": "GetSecretValue",
    "put_object": "PutObject",
}


class Cloud:
    """Answers the few operations that publishing and accepting need.

    When it is no longer `keeping`, new items are only counted: a heap that grows would be timed as our cost.
    """

    def __init__(self, items: Mapping[str, Json] | None = None, secrets: str = "{}") -> None:
        self.items: dict[str, Json] = dict(items or {})
        self.secrets = secrets
        self.calls: Counter[str] = Counter()
        self.keeping = True

    def answer(self, operation: str, asked: Mapping[str, Any]) -> Json:
        """One operation with its arguments as the API spells them."""
        self.calls[operation] += 1
        if operation == "PutItem" and self.keeping:
            self.items[_place(asked["TableName"], asked["Item"])] = asked["Item"]
        elif operation == "GetItem":
            found = self.items.get(_place(asked["TableName"], asked["Key"]))
            return {"Item": found} if found else {}
        elif operation == "GetSecretValue":
            return {"SecretString": self.secrets}
        return {"MessageId": f"m-{self.calls[operation]}", "ETag": "e"}


class Direct:
    """The methods of every client, without the client: what remains is our own work."""

    def __init__(self, cloud: Cloud) -> None:
        for method, operation in _METHODS.items():
            setattr(self, method, partial(_keyworded, cloud, operation))


def answering(cloud: Cloud) -> Callable[..., AWSResponse]:
    """For botocore's event `before-send`: the client does all its work, and no byte leaves."""

    def answer(request: Any, event_name: str, **_: Any) -> AWSResponse:
        operation = event_name.rpartition(".")[2]
        # A new contact is not read again: what it says need not be understood, only counted.
        known = operation not in WRITES | SENDS
        said = cloud.answer(operation, json.loads(request.body)) if known else _written(cloud, operation)
        return AWSResponse(request.url, 200, HTTPHeaders(), _Body(said))

    return answer


class _Body:
    def __init__(self, said: Json) -> None:
        self._said = said

    def stream(self) -> list[bytes]:
        return [json.dumps(self._said).encode()]


def _written(cloud: Cloud, operation: str) -> Json:
    cloud.calls[operation] += 1
    return {"MessageId": "m"} if operation in SENDS else {}


def _keyworded(cloud: Cloud, operation: str, **asked: Any) -> Json:
    return cloud.answer(operation, asked)


def _place(table: str, item: Mapping[str, Mapping[str, str]]) -> str:
    return "/".join((table, *(str(*item[name].values()) for name in ("pk", "sk", "version") if name in item)))
