"""Fifty writers of plan, orders and windows at once leave nobody short: in memory, and on the local stack."""

import botocore.session
import pytest

from chalicelib.aws.clients import Clients
from chalicelib.memory import MemoryPorts
from infra.local.bare import ports_on
from tests.safety.fifty import race
from tests.safety.mutants import LooksOnceOnly
from tests.safety.stage import Stage
from tests.safety.test_safety_on_moto import on_tables


@pytest.mark.parametrize("_round", range(3))
def test_fifty_writers_at_once_leave_nobody_short(_round):
    came, short = race(Stage())

    assert short == []
    assert came.count("") >= 2
    assert {"Unsafe", "Clashing"} & set(came)


def test_fifty_writers_who_look_once_only_are_found_out():
    ports = MemoryPorts()
    stage = Stage(ports)
    object.__setattr__(ports, "permission", LooksOnceOnly(ports, stage.clock.now))

    assert race(stage)[1]


@pytest.mark.stack
@pytest.mark.enable_socket
def test_fifty_writers_at_once_leave_nobody_short_on_the_local_stack(stack, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", stack.endpoint)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-3")
    stage = Stage(on_tables(ports_on(Clients(botocore.session.get_session()), "fifty-")))

    came, short = race(stage)

    assert short == []
    assert came.count("") >= 2
    assert {"Unsafe", "Clashing"} & set(came)
