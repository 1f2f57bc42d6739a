"""A flip on its way into the ledger: its queue message carries it there, too; the minute looks for what was lost."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.domain.health import Flip, PathHealth
from chalicelib.domain.model import EvidenceClass
from chalicelib.domain.snapshot import millis, moment
from chalicelib.ports import Ledger, Note, Queues

STREAM = "flips"
LATELY = timedelta(seconds=150)
"""Two turns of the minute's look: afterwards time has moved the path on, and what it was before is forgotten."""
TRAVELS = 600
"""Seconds: a flip's own message comes again within six minutes while the ledger does not take it."""


def entry_of(flip: Flip, vantage: str, *, planned: str) -> Mapping[str, str]:
    """The ledger's words; `id` names the flip: a class of a path reaches each generation once.

    `planned` is the window in whose time it flipped, "" for none.
    """
    entry = {
        "id": _id(flip.path, flip.evidence, flip.gen),
        "path": flip.path,
        "class": flip.evidence.value,
        "before": flip.before.value,
        "after": flip.after.value,
        "gen": str(flip.gen),
        "because": flip.because,
        "detail": flip.detail,
        "vantage": vantage,
    }
    return {**entry, "planned": "true", "window": planned} if planned else entry


def note_of(entry: Mapping[str, str], at: datetime) -> Note:
    """The message that rings `tick` and is as good as the entry."""
    return Note(queue="flips", body=json.dumps({**entry, "at": millis(at)}))


def write_down(ledger: Ledger, body: str) -> bool:
    """Write the flip of a message down unless it is; False for a message that is no flip. Raises Unavailable."""
    try:
        told = json.loads(body)
    except ValueError:
        return False
    if not isinstance(told, dict) or not {"id", "path", "at"} <= told.keys():
        return False
    at = moment(told.pop("at"))
    ledger.append_once(STREAM, {"before": "", **{name: str(words) for name, words in told.items()}}, at)
    return True


def look_for_lost(ledger: Ledger, queues: Queues, health: Iterable[PathHealth], now: datetime) -> int:
    """Send an entry for each flip of late that is in health but not in the ledger: its finder died. Returns how many.

    What was before, and why it flipped, went with its finder: `because` is then `not_told`. The entry travels so
    long that the flip's own message, if there is one after all, comes first. Raises Unavailable.
    """
    late = [
        (path.path, name, cls)
        for path in health
        for name, cls in path.classes.items()
        if cls.gen and cls.since is not None and now - cls.since < LATELY
    ]
    known = _known(ledger, now) if late else frozenset()
    lost = [one for one in late if _id(one[0], one[1], one[2].gen) not in known]
    for path, evidence, cls in lost:
        words = {"path": path, "class": evidence.value, "after": cls.state.value, "gen": str(cls.gen)}
        entry = {"id": _id(path, evidence, cls.gen), **words, "because": "not_told", "detail": cls.detail}
        queues.put(replace(note_of(entry, cls.since or now), delay=TRAVELS))
    return len(lost)


def _known(ledger: Ledger, now: datetime) -> frozenset[str]:
    hours = {each.replace(minute=0, second=0, microsecond=0) for each in (now - LATELY, now)}
    return frozenset(entry.entry.get("id", "") for hour in hours for entry in ledger.entries(STREAM, hour))


def _id(path: str, evidence: EvidenceClass, gen: int) -> str:
    return f"{path}/{evidence.value}/{gen}"
