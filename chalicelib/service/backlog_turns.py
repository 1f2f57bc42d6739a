"""When backlogs are to be looked at: a message for each group of lots and each block of ten seconds."""

import json
from collections.abc import Sequence
from datetime import datetime

from chalicelib.domain.backlog.block import next_blocks
from chalicelib.domain.backlog.lot import LOT_SHARDS, Lot, closing, readable, together
from chalicelib.domain.plan import Plan
from chalicelib.ports import ContactStore, Note, Queues


def turn_notes(lots: Sequence[Lot], now: datetime) -> list[Note]:
    """What has these lots served for the next minute. The release before reads it as a probe of no channel."""
    names = [lot.name for lot in lots]
    return [
        Note(
            queue="probes",
            body=json.dumps({"channel": "", "backlog": names, "block": block}, separators=(",", ":")),
            delay=delay,
        )
        for block, delay in next_blocks(now)
    ]


def put_turns(contacts: ContactStore, queues: Queues, plan: Plan, now: datetime) -> int:
    """Have every open lot served for the next minute, and close those that were left. Raises Unavailable."""
    opened = contacts.lots()
    closed = {name for name in closing(opened, now) if _empty(contacts, name)}
    for name in closed:
        contacts.close_lot(name, opened[name])
    lots = readable(sorted(opened.keys() - closed))
    notes = [note for group in together(plan, lots) for note in turn_notes(group, now)]
    for note in notes:
        queues.put(note)
    return len(notes)


def _empty(contacts: ContactStore, lot: str) -> bool:
    return not any(contacts.waiting((lot, shard), 1) for shard in range(LOT_SHARDS))
