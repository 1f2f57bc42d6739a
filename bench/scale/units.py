"""Sizes and request units as DynamoDB counts them, indexes included.

Rules: "Read and write operations", "Item sizes and formats" and "Using global secondary indexes" of its guide:
a write costs one unit per KB of the larger of the item before and after; a strongly consistent read one per 4 KB, an
eventually consistent one half; an index's entry that comes, goes or changes costs a write per KB, two where its key
changes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

Item = Mapping[str, Mapping[str, Any]]
KB, PAGE = 1_024, 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """A global secondary index: its name, key attributes, what else it keeps, and the table's own keys."""

    name: str
    keys: Sequence[str]
    others: Sequence[str]
    table_keys: Sequence[str]

    def entry(self, item: Item) -> dict[str, Mapping[str, Any]]:
        """The item as the index has it; empty when a key attribute is missing (a sparse index)."""
        if not item or any(key not in item for key in self.keys):
            return {}
        return {n: item[n] for n in (*self.keys, *self.table_keys, *self.others) if n in item}


def indexes(properties: Mapping[str, Any]) -> list[Index]:
    """The indexes of a table, from its CloudFormation properties or DescribeTable."""
    own = [key["AttributeName"] for key in properties["KeySchema"]]
    return [
        Index(
            name=index["IndexName"],
            keys=[key["AttributeName"] for key in index["KeySchema"]],
            others=index["Projection"].get("NonKeyAttributes", ()),
            table_keys=own,
        )
        for index in properties.get("GlobalSecondaryIndexes", ())
    ]


def size(item: Item) -> int:
    """Bytes of an item: its names and values."""
    return sum(len(name.encode()) + _value(value) for name, value in item.items())


def write_units(before: Item, after: Item) -> int:
    """Units of the table for one write; a refused condition costs what the stored item would."""
    return max(1, ceil(max(size(before), size(after)) / KB))


def index_units(index: Index, before: Item, after: Item) -> int:
    """Units of one index for the same write; none when its entry stays as it was."""
    old, new = index.entry(before), index.entry(after)
    if old == new:
        return 0
    moved = bool(old) and bool(new) and any(old[key] != new[key] for key in index.keys)
    if moved:
        return _kilobytes(old) + _kilobytes(new)
    return max(_kilobytes(old), _kilobytes(new))


def read_units(items: Iterable[Item], *, consistent: bool) -> float:
    """Units of one GetItem or Query that gave these items."""
    pages = max(1, ceil(sum(map(size, items)) / PAGE))
    return pages * (1.0 if consistent else 0.5)


def _kilobytes(item: Item) -> int:
    return ceil(size(item) / KB)


def _value(value: Mapping[str, Any]) -> int:
    kind, content = next(iter(value.items()))
    if kind == "N":
        return len(str(content).lstrip("-0.")) // 2 + 2
    if kind in ("S", "B"):
        return len(content.encode() if isinstance(content, str) else content)
    return 1
