"""One DynamoDB table through the low-level client: typed attributes in and out, `#name` spelled once."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chalicelib.aws.clients import Clients
from chalicelib.aws.errors import ConditionFailed, calling

Plain = dict[str, Any]
_NAMES = re.compile(r"#(\w+)")
_BATCH = 100


def typed(values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Texts, whole numbers, sets of them and bytes as DynamoDB spells them."""
    return {name: _typed(value) for name, value in values.items()}


def plain(item: Mapping[str, Mapping[str, Any]]) -> Plain:
    """DynamoDB's spelling as plain texts, whole numbers and bytes."""
    return {name: _plain(value) for name, value in item.items()}


class Table:
    """Reads and conditional writes. In expressions `#x` is the attribute x, `:x` a value given by that name.

    All methods raise Unavailable; `put` and `update` raise ConditionFailed with the stored item.
    """

    def __init__(self, clients: Clients, name: str) -> None:
        self._clients = clients
        self._name = name

    def put(self, item: Mapping[str, Any], only_if: str = "", **values: Any) -> None:
        """Write a whole item."""
        asked = self._asked((only_if,), values) | {"Item": typed(item)}
        self._write("PutItem", asked, only_if)

    def putting(self, item: Mapping[str, Any], only_if: str, **values: Any) -> Plain:
        """A part of a transaction: write a whole item."""
        return {"Put": self._part(only_if, values) | {"Item": typed(item)}}

    def checking(self, key: Mapping[str, Any], only_if: str, **values: Any) -> Plain:
        """A part of a transaction: an item must be as it was."""
        return {"ConditionCheck": self._part(only_if, values) | {"Key": typed(key)}}

    def together(self, parts: list[Plain]) -> None:
        """Have all parts of a transaction done, or none, of whichever tables. Raises Cancelled, Unavailable.

        A repetition by the client bears the same token: it takes effect once.
        """
        with calling("dynamodb:TransactWriteItems"):
            self._clients("dynamodb").transact_write_items(TransactItems=parts)

    def update(self, key: Mapping[str, str], change: str, only_if: str = "", **values: Any) -> Plain:
        """Change attributes by an update expression; the item as it was before (empty: it was not there)."""
        asked = self._asked((change, only_if), values) | {"Key": typed(key), "UpdateExpression": change}
        asked["ReturnValues"] = "ALL_OLD"
        return plain(self._write("UpdateItem", asked, only_if).get("Attributes", {}))

    def get(self, key: Mapping[str, Any]) -> Plain:
        """One item, strongly consistent; empty when it is not there."""
        with calling("dynamodb:GetItem"):
            answer = self._clients("dynamodb").get_item(
                TableName=self._name, Key=typed(key), ConsistentRead=True
            )
        return plain(answer.get("Item", {}))

    def query(self, condition: str, options: Mapping[str, Any] | None = None, **values: Any) -> list[Plain]:
        """One page of a query; `options` as the API names them (Limit, IndexName, ScanIndexForward, ...)."""
        options = options or {}
        asked = self._asked((condition, options.get("ProjectionExpression", "")), values) | dict(options)
        with calling("dynamodb:Query"):
            answer = self._clients("dynamodb").query(KeyConditionExpression=condition, **asked)
        return [plain(item) for item in answer.get("Items", [])]

    def whole(self, condition: str, **values: Any) -> list[Plain]:
        """All pages of a query by key, strongly consistent."""
        asked = self._asked((condition,), values) | {"ConsistentRead": True}
        found: list[Plain] = []
        while True:
            with calling("dynamodb:Query"):
                answer = self._clients("dynamodb").query(KeyConditionExpression=condition, **asked)
            found += [plain(item) for item in answer.get("Items", [])]
            if not (after := answer.get("LastEvaluatedKey")):
                return found
            asked["ExclusiveStartKey"] = after

    def gather(self, keys: Iterable[Mapping[str, Any]]) -> list[Plain]:
        """The items of many keys, in no order; absent ones are left out."""
        wanted = [typed(key) for key in keys]
        found: list[Plain] = []
        while wanted:
            asked = {self._name: {"Keys": wanted[:_BATCH], "ConsistentRead": True}}
            with calling("dynamodb:BatchGetItem"):
                answer = self._clients("dynamodb").batch_get_item(RequestItems=asked)
            found += [plain(item) for item in answer.get("Responses", {}).get(self._name, [])]
            left = answer.get("UnprocessedKeys", {}).get(self._name, {}).get("Keys", [])
            wanted = [*left, *wanted[_BATCH:]]
        return found

    def scan(self, start: Mapping[str, str] | None = None, limit: int = 0) -> tuple[list[Plain], Plain]:
        """One page of the whole table and the key to go on from (empty at the end)."""
        asked: Plain = {"TableName": self._name, "ConsistentRead": True}
        if start:
            asked["ExclusiveStartKey"] = typed(start)
        if limit:
            asked["Limit"] = limit
        with calling("dynamodb:Scan"):
            answer = self._clients("dynamodb").scan(**asked)
        return [plain(item) for item in answer.get("Items", [])], plain(answer.get("LastEvaluatedKey", {}))

    def everything(self) -> Iterator[Plain]:
        """Every item, page by page: for small tables only."""
        items, after = self.scan()
        yield from items
        while after:
            items, after = self.scan(after)
            yield from items

    def _part(self, only_if: str, values: Mapping[str, Any]) -> Plain:
        asked = self._asked((only_if,), values)
        return asked | {"ConditionExpression": only_if, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}

    def _asked(self, expressions: Iterable[str], values: Mapping[str, Any]) -> Plain:
        asked: Plain = {"TableName": self._name}
        names = {f"#{name}": name for text in expressions for name in _NAMES.findall(text)}
        if names:
            asked["ExpressionAttributeNames"] = names
        if values:
            asked["ExpressionAttributeValues"] = {f":{name}": _typed(value) for name, value in values.items()}
        return asked

    def _write(self, operation: str, asked: Plain, only_if: str) -> Plain:
        if only_if:
            asked["ConditionExpression"] = only_if
            asked["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        client = self._clients("dynamodb")
        write = client.put_item if operation == "PutItem" else client.update_item
        try:
            with calling(f"dynamodb:{operation}"):
                answer: Plain = write(**asked)
        except ConditionFailed as refused:
            raise ConditionFailed(plain(refused.item)) from refused
        return answer


def _typed(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, int):
        return {"N": str(value)}
    if isinstance(value, frozenset):
        return {"NS": [str(each) for each in sorted(value)]}
    return {"B": bytes(value)}


def _plain(value: Mapping[str, Any]) -> Any:
    kind, content = next(iter(value.items()))
    if kind == "NS":
        return frozenset(map(int, content))
    return int(content) if kind == "N" else content
