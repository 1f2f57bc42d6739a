"""The schedule of publications as it is kept: plain JSON values, and back."""

import json
from typing import Any

from chalicelib.domain.plan_schedule.schedule import Entry, Fate, Schedule
from chalicelib.domain.upgrade.schema import stamped, understood
from chalicelib.domain.upgrade.times import millis, moment

_TIMES = ("at", "since", "ended_at")


def schedule_text(schedule: Schedule) -> str:
    """The stored text; times in milliseconds."""
    entries = [_plain(entry) for entry in schedule.entries]
    document = stamped({"version": schedule.version, "entries": entries})
    return json.dumps(document, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def read_schedule(text: str) -> Schedule:
    """The schedule of a stored text. Raises Newer."""
    document = understood(json.loads(text))
    return Schedule(version=document["version"], entries=tuple(_entry(one) for one in document["entries"]))


def _plain(entry: Entry) -> dict[str, Any]:
    values = {name: getattr(entry, name) for name in entry.__slots__}
    times = {name: millis(values[name]) for name in _TIMES if values[name] is not None}
    said = {name: value for name, value in values.items() if name not in _TIMES and value is not None}
    return said | times | {"fate": entry.fate.value}


def _entry(plain: dict[str, Any]) -> Entry:
    times = {name: moment(plain[name]) for name in _TIMES if name in plain}
    return Entry(**{**plain, **times, "fate": Fate(plain["fate"])})
