"""What a tick tells: its log line, and of the scheduled ones how late all is, also when they fail."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.domain.detection.lateness import late_seconds
from chalicelib.domain.upgrade.times import millis, moment
from chalicelib.handlers.log import line, measured
from chalicelib.ports import Unavailable
from chalicelib.service.situation import NoSituation

if TYPE_CHECKING:
    from chalicelib.service.tick import Ticked
    from chalicelib.wiring import Wired

Json = dict[str, Any]


def minute(wired: "Wired", event: Mapping[str, Any]) -> Json:
    """The scheduled run. Raises Unavailable, having told the age of the last snapshot that there is."""
    now = wired.clock.now()
    late = late_seconds(event.get("time"), now)
    try:
        ticked = wired.tick.minute()
    except Unavailable:
        known = {"SchedulerLateness": late, **last_snapshot(wired, now)}
        line("tick failed", **measured(known, millis(now)), late=late)
        raise
    if ticked is None:
        return told(ticked, late, measured({"SchedulerLateness": late}, millis(now)))
    age = int(max(now - moment(ticked.snapshot), timedelta()).total_seconds())
    known = {"OldestDue": ticked.oldest, "SnapshotAge": age, "SchedulerLateness": late}
    return told(ticked, late, measured(known, millis(now)))


def told(ticked: "Ticked | None", late: int = 0, metrics: Mapping[str, object] | None = None) -> Json:
    """Write a tick's line; what it did."""
    done = asdict(ticked) if ticked else {"because": "no plan was published yet"}
    line("tick", **done, **(metrics or {}), late=late)
    return done


def last_snapshot(wired: "Wired", now: datetime) -> dict[str, int]:
    """`SnapshotAge`: its age in seconds; nothing where there never was one."""
    try:
        at = wired.situations.read(now).at
    except NoSituation:
        return {}
    return {} if at is None else {"SnapshotAge": int((now - at).total_seconds())}
