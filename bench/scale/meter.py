"""Counts what code asks of AWS: calls, DynamoDB's units, bytes; and the CPU it takes without that of the stand-in."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import process_time
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from moto.core.botocore_stubber import BotocoreStubber

from bench.scale.units import Item, index_units, indexes, read_units, write_units

Json = dict[str, Any]
WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem"})
READS = frozenset({"GetItem", "Query", "Scan", "BatchGetItem"})
COUNTED = WRITES | READS
KNOWN = frozenset({
    "sqs:SendMessage", "s3:PutObject", "s3:GetObject", "secrets-manager:GetSecretValue", "eventbridge:PutEvents",
    "kms:Sign", "kms:GetPublicKey",
})  # fmt: skip
"""What is priced by the call alone."""


class NotCounted(Exception):
    """The code asked for an operation that the meter has no price for."""


@dataclass(slots=True)
class Tally:
    """Of one act: calls by `service:Operation`, units by table and by `table/index`, read units, bytes, CPU seconds."""

    calls: Counter[str] = field(default_factory=Counter)
    units: Counter[str] = field(default_factory=Counter)
    reads: float = 0.0
    sent: int = 0
    cpu: float = 0.0
    metrics: set[str] = field(default_factory=set)


class Meter:
    """Stands between botocore's clients and moto. Tables are known by `tables`: physical name to logical."""

    def __init__(self, tables: Mapping[str, str], properties: Mapping[str, Mapping[str, Any]]) -> None:
        self._tables = tables
        self._indexes = {name: indexes(properties[logical]) for name, logical in tables.items()}
        self._keys = {
            name: [key["AttributeName"] for key in properties[logical]["KeySchema"]]
            for name, logical in tables.items()
        }
        self._tally: Tally | None = None
        self.refusing: frozenset[str] = frozenset()
        self.moto = BotocoreStubber()
        self.moto.enabled = True
        self._aside = 0.0

    @contextmanager
    def act(self) -> Iterator[Tally]:
        """What happens within is counted; moto's own CPU is not."""
        self._tally, self._aside = Tally(), 0.0
        began = process_time()
        try:
            yield self._tally
        finally:
            self._tally.cpu = process_time() - began - self._aside
            self._tally = None

    def answer(self, event_name: str, request: Any, **rest: Any) -> AWSResponse | None:
        """For botocore's event `before-send`: let moto do it, and write down what AWS would charge.

        Moto's own handler must be off: botocore asks every one, and what is done would be done twice.
        """
        began = process_time()
        try:
            _, service, operation = event_name.split(".")
            if self._tally is None or service != "dynamodb":
                given = self.moto(event_name, request, **rest)
            else:
                given = self._dynamo(operation, event_name, request, rest)
            if self._tally is not None:
                self._count(service, operation, request)
            return given
        finally:
            self._aside += process_time() - began

    def _count(self, service: str, operation: str, request: Any) -> None:
        assert self._tally is not None
        name = f"{service}:{operation}"
        if service != "dynamodb" and name not in KNOWN:
            raise NotCounted(name)
        self._tally.calls[name] += 1
        if service == "sqs":
            self._tally.sent += len(request.body)

    def _dynamo(self, operation: str, event_name: str, request: Any, rest: Json) -> AWSResponse | None:
        tally, asked = self._tally, json.loads(request.body)
        if operation not in COUNTED:
            raise NotCounted(f"dynamodb:{operation}")
        if operation in self.refusing:
            return _throttled(request)
        assert tally is not None
        before = self._stored(asked) if operation in WRITES else {}
        given = self.moto(event_name, request, **rest)
        assert given is not None
        if operation in WRITES:
            self._written(asked["TableName"], before, self._stored(asked))
        else:
            tally.reads += _read(operation, asked, json.loads(given.content))
        return given

    def _written(self, table: str, before: Item, after: Item) -> None:
        assert self._tally is not None
        logical = self._tables[table]
        self._tally.units[logical] += write_units(before, after)
        for index in self._indexes[table]:
            units = index_units(index, before, after)
            if units:
                self._tally.units[f"{logical}/{index.name}"] += units

    def _stored(self, asked: Json) -> Item:
        """The item that a write is about, as moto has it now."""
        from moto.backends import get_backend  # noqa: PLC0415 - moto's backends are many

        backend = get_backend("dynamodb")["123456789012"]["eu-west-3"]
        given = asked.get("Key") or asked["Item"]
        table = backend.get_table(asked["TableName"])
        from moto.dynamodb.models.dynamo_type import DynamoType  # noqa: PLC0415 - likewise

        hash_key, *others = (DynamoType(given[name]) for name in self._keys[asked["TableName"]])
        found = table.get_item(hash_key, others[0] if others else None)
        return dict(found.to_json()["Attributes"]) if found else {}


class _Body:
    def __init__(self, text: bytes) -> None:
        self._text = text

    def stream(self) -> list[bytes]:
        return [self._text]


def _throttled(request: Any) -> AWSResponse:
    """What a table says that takes no more writes now."""
    said = {"__type": "com.amazonaws.dynamodb.v20120810#ThrottlingException", "message": "later"}
    return AWSResponse(request.url, 400, HTTPHeaders(), _Body(json.dumps(said).encode()))


def _read(operation: str, asked: Json, found: Json) -> float:
    """Units of a read: a batch pays for each item by itself, absent ones included."""
    if operation != "BatchGetItem":
        items = found.get("Items") or ([found["Item"]] if "Item" in found else [])
        return read_units(items, consistent=bool(asked.get("ConsistentRead")))
    given = [item for table in found["Responses"].values() for item in table]
    wanted = sum(len(table["Keys"]) for table in asked["RequestItems"].values())
    return sum(read_units([item], consistent=True) for item in given) + wanted - len(given)
