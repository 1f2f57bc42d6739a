"""Whole lives on the tables' own code and moto's answers, in one thread (LIVES_ON_MOTO=300 for the long form)."""

import botocore.session
import pytest
from moto import mock_aws

from chalicelib.aws.clients import Clients
from infra.local.bare import ports_on
from tests.lives.machine import Lives
from tests.lives.running import live


@pytest.fixture
def clients(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "example")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-3")
    with mock_aws():
        yield Clients(botocore.session.get_session())


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
