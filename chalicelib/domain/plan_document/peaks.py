"""The plan's `capacity.peaks`: what is known to come, when in local time, and how it repeats."""

from datetime import datetime, timedelta
from typing import Any

from chalicelib.domain.plan_document.faults import Place
from chalicelib.domain.plan_document.fields import duration, time_zone
from chalicelib.domain.planned_work.recurrence import Rule, read_rule, starts
from chalicelib.domain.surge.levers import Posture
from chalicelib.domain.surge.peaks import AHEAD, Peak

MOST = 50
LEAD, LONGEST_LEAD = timedelta(minutes=15), timedelta(hours=24)
_ENTRIES = ("posture", "begins", "lasts", "zone", "repeats", "lead")


def read_peaks(place: Place) -> tuple[Peak, ...]:
    """The peaks in the order of the document."""
    found = place.items()
    if len(found) > MOST:
        place.fault(f"has {len(found)} peaks: {MOST} at most")
    return tuple(peak for each in found[:MOST] if (peak := _peak(each)) is not None)


def peak_document(peak: Peak) -> dict[str, Any]:
    """The document that `read_peaks` reads as this peak."""
    return {
        "posture": peak.posture.value, "begins": peak.begins.isoformat(timespec="seconds"), "zone": peak.zone.key,
        "lasts": _seconds(peak.lasts), "lead": _seconds(peak.lead),
        **({"repeats": peak.repeats} if peak.repeats else {}),
    }  # fmt: skip


def _peak(place: Place) -> Peak | None:
    before = len(place.faults)
    place.entries(_ENTRIES)
    posture = place.at("posture").choice((Posture.ALERT.value, Posture.CRISIS.value), None)
    zone, begins = time_zone(place.at("zone")), _begins(place.at("begins"))
    lasts, lead = _lasts(place.at("lasts")), _lead(place.at("lead"))
    repeats, rule = place.at("repeats").text(), _rule(place.at("repeats"))
    if len(place.faults) > before:
        return None
    peak = Peak(
        posture=Posture(posture), begins=begins, zone=zone, lasts=lasts, lead=lead, repeats=repeats, rule=rule
    )
    _require_start(place.at("begins"), peak)
    return peak


def _begins(place: Place) -> datetime:
    text = place.text(None, most=40)
    try:
        found = datetime.fromisoformat(text or "1970-01-01")
    except ValueError:
        place.fault("must be a local time such as 2026-11-27T08:00")
        return datetime.min  # noqa: DTZ901 - its zone is told apart
    if found.tzinfo is not None:
        place.fault("must be a local time without an offset: its zone is given in zone")
    return found.replace(tzinfo=None)


def _lasts(place: Place) -> timedelta:
    if place.value is None:
        place.fault("is required: for how long, such as 4h")
    return duration(place, timedelta())


def _lead(place: Place) -> timedelta:
    found = duration(place, LEAD)
    if found > LONGEST_LEAD:
        place.fault("must be at most 24h")
    return found


def _rule(place: Place) -> Rule | None:
    text = place.text()
    try:
        return read_rule(text) if text else None
    except ValueError as wrong:
        place.fault(str(wrong))
        return None


def _require_start(place: Place, peak: Peak) -> None:
    """A series whose first start is no day of its own rule never begins: better told now."""
    if peak.rule is None:
        return
    try:
        next(starts(peak.begins, peak.zone, peak.rule, peak.begins.replace(tzinfo=peak.zone) + AHEAD), None)
    except ValueError as wrong:
        place.fault(str(wrong))


def _seconds(length: timedelta) -> str:
    return f"{int(length.total_seconds())}s"
