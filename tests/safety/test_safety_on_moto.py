"""The same on the tables' own code and moto's answers, in one thread (SAFETY_ON_MOTO=300 for the long form)."""

import pytest

from chalicelib.memory import MemoryPorts
from infra.local.bare import ports_on
from tests.lives.running import live
from tests.moto_clients import moto
from tests.safety.machine import SafetyMachine
from tests.safety.stage import Stage


@pytest.fixture
def clients():
    with moto() as made:
        yield made


def on_tables(ports):
    """Memory's ports, with plan, orders, windows and permission in their tables."""
    mixed = MemoryPorts(plans=ports.plans, orders=ports.orders, maintenance=ports.maintenance)
    object.__setattr__(mixed, "permission", ports.permission)
    return mixed


@pytest.mark.timeout(7200)
def test_on_the_tables_too_nobody_is_ever_left_short(clients):
    played = []

    class OnMoto(SafetyMachine):
        def stage(self):
            played.append(None)
            return Stage(on_tables(ports_on(clients, f"safe{len(played)}-")))

    live(OnMoto, 10, "SAFETY_ON_MOTO", steps=8)

    assert len(played) >= 10
