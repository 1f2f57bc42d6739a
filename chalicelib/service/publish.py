"""Publishes a snapshot under the next number, unless somebody who looked later has published already."""

from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.domain.snapshot import Snapshot, dump_snapshot, read_snapshot
from chalicelib.domain.upgrade.times import millis
from chalicelib.ports import Missing, SnapshotStore, Stale

TRIES = 3
RUNAWAY = timedelta(minutes=2)
"""A stored snapshot from further ahead than this was made by a clock gone wrong: it must not silence the others."""


def publish(store: SnapshotStore, snapshot: Snapshot) -> Snapshot:
    """The snapshot as numbered; its number is the time of looking in milliseconds, or one more than the stored one.

    So the second of two ticks in one millisecond is heard, and one that looked earlier is not. Raises Unavailable.
    """
    for _ in range(TRIES):
        number = _next(store, snapshot.at)
        if number is None:
            return snapshot
        numbered = replace(snapshot, version=number)
        try:
            store.publish(number, dump_snapshot(numbered))
        except Stale:
            continue
        return numbered
    return snapshot


def _next(store: SnapshotStore, at: datetime) -> int | None:
    """The number to publish under; None when the stored snapshot is of a later look."""
    try:
        version, text = store.read()
        stored = read_snapshot(text).at
    except (Missing, ValueError):
        return millis(at)
    if at < stored < at + RUNAWAY:
        return None
    return max(millis(at), version + 1)
