"""Side by side with a later release, or after a way back: what that one wrote stays as it is and nothing is lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.bells import dump_ring
from chalicelib.domain.model import row_key
from chalicelib.domain.upgrade.schema import READS, WRITES
from chalicelib.handlers import workers
from chalicelib.handlers.ahead import LATER
from chalicelib.ports import Ahead
from chalicelib.service.situation import NoSituation, SituationReader
from chalicelib.wiring import use
from tests.world import World

NEWER = {"schema": {"stringValue": str(READS + 1), "dataType": "String"}}


def come(world, function, body, attributes=()):
    record = {"messageId": "1", "body": body, "messageAttributes": dict(attributes)}
    with use(world.wired):
        return function({"Records": [record]}, None)


def of_a_later_release(world, id_="m1"):
    """A row that the next release accepted."""
    world.say(id_=id_)
    key = row_key("shop", "", id_)
    world.ports.contacts._rows[key] = replace(world.ports.contacts._rows[key], schema=READS + 1)
    return key


def test_a_bell_for_a_row_of_a_later_release_is_answered_without_a_failure_and_the_row_stays_due():
    world = World()
    key = of_a_later_release(world)

    done = come(world, workers.deliver, f'{{"key":"{key}","lane":"normal","trace":""}}')

    assert done == {"batchItemFailures": []}
    assert world.desks.took == []
    assert world.ports.contacts._rows[key].due_at is not None


def test_a_repeated_webhook_of_such_a_row_is_kept_for_the_later_release():
    world = World()
    of_a_later_release(world)

    answer = world.say()

    assert answer.code == 202
    assert [note.queue for note in world.ports.queues.notes] == ["overflow"]


def test_such_a_row_is_delivered_once_by_the_release_that_reads_it():
    world = World()
    key = of_a_later_release(world)
    for ring in world.ports.queues.take_bells():
        come(world, workers.deliver, dump_ring(ring))
    before = len(world.desks.contacts("a.example"))
    world.clock.advance(61)

    world.ports.contacts._rows[key] = replace(world.ports.contacts._rows[key], schema=READS)
    world.minute()

    assert (before, len(world.desks.contacts("a.example"))) == (0, 1)


@pytest.mark.parametrize(
    ("function", "queue"),
    [
        (workers.evidence, "evidence"),
        (workers.replay_overflow, "overflow"),
        (workers.announce, "announcements"),
        (workers.tick, "flips"),
    ],
)
def test_a_message_of_a_later_release_is_put_back_as_it_was(function, queue):
    world = World()
    world.ports.queues.notes.clear()

    done = come(world, function, "in words of tomorrow", NEWER)

    (note,) = world.ports.queues.notes
    assert (note.queue, note.body, note.delay) == (queue, "in words of tomorrow", LATER)
    assert note.attributes == {"schema": str(READS + 1)}
    assert not done.get("batchItemFailures")


@pytest.mark.parametrize("function", [workers.deliver, workers.probe])
def test_a_bell_or_a_probe_of_a_later_release_is_let_go_for_another_comes(function):
    world = World()
    world.ports.queues.notes.clear()

    done = come(world, function, "in words of tomorrow", NEWER)

    assert done == {"batchItemFailures": []}
    assert (world.ports.queues.notes, world.ports.queues.rung) == ([], [])


def later_snapshot(world):
    version, text = world.ports.snapshots.read()
    head = '"schema":{},"version":{}'
    before, after = head.format(WRITES, version), head.format(READS + 1, version + 1)
    assert before in text
    world.ports.snapshots.publish(version + 1, text.replace(before, after))


def test_a_snapshot_of_a_later_release_leaves_the_one_in_hand_which_grows_stale():
    world = World()
    now = world.clock.now()
    fresh = world.wired.situations.read(now)
    later_snapshot(world)

    soon = world.wired.situations.read(now + timedelta(seconds=10))
    late = world.wired.situations.read(now + timedelta(minutes=4))

    assert (fresh.stale, soon.stale, late.stale) == (False, False, True)
    assert soon.version == late.version == fresh.version


def test_a_cold_container_goes_by_the_bundle_when_all_else_is_of_a_later_release():
    world = World()
    bundle = (world.ports.snapshots.read()[1], world.ports.plans.current().compiled)
    later_snapshot(world)
    cold = SituationReader(
        snapshots=world.ports.snapshots,
        plans=world.ports.plans,
        kinds=lambda: ("webhook",),
        bundle=lambda: bundle,
    )
    without = replace(cold, bundle=lambda: None)

    assert cold.read(world.clock.now()).plan.version == 1
    with pytest.raises(NoSituation):
        without.read(world.clock.now())


def test_a_plan_of_a_later_release_stops_no_sweep():
    world = World()
    world.say()
    world.ports.queues.rung.clear()
    plan = world.ports.plans.current()
    later = replace(plan, version=2, text="", compiled=plan.compiled.replace('"schema":1', '"schema":2'))
    world.ports.plans.publish(later)
    world.clock.advance(120)

    with pytest.raises(Ahead), use(world.wired):
        workers.tick({}, None)

    assert [ring.key for ring in world.ports.queues.rung] == [row_key("shop", "", "m1")]
