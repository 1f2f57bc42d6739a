"""What a worker does with a message of a later release, or one that leads to its rows: nothing, without loss."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from chalicelib import wiring
from chalicelib.domain.upgrade.schema import NAME, readable
from chalicelib.ports import Ahead, Note

LASTING = {"evidence": "evidence", "replay": "overflow", "announcement": "announcements", "tick": "flips"}
"""Queues whose messages are all that there is. A bell is not: its row stays due; nor is a probe: the next comes."""
LATER = 60
"""Seconds. A new message and not a failed one: after five failures it would end in the dead-letter queue."""

Record = Mapping[str, Any]


def answered(record: Record, name: str, handle: Callable[[str], str]) -> str:
    """What came of a record, handled unless it is for a later release. Raises what `handle` raises but Ahead."""
    if not readable(schema_of(record)):
        return left(record, name)
    try:
        return handle(record["body"])
    except Ahead:
        return left(record, name)


def schema_of(record: Record) -> str:
    """The schema on the message's envelope; those of before had none."""
    return attributes_of(record).get(NAME, "0")


def attributes_of(record: Record) -> dict[str, str]:
    """The texts on the message's envelope."""
    found = record.get("messageAttributes", {})
    return {key: each["stringValue"] for key, each in found.items() if "stringValue" in each}


def left(record: Record, name: str) -> str:
    """Put a message back as it was where nothing else would bring it again. Raises Unavailable."""
    queue = LASTING.get(name)
    if queue is None:
        return "left to a later release"
    note = Note(queue=queue, body=record["body"], delay=LATER, attributes=attributes_of(record))
    return f"left to a later release as {wiring.current().stores.queues.put(note)}"


def ours(records: Iterable[Record], name: str) -> list[Record]:
    """The records that this release reads; the others are put back. Raises Unavailable."""
    found = []
    for record in records:
        if readable(schema_of(record)):
            found.append(record)
        else:
            left(record, name)
    return found
