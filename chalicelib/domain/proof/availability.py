"""Measured availability: the share of a window in which a path was in use, by time or weighted by contacts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain.proof.dispatch import hour_of, hours_between
from chalicelib.domain.proof.spells import Spell, Stretch, union, without

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """Of one path in one window. Seconds; shares in 0..1, None when nothing is left to measure.

    `share` counts all time away, `unplanned_share` neither planned time nor what lay in it. `weighted_by` is
    "contacts" or "time".
    """

    since: datetime
    until: datetime
    away: float
    planned: float
    share: float | None
    unplanned_share: float | None
    weighted_by: str = "time"


def available(
    spells: Iterable[Spell], since: datetime, until: datetime, counts: Mapping[datetime, int] | None = None
) -> Availability:
    """The availability of one path over [since, until) by its spells, of any class; time on trial is time away.

    `counts` are contacts by hour (its first moment): each hour then weighs as many as it had, and an hour with time
    away at least as many as is usual for its hour of day in the rest of the window, for contacts that were led
    elsewhere are not in its own count. Without any contacts, time weighs.
    """
    known = list(spells)
    away = _stretches(known, since, until)
    planned = _stretches([one for one in known if one.planned], since, until)
    weights = expected(counts or {}, away, since, until)
    by_contacts = any(weights.values())
    scale = weights if by_contacts else dict.fromkeys(weights, 1.0)
    total, lost, excused = (_weight(part, scale) for part in ([(since, until)], away, planned))
    unplanned = _weight(without(away, planned), scale)
    return Availability(
        since=since, until=until, away=_seconds(away), planned=_seconds(planned),
        share=_share(lost, total), unplanned_share=_share(unplanned, total - excused),
        weighted_by="contacts" if by_contacts else "time",
    )  # fmt: skip


def expected(
    counts: Mapping[datetime, int], away: Sequence[Stretch], since: datetime, until: datetime
) -> dict[datetime, float]:
    """Contacts to expect in each hour: its own count, or what is usual where that is more and there was time away.

    Of hours that the window cuts, the part inside counts as if the whole went on like it.
    """
    hours = hours_between(since, until)
    own = {
        hour: counts.get(hour, 0) / ((min(until, hour + HOUR) - max(since, hour)) / HOUR) for hour in hours
    }
    disturbed = {hour for start, end in away for hour in hours_between(start, end)}
    calm: dict[int, list[float]] = {}
    for hour in hours:
        if hour not in disturbed:
            calm.setdefault(hour.hour, []).append(own[hour])
    usual = {number: sum(seen) / len(seen) for number, seen in calm.items()}
    return {hour: max(own[hour], usual.get(hour.hour, 0.0) if hour in disturbed else 0.0) for hour in hours}


def tallied(moments: Iterable[datetime]) -> dict[datetime, int]:
    """How many there are in each hour."""
    found: dict[datetime, int] = {}
    for moment in moments:
        hour = hour_of(moment)
        found[hour] = found.get(hour, 0) + 1
    return found


def _stretches(spells: Iterable[Spell], since: datetime, until: datetime) -> list[Stretch]:
    return union(part for one in spells if (part := one.within(since, until)))


def _weight(stretches: Iterable[Stretch], weights: Mapping[datetime, float]) -> float:
    """What stretches weigh, each hour's weight spread evenly over it."""
    found = 0.0
    for start, end in stretches:
        for hour in hours_between(start, end):
            part = min(end, hour + HOUR) - max(start, hour)
            found += weights.get(hour, 0.0) * (part / HOUR)
    return found


def _seconds(stretches: Iterable[Stretch]) -> float:
    return sum((end - start).total_seconds() for start, end in stretches)


def _share(lost: float, total: float) -> float | None:
    """One less the share lost; None when there is nothing to share, or nothing but rounding."""
    return max(0.0, min(1.0, 1 - lost / total)) if total > 1e-9 else None  # noqa: PLR2004 - rounding of sums
