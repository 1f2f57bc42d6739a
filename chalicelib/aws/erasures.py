"""What the item of an erased row keeps: it is written over, never deleted, so that it stays known."""

from chalicelib.aws.rows import row_item
from chalicelib.aws.table import Plain
from chalicelib.domain.outbox import Row

DROPPED = ("party", "due_shard", "due_at", "first_work", "first_version", "state")
"""Attributes that an erased row's item no longer has; its work is an item of its own by then."""
WRITTEN = ("contact", "provider_id", "erased_at")


def left_of(row: Row) -> Plain:
    """What an erased row's item has instead of its words."""
    item = row_item(row)
    return {name: item[name] for name in WRITTEN}


def change_of(left: Plain) -> str:
    """The update that makes an item one of an erased row."""
    written, dropped = ", ".join(f"#{name} = :{name}" for name in left), ", ".join(f"#{n}" for n in DROPPED)
    return f"SET {written} REMOVE {dropped}"
