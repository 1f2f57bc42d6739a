"""Each flip is in the ledger once, whatever was down or died while it was found."""

from contextlib import suppress

import pytest

from chalicelib.domain.model import EvidenceClass, Outcome, Signal
from chalicelib.handlers import workers
from chalicelib.ports import Unavailable
from chalicelib.service.flips import write_down
from chalicelib.wiring import use
from tests.world import World

PATH = "box-a#out#world"


@pytest.fixture
def world():
    return World()


def fail(world, times=5):
    """So many failures of desk-a, one after another: the last one is a flip."""
    for _ in range(times):
        known = world.ports.health.read([PATH]).get(PATH)
        signal = Signal(outcome=Outcome.OUTAGE, at=world.clock.now(), detail="http 503")
        world.wired.believer.learn(PATH, signal, known)


def written(world):
    entries = world.ports.ledger.entries("flips", world.clock.now())
    return [(one.entry["path"], one.entry["after"], one.entry["because"]) for one in entries]


def announced(world):
    """The generations that events tell of, those included that wait for the bus."""
    waiting = [each.event for each in world.ports.stories.read().waiting]
    return [event.about["generation"] for event in (*world.ports.events.published, *waiting)]


def test_a_flip_found_while_the_ledger_is_down_is_written_when_its_message_comes_back(world):
    world.ports.ledger.down = True
    fail(world)
    [note] = [note for note in world.ports.queues.notes if note.queue == "flips"]
    record = {"Records": [{"messageId": "1", "body": note.body}]}
    with use(world.wired), pytest.raises(Unavailable):
        workers.tick(record, None)
    world.ports.ledger.down = False
    with use(world.wired):
        workers.tick(record, None)

    assert written(world) == [(PATH, "open", "failures")]


def test_while_the_ledger_is_down_a_flip_is_published_all_the_same(world):
    world.ports.ledger.down = True
    fail(world)
    with pytest.raises(Unavailable):
        world.run()
    world.clock.advance(3)

    assert world.wired.situations.read(world.clock.now()).beliefs[PATH].state == "down"


def test_a_message_that_comes_twice_is_one_entry(world):
    fail(world)
    notes = [note for note in world.ports.queues.notes if note.queue == "flips"]
    world.ports.queues.notes += notes
    world.run()

    assert written(world) == [(PATH, "open", "failures")]


def test_without_its_queue_a_flip_is_written_at_once(world):
    world.ports.queues.down = True
    fail(world)

    assert written(world) == [(PATH, "open", "failures")]


def test_a_flip_whose_finder_could_tell_nobody_is_found_by_the_minute(world):
    world.ports.queues.down = world.ports.ledger.down = True
    with pytest.raises(Unavailable):
        fail(world)
    world.ports.queues.down = world.ports.ledger.down = False
    missing = written(world)
    cls = world.ports.health.read([PATH])[PATH].classes[EvidenceClass.HARD]
    world.minute()
    world.minute()
    found = [e for e in world.ports.ledger.entries("flips", world.clock.now()) if e.entry["gen"] == "1"]

    assert missing == []
    words = [(one.entry["because"], one.entry["before"], one.entry["after"], one.at) for one in found]
    assert words == [("found_later", "closed", "open", cls.since)]


def test_the_reason_of_a_flip_is_not_lost_while_its_message_waits_for_the_ledger(world):
    fail(world)
    world.ports.ledger._chains.clear()
    [own] = world.ports.queues.take_notes("flips")
    world.wired.tick.minute()
    substitutes = [note for note in world.ports.queues.take_notes("flips") if "found_later" in note.body]
    for note in (own, *substitutes):
        write_down(world.ports.ledger, note.body)

    assert [note.delay for note in substitutes] == [600]
    assert written(world)[0] == (PATH, "open", "failures")
    assert "found_later" not in [because for _, _, because in written(world)]


def test_a_flip_is_written_down_although_its_publication_fails(world):
    world.ports.ledger.down = True
    fail(world)
    world.ports.ledger.down = False
    [note] = [note for note in world.ports.queues.notes if note.queue == "flips"]
    world.ports.snapshots.objects_down = True
    with use(world.wired), pytest.raises(Unavailable):
        workers.tick({"Records": [{"messageId": "1", "body": note.body}]}, None)

    assert written(world) == [(PATH, "open", "failures")]


def test_without_its_queue_a_flip_that_nobody_told_of_is_written_by_the_minute_at_once(world):
    world.ports.queues.down = world.ports.ledger.down = True
    with pytest.raises(Unavailable):
        fail(world)
    world.ports.ledger.down = False
    with use(world.wired), pytest.raises(Unavailable):
        workers.tick({}, None)

    assert [(path, after) for path, after, _ in written(world)] == [(PATH, "open")]


def test_nothing_is_told_of_a_flip_that_neither_queue_nor_ledger_takes(world):
    world.ports.queues.down = world.ports.ledger.down = True
    with pytest.raises(Unavailable):
        fail(world)
    told = []
    for down in (*(True,) * 5, False, False):
        world.ports.queues.down = world.ports.ledger.down = down
        with use(world.wired), suppress(Unavailable):
            workers.tick({}, None)
        told.append(announced(world))
        world.clock.advance(60)
    world.run()

    assert told[:5] == [[]] * 5
    assert told[5] == [2]  # by then it was on trial: what was before is a gap in its story
    assert told[6][:2] == [2, 1]
    gens = [one.entry["gen"] for one in world.ports.ledger.entries("flips", world.clock.now())]
    assert (gens.count("1"), gens.count("2")) == (1, 1)


def test_the_minute_finds_nothing_where_all_was_told(world):
    fail(world)
    for _ in range(20):
        world.minute()

    whys = [because for _, _, because in written(world)]
    assert whys
    assert "found_later" not in whys


@pytest.mark.parametrize("body", ['{"operation": "orders", "who": "o1"}', "{}", "[]", "ring", '{"id": "x"}'])
def test_other_rings_are_no_flips(world, body):
    world.publish(world.ports.plans.current().text)
    with use(world.wired):
        workers.tick({"Records": [{"messageId": "1", "body": body}]}, None)

    assert written(world) == []
