"""The plan's `capacity`: what each posture sets, each unset lever as in the posture below, and the month's cost cap."""

from typing import Any

from chalicelib.domain.plan_document.faults import Place
from chalicelib.domain.plan_document.peaks import peak_document, read_peaks
from chalicelib.domain.plan_document.posture_rules import require_sense
from chalicelib.domain.surge.levers import BOUNDS, SHIPPED, WARM, CapacityPlan, Lever, Posture
from chalicelib.domain.surge.steps import steps

MOST_USD = 1_000_000.0
_GROUPS = ("deliveries", "pollers", "contacts_table", "health_table", "requests")
_SINGLE = (Lever.INTAKE_PROVISIONED, Lever.INTAKE_MOST, Lever.INTAKE_RESERVED)


def read_capacity(place: Place) -> CapacityPlan | None:
    """The section; None when there is none: then nothing is counted, and nothing set."""
    if place.value is None:
        return None
    place.entries(("monthly_cost_cap", "peaks", *(posture.value for posture in Posture)))
    cap = place.at("monthly_cost_cap")
    if cap.value is None:
        cap.fault("is required: the most that raised postures may cost in a month, in USD")
    below, found = dict(SHIPPED), {}
    for posture in Posture:
        below = _settings(place.at(posture.value), below, posture)
        found[posture] = below
    peaks = read_peaks(place.at("peaks"))
    plan = CapacityPlan(monthly_cost_cap=cap.number(0.0, MOST_USD, 0.0) or 0.0, settings=found, peaks=peaks)
    if not place.faults:
        _require_an_hour(place, plan)
    return plan


def capacity_document(plan: CapacityPlan | None) -> dict[str, Any]:
    """The document that `read_capacity` reads as this plan; empty for none."""
    if plan is None:
        return {}
    found: dict[str, Any] = {"monthly_cost_cap": plan.monthly_cost_cap}
    for posture, settings in plan.settings.items():
        levers: dict[str, Any] = {}
        for lever, value in settings.items():
            group, _, name = lever.value.partition(".")
            (levers.setdefault(group, {}) if name else levers)[name or group] = value
        found[posture.value] = levers
    return found | ({"peaks": [peak_document(peak) for peak in plan.peaks]} if plan.peaks else {})


def _settings(place: Place, below: dict[Lever, int], posture: Posture) -> dict[Lever, int]:
    place.entries((*(lever.value for lever in _SINGLE), *_GROUPS))
    for group in _GROUPS:
        names = [lever.value.partition(".")[2] for lever in Lever if lever.value.startswith(f"{group}.")]
        place.at(group).entries(names)
    found = {lever: _value(place, lever, below[lever], posture) for lever in Lever}
    require_sense(place, found)
    return found


def _value(place: Place, lever: Lever, below: int, posture: Posture) -> int:
    at = place
    for name in lever.value.split("."):
        at = at.at(name)
    value = at.whole(*BOUNDS[lever], below)
    if value is not None and value < below and posture is not Posture.CALM:
        lower = posture.down().value
        at.fault(f"must be at least {below}, as in {lower!r}: a raised posture gives more, never less")
    return below if value is None else value


def _require_an_hour(place: Place, plan: CapacityPlan) -> None:
    """A cap that would stop a posture before it began is a mistake, better found now than in the crisis."""
    for posture in (Posture.ALERT, Posture.CRISIS):
        warmed = {
            **plan.settings[Posture.CALM],
            **{lever: plan.settings[posture.down()][lever] for lever in WARM},
        }
        if steps(warmed, posture, plan, 0.0).capped:
            place.at("monthly_cost_cap").fault(
                f"does not pay for the first hour of {posture.value!r}: raise it, or ask for less there"
            )
