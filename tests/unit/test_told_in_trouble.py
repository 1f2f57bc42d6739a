"""Telling while something of ours fails: the bus, in part or whole, the stores; nothing is lost or told anew."""

import pytest

from chalicelib.aws.events import BusEvents
from chalicelib.domain.telling.event import Event, EventType
from chalicelib.domain.telling.story import Stories, Waiting
from chalicelib.handlers import workers
from chalicelib.http_types import NotSent
from chalicelib.memory.loud import MemoryEvents, MemoryStories
from chalicelib.ports import Stale, Unavailable
from chalicelib.service.tell import MOST_WAITING, heard
from chalicelib.wiring import use
from tests.world import START, World


class Picky(MemoryEvents):
    """A bus that takes only the first event of each call."""

    def publish(self, events):
        return super().publish(events[:1])


class Forgetful(MemoryStories):
    """A store that takes what is news and then, `refusals` times, not the crossing out."""

    def __init__(self):
        super().__init__()
        self.refusals = 0

    def write(self, stories):
        if self.refusals and len(stories.waiting) < len(self._stories.waiting):
            self.refusals -= 1
            raise Unavailable("the store went away just now")
        super().write(stories)


class Busy(MemoryStories):
    """A store that somebody else always writes first."""

    def write(self, stories):
        raise Stale("too late")


def world_with(**ports):
    made = World()
    for name, port in ports.items():
        object.__setattr__(made.ports, name, port)
    made.minute()
    made.minute()
    return made


def outage(world, host):
    world.desks.fault[host] = NotSent("refused")
    world.minute()
    world.minute()


def event(name="evt_1"):
    return Event(id=name, type=EventType.FLIPPED, at=START, about={"loud": True})


def test_what_a_bus_took_in_part_is_published_in_full_and_no_more_by_later_minutes():
    world = world_with(events=Picky())
    world.ports.events.down = True
    outage(world, "shop.example")
    world.ports.events.down = False

    for _ in range(3):
        world.minute()

    told = [(each.about["path"], each.about["generation"]) for each in world.ports.events.published]
    assert sorted(told) == [("shop#in#fr", 1), ("shop#out#fr", 1)]
    assert world.ports.stories.read().waiting == ()


def test_an_event_that_could_not_be_crossed_out_is_repeated_under_its_own_id():
    stories = Forgetful()
    world = world_with(stories=stories)
    stories.refusals = 1

    outage(world, "a.example")
    world.minute()

    first, again = world.ports.events.published[:2]
    assert first == again
    assert stories.read().waiting == ()


def test_a_message_that_nobody_could_take_in_goes_back_to_its_queue():
    world = world_with()
    object.__setattr__(world.ports, "stories", Busy())

    with use(world.wired), pytest.raises(Unavailable, match="too many at once"):
        workers.tick({}, None)


def test_while_too_many_events_wait_messages_stay_in_their_queue_and_the_minute_goes_on():
    world = world_with()
    before = world.ports.stories.read()
    full = tuple(Waiting(event=event(f"evt_{n}"), since=world.clock.now()) for n in range(MOST_WAITING))
    world.ports.stories.write(Stories(version=before.version + 1, waiting=full))
    world.ports.events.down = True

    with use(world.wired):
        with pytest.raises(Unavailable, match="waits too"):
            workers.tick({"Records": [{"messageId": "1", "body": "{}"}]}, None)
        world.clock.advance(60)
        world.ports.events.down = False
        workers.tick({}, None)

    assert len(world.ports.events.published) == MOST_WAITING
    assert world.ports.stories.read().waiting == ()


def test_a_flip_is_told_although_the_front_doors_storage_is_down():
    world = world_with()
    world.desks.fault["a.example"] = NotSent("refused")
    with use(world.wired):
        workers.tick({}, None)
        for second in range(0, 60, 5):
            world._probe(second)
            world.clock.advance(5)
        world.ports.snapshots.objects_down = True
        notes = [note.body for note in world.ports.queues.take_notes("flips")]
        with pytest.raises(Unavailable):
            workers.tick({"Records": [{"messageId": "1", "body": body} for body in notes]}, None)

    assert [each.about["after"] for each in world.ports.events.published] == ["open"]


@pytest.mark.parametrize(
    "body", ["{}", "[]", "7", "nonsense", '{"operation": "PUT /v1/plan"}', '{"path": "x"}']
)
def test_a_message_of_another_kind_rings_and_tells_of_no_flip(body):
    assert heard(body) is None


class Bus:
    """EventBridge's client, as far as we use it: refuses the entries whose detail type it is told to."""

    def __init__(self, refused=()):
        self.refused, self.entries = refused, []

    def put_events(self, *, Entries):  # noqa: N803 - the API's own name
        self.entries += Entries
        came = [{} if number in self.refused else {"EventId": "x"} for number in range(len(Entries))]
        return {"FailedEntryCount": len(self.refused), "Entries": came}


def test_only_what_the_bus_gave_an_id_counts_as_taken():
    bus = Bus(refused=(1,))

    taken = BusEvents(lambda _: bus, "bascule-dev").publish([event("evt_1"), event("evt_2"), event("evt_3")])

    assert taken == {"evt_1", "evt_3"}
    assert {(e["EventBusName"], e["Source"], e["DetailType"]) for e in bus.entries} == {
        ("bascule-dev", "bascule", "path.flipped")
    }
