"""Standing troubles that no flip tells: evidence that is missing, losses that last, fallbacks nobody has proven."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.detection.machine import PathHealth
from chalicelib.domain.health import measured
from chalicelib.domain.model import EvidenceClass, Outcome
from chalicelib.domain.plan import Plan
from chalicelib.domain.telling.story import Stories

MISSING_AFTER = timedelta(minutes=10)
LASTING_AFTER = timedelta(hours=24)
UNPROVEN_AFTER = timedelta(days=7)
AGAIN_AFTER = timedelta(hours=24)
OVERRUN_AFTER = timedelta(minutes=10)
BREAK = timedelta(seconds=150)
"""Two scheduled runs further apart than this: our own scheduler stood still, and evidence may be old for that."""


class Alert(StrEnum):
    """What stands."""

    MISSING = "evidence_missing"
    LASTING = "loss_lasts"
    UNPROVEN = "fallback_unproven"
    OVERRUN = "planned_overrun"
    PROBER = "prober_suspect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What alerts are judged by: health as measured, the paths that probes speak for, those in planned work.

    `doubted` are the vantages whose measurements are in doubt, each since when.
    """

    plan: Plan
    health: Mapping[str, PathHealth]
    probed: Collection[str]
    planned: Collection[str]
    doubted: Mapping[str, datetime]
    now: datetime


def ticked(stories: Stories, planned: Collection[str], now: datetime) -> Stories:
    """The stories after a scheduled run: `steady` starts anew after a break, planned work goes on."""
    broken = stories.minute is None or stories.steady is None or now - stories.minute > BREAK
    still = {
        path: replace(story, planned_at=now) if story.planned and path in planned else story
        for path, story in stories.open.items()
    }
    return replace(stories, minute=now, steady=now if broken else stories.steady, open=still)


def proven(stories: Stories, seen: Seen) -> Stories:
    """The stories with the newest proof of each fallback; one that was never seen is waited for from now on."""
    found = {}
    for desk, path in fallbacks(seen.plan).items():
        health = seen.health.get(path)
        hard = health.classes.get(EvidenceClass.HARD) if health else None
        good = hard.last_at if hard and hard.last_outcome is Outcome.OK else None
        known = stories.proven.get(desk)
        found[desk] = max(good, known) if good and known else good or known or seen.now
    return replace(stories, proven=found)


def fallbacks(plan: Plan) -> dict[str, str]:
    """The desks that stand second or later in some route, each with its channel's own path."""
    routes = ((p.id, market, route) for p in plan.purposes.values() for market, route in p.routes.items())
    return {
        option.desk.id: option.paths[0]
        for purpose, market, route in routes
        if len(route) > 1
        for option in plan.options(purpose, market)[1:]
    }


def alerts(stories: Stories, seen: Seen) -> tuple[Stories, dict[Alert, dict[str, datetime]]]:
    """The stories after raising what stands: by kind, each subject and since when; each once a day while it stands."""
    standing = {(kind.value, subject): since for kind, subject, since in _standing(stories, seen)}
    due = {
        key: since
        for key, since in standing.items()
        if key not in stories.alerted or seen.now - stories.alerted[key] >= AGAIN_AFTER
    }
    kept = {key: at for key, at in stories.alerted.items() if key in standing}
    after = replace(stories, alerted={**kept, **dict.fromkeys(due, seen.now)})
    found: dict[Alert, dict[str, datetime]] = {}
    for (kind, subject), since in due.items():
        found.setdefault(Alert(kind), {})[subject] = since
        if kind == Alert.OVERRUN:  # from now on it is a loss like any other, also when it ends
            after = after.with_story(subject, replace(after.open[subject], planned_at=None))
    return after, found


def _standing(stories: Stories, seen: Seen) -> Iterator[tuple[Alert, str, datetime]]:
    yield from _missing(stories, seen)
    yield from ((Alert.PROBER, f"vantage:{vantage}", since) for vantage, since in seen.doubted.items())
    for path, story in stories.open.items():
        if story.back_at or path in seen.planned:
            continue
        if story.planned_at is not None and seen.now - story.planned_at >= OVERRUN_AFTER:
            yield Alert.OVERRUN, path, story.planned_at
        if not story.planned and seen.now - story.began >= LASTING_AFTER:
            yield Alert.LASTING, path, story.began
    for desk, since in stories.proven.items():
        if seen.now - since >= UNPROVEN_AFTER:
            yield Alert.UNPROVEN, f"desk:{desk}", since


def _missing(stories: Stories, seen: Seen) -> Iterator[tuple[Alert, str, datetime]]:
    """Paths whose probes said something once and say nothing any more, although our scheduler runs."""
    if stories.steady is None or seen.now - stories.steady < MISSING_AFTER:
        return
    for path in seen.probed:
        health = seen.health.get(path)
        heard = [cls.last_at for cls in measured(health).values() if cls.last_at]
        if heard and path not in seen.planned and seen.now - max(heard) >= MISSING_AFTER:
            yield Alert.MISSING, path, max(heard)
