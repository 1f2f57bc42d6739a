"""The probe function's six services, each made when a message first asks for it."""

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.service.canaries import Canaries
    from chalicelib.service.catch_up import CatchUp
    from chalicelib.service.checkups import Checkups
    from chalicelib.service.doctor import Doctor
    from chalicelib.service.release import Releaser
    from chalicelib.wiring import Wired


def probed(wired: "Wired", body: str) -> str:
    """What one message of the probe queue led to; its one key says which of the six services it is for."""
    told = json.loads(body)
    if "page" in told:
        return f"page {told['page']} {wired.watcher.run(body)}"
    if "canary" in told:
        return f"canary {told['canary']} {canaries(wired).run(body)}"
    if "catch_up" in told:
        return f"catch-up {told['catch_up']} {catch_up(wired).run(body)}"
    if "backlog" in told:
        return f"backlog {releaser(wired).run(body)}"
    if "checkup" in told:
        return f"checkup {told['checkup']} {checkups(wired).run(body)}"
    signal = wired.prober.run(body)
    return f"{told['channel']} {signal.outcome.value} {signal.detail}" if signal else "gone"


def canaries(wired: "Wired") -> "Canaries":
    """The probe function's third service."""
    from chalicelib.service.canaries import Canaries

    stores, clock = wired.stores, wired.clock
    return Canaries(stores=stores, situations=wired.situations, registry=wired.registry, clock=clock)


def catch_up(wired: "Wired") -> "CatchUp":
    """The probe function's fourth service."""
    from chalicelib.service.catch_up import CatchUp

    stores, clock = wired.stores, wired.clock
    return CatchUp(stores=stores, situations=wired.situations, registry=wired.registry, clock=clock)


def releaser(wired: "Wired") -> "Releaser":
    """The probe function's fifth service."""
    from chalicelib.service.release import Releaser

    return Releaser(stores=wired.stores, situations=wired.situations, clock=wired.clock)


def checkups(wired: "Wired") -> "Checkups":
    """The probe function's sixth service."""
    from chalicelib.service.checkups import Checkups

    return Checkups(doctor=doctor_of(wired), situations=wired.situations)


def doctor_of(wired: "Wired") -> "Doctor":
    """Whom checkups and operators ask."""
    from chalicelib.service.doctor import Doctor

    return Doctor(stores=wired.stores, registry=wired.registry, http=wired.http, clock=wired.clock)
