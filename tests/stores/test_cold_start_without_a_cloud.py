"""A container that starts while table, secrets and object storage are gone: it holds, and decides by the bundle."""

import json

import pytest
from sick_services import ports_at, service, sick

from chalicelib.bundle import bundled
from chalicelib.domain.routing import Case, route
from chalicelib.domain.snapshot import dump_snapshot, read_snapshot
from chalicelib.memory import ManualClock
from chalicelib.service.wire import read_held
from chalicelib.wiring import Wired
from infra.bundle import pack
from tests.world import SETTINGS, Desks, World

pytestmark = pytest.mark.enable_socket
GONE = ("dynamodb", "secretsmanager", "s3")


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A stage that published its plan, and the bundle that its last deployment packed."""
    world, folder = World(), tmp_path_factory.mktemp("bundle")
    pack(world.ports, folder)
    world.clock.advance(7200)
    return world, folder


def cold(monkeypatch, published, addresses):
    """A new container of the intake before these services, with nothing read yet."""
    world, folder = published
    ports = ports_at(monkeypatch, **addresses)
    clock = ManualClock(world.clock.now())
    wired = Wired(stores=ports, http=Desks(), clock=clock, settings=SETTINGS)
    wired.situations.bundle = lambda: bundled(folder)
    return wired


@pytest.mark.parametrize("fault", ["refuses", "hangs", "fails"])
def test_what_comes_to_a_cold_container_is_held_until_it_can_be_proven(monkeypatch, published, fault):
    world = published[0]
    request = world.signed(
        {"type": "contact.message", "data": {"customer": {"id": "ann"}, "text": "help"}}, "m1"
    )
    with sick(fault) as (bad, _), sick("refuses") as (objects, _), service("well") as (queue, heard):
        wired = cold(monkeypatch, published, {**dict.fromkeys(GONE, bad), "s3": objects, "sqs": queue})
        handled = wired.acceptance.receive("shop", request, wired.clock.now())

    held = read_held(json.loads(heard[0])["MessageBody"])
    assert (handled.answer.code, handled.overflow) == (200, True)
    assert (held.proven, held.at, held.request.body) == (False, wired.clock.now(), request.body)


def test_a_cold_container_decides_by_the_bundle_and_says_how_old_it_is(monkeypatch, published):
    with sick("refuses") as (bad, _):
        wired = cold(monkeypatch, published, dict.fromkeys((*GONE, "sqs"), bad))
        now = wired.clock.now()
        situation = wired.situations.read(now)
    decision = route(Case(key="k", purpose="order", market="fr", medium="messaging"), situation, (), now)

    assert decision.desk == "desk-a"
    assert decision.stale
    assert (now - situation.at).total_seconds() > 7000


def test_a_newer_snapshot_in_object_storage_is_preferred_to_the_bundles_own(published):
    world, folder = published
    version, text = world.ports.snapshots.read()
    newer = dump_snapshot(read_snapshot(text)).replace(f'"version":{version}', f'"version":{version + 1}')
    world.ports.snapshots.publish(version + 1, newer)
    world.ports.snapshots.down = world.ports.plans.down = True
    try:
        wired = Wired(stores=world.ports, http=Desks(), clock=world.clock, settings=SETTINGS)
        wired.situations.bundle = lambda: bundled(folder)
        situation = wired.situations.read(world.clock.now())
    finally:
        world.ports.snapshots.down = world.ports.plans.down = False

    assert situation.version == version + 1
