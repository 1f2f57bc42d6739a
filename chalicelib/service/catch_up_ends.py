"""How a catch-up goes on, and how its end is written down and passed to those who tell of it."""

import json
from datetime import datetime
from math import ceil

from chalicelib.domain.telling.event import spelled
from chalicelib.domain.upgrade.times import millis
from chalicelib.domain.vendor_lists.run import LONGEST_WAIT, Run, dump_run
from chalicelib.ports import Note, Queues
from chalicelib.service.catch_up_turns import stream_of
from chalicelib.service.catch_up_words import NOTED, WHOLE
from chalicelib.service.stores import Stores


def again(queues: Queues, run: Run, now: datetime) -> str:
    """Queue the rest of a run. Raises Unavailable: then this message comes back."""
    wait = (run.not_before - now).total_seconds() if run.not_before else 0.0
    queues.put(
        Note(queue="probes", body=json.dumps(dump_run(run)), delay=max(0, min(ceil(wait), LONGEST_WAIT)))
    )
    return f"goes on from {spelled(run.since)}, {run.fetched} fetched"


def tell(stores: Stores, run: Run, came: str, now: datetime) -> str:
    """Write the end of a run down, once, and ring `tick` with what others are to hear. Raises Unavailable.

    `came` is `whole`, `cut` when some piece held more than could be listed, or the outcome that ended it.
    """
    came = "cut" if came == WHOLE and run.cut else came
    entry = {
        "id": run.id, "channel": run.channel, "came": came, "since": str(millis(run.began)),
        "until": str(millis(run.since)), "fetched": str(run.fetched), "known": str(run.known),
        "unread": str(run.unread),
    }  # fmt: skip
    if run.fetched or came != WHOLE:
        stores.queues.put(Note(queue="flips", body=json.dumps({NOTED: entry})))
    stores.ledger.append_once(stream_of(run.channel), entry, now)
    return f"{came}: {run.fetched} fetched, {run.known} known, {run.unread} unread"
