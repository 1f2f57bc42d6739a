"""Whole lives on the tables' own code and moto's answers, in one thread (LIVES_ON_MOTO=300 for the long form)."""

import pytest

from infra.local.bare import ports_on
from tests.lives.machine import Lives
from tests.lives.running import live
from tests.moto_clients import moto


@pytest.fixture
def clients():
    with moto() as made:
        yield made


@pytest.mark.timeout(7200)
def test_on_the_tables_too_nothing_is_lost_doubled_forgotten_or_overtaken(clients):
    lived = []

    class LivesOnMoto(Lives):
        """Contacts in their table; what this test does not look at, and the queues that it carries, in memory."""

        def kept(self):
            lived.append(None)
            return {"contacts": ports_on(clients, f"life{len(lived)}-").contacts}

    live(LivesOnMoto, 6, "LIVES_ON_MOTO", steps=15)

    assert len(lived) >= 6
