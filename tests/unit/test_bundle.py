"""What is packed at deploy keeps decisions going when nothing else can be read."""

import pytest

from chalicelib.bundle import bundled
from chalicelib.service.situation import NoSituation, SituationReader
from infra.bundle import pack
from tests.world import World


@pytest.fixture
def world():
    return World()


def reader(world, folder):
    ports = world.ports
    return SituationReader(
        snapshots=ports.snapshots,
        plans=ports.plans,
        kinds=lambda: ("webhook",),
        bundle=lambda: bundled(folder),
    )


def test_a_cold_start_with_every_store_down_goes_by_the_bundle_and_says_it_is_stale(world, tmp_path):
    said = pack(world.ports, tmp_path)
    world.ports.snapshots.down = world.ports.plans.down = True
    world.clock.advance(3600)

    situation = reader(world, tmp_path).read(world.clock.now())

    assert said.startswith("bundled plan 1 ")
    assert situation.plan.channels.keys() == {"shop", "box-a", "box-b"}
    assert situation.stale


def test_without_a_bundle_a_cold_start_says_that_there_is_nothing_to_go_by(world, tmp_path):
    world.ports.snapshots.down = world.ports.plans.down = True

    with pytest.raises(NoSituation, match="publish one"):
        reader(world, tmp_path).read(world.clock.now())


def test_a_warm_container_goes_on_with_what_it_holds(world, tmp_path):
    held = reader(world, tmp_path)
    before = held.read(world.clock.now())
    world.ports.snapshots.down = world.ports.plans.down = True
    world.clock.advance(600)

    situation = held.read(world.clock.now())

    assert situation.plan is before.plan
    assert (before.stale, situation.stale) == (False, True)


def test_with_the_table_down_the_copy_in_object_storage_is_used(world, tmp_path):
    version = world.ports.snapshots.read()[0]
    world.ports.snapshots.down = True

    assert reader(world, tmp_path).read(world.clock.now()).version == version
