"""A channel's canary in a plan document, read with every fault noted."""

from datetime import timedelta
from typing import Any

from chalicelib.domain.canary_plan import EVERY, WAIT, CanaryPlan
from chalicelib.domain.plan_document.faults import Place
from chalicelib.domain.plan_document.fields import duration

LEAST_SPARE = 24
"""Twelve to find a loss, twelve to show its end."""
LEAST_EVERY, MOST_EVERY = timedelta(minutes=1), timedelta(days=1)
LEAST_WAIT, MOST_WAIT = timedelta(seconds=5), timedelta(minutes=14)
_FIELDS = ("from", "every", "most_per_day", "wait")


def read_canary(place: Place) -> CanaryPlan | None:
    """The canary of a channel; None when it has none."""
    if place.value is None:
        return None
    place.entries(_FIELDS)
    every = _within(place.at("every"), EVERY, (LEAST_EVERY, MOST_EVERY))
    found = CanaryPlan(
        from_=place.at("from").text(None, most=200).strip(),
        every=every,
        wait=_within(place.at("wait"), WAIT, (LEAST_WAIT, MOST_WAIT)),
        most=place.at("most_per_day").whole(1, 20_000) or 0,
    )
    if found.most and found.spare < LEAST_SPARE:
        least = found.regular + LEAST_SPARE
        place.at("most_per_day").fault(
            f"must be at least {least}: `every` makes {found.regular} a day, and doubt needs {LEAST_SPARE} more"
        )
    return found


def canary_document(canary: CanaryPlan | None) -> dict[str, Any]:
    """The document that `read_canary` reads as this canary; empty for none."""
    if canary is None:
        return {}
    found = {
        "from": canary.from_,
        "every": f"{int(canary.every.total_seconds())}s",
        "wait": f"{int(canary.wait.total_seconds())}s",
    }
    return found | ({"most_per_day": canary.most} if canary.most else {})


def _within(place: Place, default: timedelta, bounds: tuple[timedelta, timedelta]) -> timedelta:
    found = duration(place, default)
    least, most = bounds
    if not least <= found <= most:
        place.fault(f"must be from {int(least.total_seconds())}s to {int(most.total_seconds())}s")
        return default
    return found
