"""A flip on its way into the ledger: its queue message carries it there, too; one that was missed is sent after it."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial

from chalicelib.domain.health import Flip
from chalicelib.domain.telling.told_flip import ToldFlip
from chalicelib.domain.upgrade.times import millis, moment
from chalicelib.ports import Ledger, Note, Queues, Unavailable
from chalicelib.service.steps import Steps

STREAM = "flips"
TRAVELS = 600
"""Seconds: a flip's own message comes again within six minutes while the ledger does not take it."""


def entry_of(flip: Flip | ToldFlip, vantage: str, *, planned: str) -> Mapping[str, str]:
    """The ledger's words; `id` names the flip: a class of a path reaches each generation once.

    `planned` is the window in whose time it flipped, "" for none.
    """
    entry = {
        "id": f"{flip.path}/{flip.evidence}/{flip.gen}",
        "path": flip.path,
        "class": str(flip.evidence),
        "before": str(flip.before),
        "after": str(flip.after),
        "gen": str(flip.gen),
        "because": flip.because,
        "detail": flip.detail,
        "vantage": vantage,
    }
    return {**entry, "planned": "true", "window": planned} if planned else entry


def note_of(entry: Mapping[str, str], at: datetime) -> Note:
    """The message that rings `tick` and is as good as the entry."""
    return Note(queue="flips", body=json.dumps({**entry, "at": millis(at)}))


def write_down(ledger: Ledger, body: str, now: datetime | None = None) -> bool:
    """Write the flip of a message down unless it is; False for a message that is no flip. Raises Unavailable.

    `now` is when it is written: a message may come back after hours.
    """
    try:
        told = json.loads(body)
    except ValueError:
        return False
    if not isinstance(told, dict) or not {"id", "path", "at"} <= told.keys():
        return False
    at = moment(told.pop("at"))
    entry = {"before": "", **{name: str(words) for name, words in told.items()}}
    ledger.append_once(STREAM, entry, at, written=now)
    return True


def write_all_down(ledger: Ledger, bodies: Sequence[str], now: datetime) -> None:
    """Write down what can be of the flips of messages. Raises Unavailable when some could not be."""
    steps = Steps()
    for body in bodies:
        steps.take(partial(write_down, ledger, body, now), otherwise=False)
    steps.settle()


def kept(queues: Queues, ledger: Ledger, flip: ToldFlip, window: str, now: datetime) -> bool:
    """See to the entry of a flip of which only the health table tells; False: neither can take it now, look again.

    It travels by the queue for so long that the flip's own message, if there is one after all, comes first: that one
    knows why. Without the queue it is written at once. `window` as in `entry_of`.
    """
    entry = entry_of(flip, flip.vantage, planned=window)
    with suppress(Unavailable):
        return bool(queues.put(replace(note_of(entry, flip.at), delay=TRAVELS)))
    with suppress(Unavailable):
        ledger.append_once(STREAM, entry, flip.at, written=now)
        return True
    return False
