"""What a plan says of watching: from where we probe for whom, and what a channel does when it is well."""

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.detection.baseline import Baseline
from chalicelib.domain.plan_document.faults import Place

LEAST_OUTCOMES, OUTCOMES = 1_000, 10_000
MOST_ERRORS, MOST_SPREAD = 0.45, 50.0
MOST_VANTAGES = 8


def read_vantages(place: Place) -> dict[str, tuple[str, ...]]:
    """Markets by vantage (an AWS region); an empty list means all of them."""
    found = {}
    for name, entry in place.identified():
        markets = [each.text(None, most=64) for each in entry.items()]
        if len(set(markets)) != len(markets):
            entry.fault("has a market twice")
        found[name] = tuple(markets)
    if len(found) > MOST_VANTAGES:
        place.fault(f"must name at most {MOST_VANTAGES} vantages: each one probes every channel")
    return found


def vantages_document(vantages: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """The document that `read_vantages` reads as these."""
    return {name: list(markets) for name, markets in vantages.items()}


def read_baseline(place: Place) -> Baseline | None:
    """`{errors: 0.03, spread: 1.4, outcomes: 86400}`; None when there is none. `errors` is a share."""
    if place.value is None:
        return None
    place.entries(("errors", "spread", "outcomes"))
    errors = place.at("errors")
    if errors.value is None:
        errors.fault("is required: the share of outcomes that are bad when all is well, such as 0.03")
    share = errors.number(0.0, MOST_ERRORS, 0.0) or 0.0
    outcomes = place.at("outcomes").whole(LEAST_OUTCOMES, 10**9, OUTCOMES) or OUTCOMES
    spread = place.at("spread").number(1.0, MOST_SPREAD, 1.0) or 1.0
    return Baseline(seen=outcomes, bad=round(share * outcomes), spread=spread)


def baseline_document(baseline: Baseline | None) -> dict[str, Any] | None:
    """The document that `read_baseline` reads as this one."""
    if baseline is None:
        return None
    return {
        "errors": min(baseline.bad / baseline.seen, MOST_ERRORS), "spread": baseline.spread, "outcomes": baseline.seen,
    }  # fmt: skip
