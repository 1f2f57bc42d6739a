"""Stores many items in a table, 25 a request, and adds up what was stored or is there."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from chalicelib.aws.clients import Clients
from chalicelib.aws.errors import calling
from chalicelib.aws.table import typed
from chalicelib.ports import Unavailable
from infra.export_lines import Item, fingerprint

_AT_ONCE = 25
_TRIES = 8
_FIRST_WAIT = 0.1


@dataclass(slots=True)
class Sum:
    """Items counted and their fingerprints added up: the same for the same items in any order."""

    items: int = 0
    total: int = 0

    def over(self, items: Iterable[Item]) -> Iterator[Item]:
        """The same items, counted as they pass."""
        for item in items:
            self.items += 1
            self.total = (self.total + fingerprint(item)) % 2**128
            yield item


def write(clients: Clients, table: str, items: Iterable[Item]) -> None:
    """Store items, each in place of one of the same key. Raises Unavailable when the table takes too little."""
    left = iter(items)
    while some := list(islice(left, _AT_ONCE)):
        _batch(clients, {table: [{"PutRequest": {"Item": typed(item)}} for item in some]})


def _batch(clients: Clients, asked: dict[str, list[Item]]) -> None:
    """What a throttled table did not take is asked again, each time after twice the wait."""
    for attempt in range(_TRIES):
        with calling("dynamodb:BatchWriteItem"):
            asked = clients("dynamodb").batch_write_item(RequestItems=asked).get("UnprocessedItems", {})
        if not asked:
            return
        time.sleep(_FIRST_WAIT * 2**attempt)
    raise Unavailable("the table takes too little at once: ask again")
