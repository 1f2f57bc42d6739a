"""One slow or dead provider delays nobody else: a lane in virtual time, with as many workers as AWS gives it."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.outbox import RowState
from chalicelib.http_types import MaybeSent
from chalicelib.memory import MemoryContacts
from chalicelib.service.hand_over import TIME_FOR_ONE_BELL
from chalicelib.service.lane_time import OF_ALL, OF_ONE, WINDOW, WORKERS, LaneTime
from chalicelib.service.one_deadline import SEND_DEADLINE
from infra.queues import QUEUES
from tests.unit.virtual_lane import Lane
from tests.world import World

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
EACH, SECONDS = 4, 40
"""Contacts for each of the two desks every second: seven seconds each would keep 28 workers, and there are 20."""


@pytest.fixture
def lane():
    made = Lane(waits={"a.example": 7, "b.example": 0.2})
    yield made
    made.close()


def played(lane):
    lane.arrives("shop", EACH, SECONDS)
    lane.arrives("store", EACH, SECONDS)
    lane.play(SECONDS + 15)
    return lane


def share(waited, part):
    return waited[int(len(waited) * part)]


def test_a_provider_that_answers_late_delays_the_others_at_its_onset_only(lane):
    waited = played(lane).waited("b.example")

    assert len(waited) == EACH * SECONDS
    assert share(waited, 0.99) < 8
    assert share(lane.waited("b.example", since=20), 0.99) < 1


def test_a_provider_that_answers_late_gets_a_quarter_of_the_lane_and_loses_nothing(lane):
    played(lane)

    rows = [row for row in lane.world.ports.contacts.page(999)[0] if row.channel == "shop" and not row.parent]
    states = {row.work.state for row in rows}
    assert len(rows) == EACH * SECONDS
    assert states <= {RowState.DELIVERED, RowState.DEFERRED, RowState.SENDING}
    assert all(row.due_at for row in rows if row.work.state is RowState.DEFERRED)
    quarter = WORKERS["normal"] // OF_ONE * SECONDS / WINDOW
    assert quarter / 2 < len(lane.served["a.example"]) <= WORKERS["normal"] + quarter + 10


def test_a_provider_that_never_answers_is_believed_down_and_delays_the_others_at_its_onset_only(lane):
    lane.waits["a.example"] = 8
    lane.world.desks.fault["a.example"] = MaybeSent("no answer")

    waited = played(lane).waited("b.example")

    assert len(waited) == EACH * SECONDS
    assert share(waited, 0.99) < 8
    assert share(lane.waited("b.example", since=20), 0.99) < 1


def test_the_lanes_are_those_of_the_deployment_and_a_bell_travels_alone():
    lanes = {queue.name: queue for queue in QUEUES if queue.function == "Deliver"}

    assert {name.removesuffix("Queue").lower(): lane.concurrency for name, lane in lanes.items()} == WORKERS
    assert {lane.batch for lane in lanes.values()} == {1}
    assert timedelta(seconds=WINDOW) == SEND_DEADLINE < TIME_FOR_ONE_BELL


def granted(time, contacts, channel, now, lane="normal"):
    return next((n for n in range(99) if not time.may(contacts, lane, channel, now)), 99)


class Set(LaneTime):
    """One that learns nothing more."""

    def learn(self, channel, took):
        """Take in only what is slow."""
        if took.total_seconds() >= WINDOW:
            super().learn(channel, took)


def slow(*channels, seconds=8, kind=LaneTime):
    made = kind()
    for channel in channels:
        made.learn(channel, timedelta(seconds=seconds))
    return made


def test_a_quick_channel_pays_nothing():
    time, contacts = LaneTime(), MemoryContacts()
    time.learn("box-a", timedelta(seconds=1.9))

    assert all(time.may(contacts, "bulk", "box-a", NOW) for _ in range(999))


@pytest.mark.parametrize(("lane", "starts"), [("urgent", 12), ("normal", 5), ("bulk", 1)])
def test_a_slow_channel_may_use_a_quarter_of_its_lane_in_each_window(lane, starts):
    contacts = MemoryContacts()

    assert granted(slow("box-a"), contacts, "box-a", NOW, lane) == starts
    assert granted(slow("box-a"), contacts, "box-a", NOW + timedelta(seconds=WINDOW), lane) == starts


def test_many_slow_channels_leave_half_of_the_lane_to_the_others():
    names = [f"box-{n}" for n in range(9)]
    time, contacts = slow(*names), MemoryContacts()

    assert sum(granted(time, contacts, name, NOW) for name in names) == WORKERS["normal"] // OF_ALL


def test_containers_share_the_lanes_time_and_lanes_do_not():
    contacts = MemoryContacts()

    assert granted(slow("box-a"), contacts, "box-a", NOW) == 5
    assert granted(slow("box-a"), contacts, "box-a", NOW) == 0
    assert granted(slow("box-a"), contacts, "box-a", NOW, "urgent") == 12


def test_a_less_slow_channel_may_be_asked_more_often():
    assert granted(slow("box-a", seconds=2), MemoryContacts(), "box-a", NOW) == 20


def test_a_channel_that_was_quick_again_is_free():
    time, contacts = slow("box-a"), MemoryContacts()
    granted(time, contacts, "box-a", NOW)

    time.learn("box-a", timedelta(seconds=0.3))

    assert all(time.may(contacts, "normal", "box-a", NOW) for _ in range(99))


def test_what_a_slow_desk_has_no_time_for_goes_to_the_next():
    world = World()
    world.wired.delivery.hands.time = slow("box-a", kind=Set)
    for number in range(7):
        world.say(id_=f"m{number}", person=f"p{number}")

    world.run()

    desks = [world.row(f"m{number}").work.desk for number in range(7)]
    assert (desks.count("desk-a"), desks.count("desk-b")) == (5, 2)


def test_words_to_a_person_on_a_slow_channel_wait_for_their_turn():
    world = World()
    world.desks.fault |= {"a.example": 503, "b.example": 503}
    time = world.wired.delivery.hands.time = slow("shop")
    granted(time, world.ports.contacts, "shop", world.clock.now())
    world.say()
    world.run()

    (notice,) = [row for row in world.ports.contacts.page(9)[0] if row.parent]
    assert notice.work.state is RowState.DEFERRED
    assert world.desks.replies("shop.example") == []
