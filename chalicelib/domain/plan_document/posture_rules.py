"""What levers of one posture must be to each other, for AWS to take them and for the plan to mean what it says."""

from chalicelib.domain.plan_document.faults import Place
from chalicelib.domain.surge.levers import (
    EACH_POLLER,
    LEAST_POLLERS,
    POLLED,
    Lever,
    Settings,
    most_environments,
)


def require_sense(place: Place, found: Settings) -> None:
    """Note what does not go together, each at the lever that is to be changed."""
    reserved, provisioned, most = (
        found[lever] for lever in (Lever.INTAKE_RESERVED, Lever.INTAKE_PROVISIONED, Lever.INTAKE_MOST)
    )
    if reserved and most_environments(found) > reserved:
        higher = Lever.INTAKE_PROVISIONED if provisioned > reserved else Lever.INTAKE_MOST
        place.at(higher.value).fault(
            f"must be at most intake_reserved, which is {reserved}: a function has no more environments than that"
        )
    if most and not 1 <= provisioned <= most:
        place.at(Lever.INTAKE_MOST.value).fault(
            f"must be at least intake_provisioned, which is {provisioned} and must be 1 or more: "
            "tracking follows how busy warm environments are, and moves none where none is warm"
        )
    for pollers, lane in POLLED.items():
        _require_pollers(place, found, pollers, lane)


def _require_pollers(place: Place, found: Settings, pollers: Lever, lane: Lever) -> None:
    name = lane.value.partition(".")[2]
    at, number = place.at("pollers").at(name), found[pollers]
    if 0 < number < LEAST_POLLERS:
        at.fault(f"must be 0 for none, or at least {LEAST_POLLERS}")
    elif number * EACH_POLLER > found[lane]:
        at.fault(
            f"needs {lane.value} of {number * EACH_POLLER} or more, which is {found[lane]}: "
            f"each poller delivers up to {EACH_POLLER} at once"
        )
