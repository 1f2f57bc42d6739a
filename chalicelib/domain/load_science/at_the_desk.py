"""The wait at a desk by its last reading and the plan's word on its staff: an estimate, or nothing."""

from datetime import datetime

from chalicelib.domain.load import FRESH, Load, Staff
from chalicelib.domain.load_science.delay import NO_WAIT, Delay, behind
from chalicelib.domain.load_science.demand import Misgiven


def wait_at(staff: Staff, load: Load | None, now: datetime) -> Delay | None:
    """The wait of somebody who joins now. None: the reading is old, or too little is known.

    While an agent is free and nobody waits there is no wait; else one stands behind those who wait.
    """
    if load is None or now - load.at > FRESH:
        return None
    agents = serving(staff, load)
    if not load.waiting and _room(load, agents):
        return NO_WAIT
    if not agents or staff.handling is None or load.waiting is None:
        return None
    patience = staff.patience.total_seconds() if staff.patience else None
    try:
        return behind(load.waiting, agents, staff.handling.total_seconds(), patience)
    except Misgiven:
        return None  # a reading that no desk can have


def serving(staff: Staff, load: Load | None) -> int | None:
    """Contacts that are served at once, as the desk itself tells it, else as the plan does.

    When people wait everybody who is there serves, so what is in hand says how many they are.
    """
    if load is not None and load.in_use is not None and (load.waiting or load.free is not None):
        return load.in_use + (load.free or 0)
    return staff.agents


def _room(load: Load, agents: int | None) -> bool:
    if load.free is not None:
        return load.free > 0
    return load.waiting == 0 and load.in_use is not None and agents is not None and load.in_use < agents
