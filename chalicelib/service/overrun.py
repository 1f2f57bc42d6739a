"""Planned work that is over while its path is still bad: from then on that is an incident, and written down as one."""

from contextlib import suppress
from datetime import datetime, timedelta

from chalicelib.domain.belief import DOWN, TRIAL
from chalicelib.domain.health import ClassHealth, State
from chalicelib.domain.model import EvidenceClass
from chalicelib.domain.plan import Plan
from chalicelib.domain.planned_work.minimum_service import PLANNING, planned
from chalicelib.domain.proof.spells import OVERRUN
from chalicelib.domain.snapshot import Snapshot, read_snapshot
from chalicelib.ports import Missing, Unavailable
from chalicelib.service.flips import STREAM, note_of
from chalicelib.service.situation import situation_of
from chalicelib.service.stores import Stores

_BEFORE = timedelta(milliseconds=1)


def write_overruns(stores: Stores, plan: Plan, after: Snapshot) -> int:
    """Look at what is about to be published beside what was published last; returns how many were written down.

    A path that was planned to be out then, is not now, and is down or on trial, overruns: one entry of the ledger's
    flips for each of its classes, with `because` "overrun". Work that was extended is planned until the end that was
    promised for it. A crash before the snapshot is out tells the same again, under the same id.
    """
    try:
        before = read_snapshot(stores.snapshots.read()[1])
    except (Missing, Unavailable, ValueError):
        return 0
    bad = [path for path, belief in after.beliefs.items() if belief.state in (DOWN, TRIAL)]
    over = {path: window for path in bad if (window := _over(plan, before, after, path))}
    found = stores.health.read(over) if over else {}
    written = 0
    for path, known in found.items():
        for evidence, cls in known.classes.items():
            if cls.state is not State.CLOSED:
                _tell(stores, _entry(path, evidence, cls, over[path]), after.at)
                written += 1
    return written


def _entry(path: str, evidence: EvidenceClass, cls: ClassHealth, window: str) -> dict[str, str]:
    return {
        "id": f"{path}/{evidence.value}/{cls.gen}/{OVERRUN}/{window}",
        "path": path, "class": evidence.value, "before": cls.state.value,
        "after": cls.state.value, "gen": str(cls.gen), "because": OVERRUN, "detail": cls.detail, "vantage": "",
        "window": window,
    }  # fmt: skip


def _tell(stores: Stores, entry: dict[str, str], at: datetime) -> None:
    """By the queue and at once: either is enough, and the snapshot waits for neither."""
    with suppress(Unavailable):
        stores.queues.put(note_of(entry, at))
    with suppress(Unavailable):
        stores.ledger.append_once(STREAM, entry, at)


def _over(plan: Plan, before: Snapshot, after: Snapshot, path: str) -> str:
    """The work that planned the path's trouble until lately, and does no more; "" when there is none."""
    if planned(situation_of(after, plan), path, after.at):
        return ""
    ended = (o.until for o in before.orders.given if o.kind in PLANNING and before.at < o.until <= after.at)
    moments = (before.at, *(until - _BEFORE for until in sorted(ended)))
    return next((w for at in moments if (w := planned(situation_of(before, plan), path, at))), "")
