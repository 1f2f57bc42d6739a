"""/v1/desks/{desk}/forecast: what a desk would do with so many contacts an hour."""

import re
from collections.abc import Mapping

from chalicelib.domain.load_science.staffing import Target
from chalicelib.domain.plan_document.faults import Place
from chalicelib.handlers.asked import Asked, Said, settled
from chalicelib.service.operate import forecast
from chalicelib.service.operate.post import Post

NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
RANGES = {
    "arrivals_per_hour": (0.0, 10_000_000.0),
    "surge": (0.1, 100.0),
    "agents": (0.0, 100_000.0),
    "handling": (5.0, 86_400.0),
    "patience": (5.0, 86_400.0),
    "redial": (0.0, 0.95),
    "share": (0.01, 0.99),
    "within": (0.0, 86_400.0),
}
"""The question's parameters, each from its least value to its greatest; times in seconds."""


def read(asked: Asked, post: Post) -> Said:
    """The forecast; every wrong parameter is named at once."""
    given = asked.parameters(*RANGES)
    root = Place(value=given)
    found = {name: _number(root.at(name), *RANGES[name]) for name in given}
    arrivals, agents = found.pop("arrivals_per_hour", None), found.pop("agents", None)
    if "arrivals_per_hour" not in given:
        root.at("arrivals_per_hour").fault("is required: contacts an hour, before the surge")
    if agents is not None and agents != int(agents):
        root.at("agents").fault("must be a whole number")
    settled(root)
    wanted = forecast.Wanted(
        arrivals=arrivals or 0.0,
        agents=None if agents is None else int(agents),
        target=Target(share=_or(found, "share", 0.8), within=_or(found, "within", 20.0)),
        surge=_or(found, "surge", 1.0),
        handling=found.get("handling"),
        patience=found.get("patience"),
        redial=found.get("redial"),
    )
    return Said(body=forecast.forecast(post, asked.arguments["desk"], wanted))


def _number(place: Place, low: float, high: float) -> float | None:
    if NUMBER.fullmatch(place.value) and low <= float(place.value) <= high:
        return float(place.value)
    place.fault(f"must be a number from {low:g} to {high:g}, such as 12 or 0.5")
    return None


def _or(found: Mapping[str, float | None], name: str, default: float) -> float:
    value = found.get(name)
    return default if value is None else value
