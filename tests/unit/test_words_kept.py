"""A desk's word outlives a sick evidence queue: no 2xx before some queue has it, for not every vendor repeats."""

import json

import pytest

from chalicelib.domain.outbox import RowState
from chalicelib.http_types import Request
from chalicelib.ports import Unavailable
from tests.unit.test_calls import PLAN as CALL_PLAN
from tests.unit.test_calls import TOKEN, Line, row
from tests.world import PLAN, World

CHATWOOT = PLAN.replace(
    'box-a: {kind: webhook, provider: alpha, settings: {url: "https://a.example/in"}}',
    'box-a: {kind: chatwoot, provider: alpha, base: "https://a.example", settings: {inbox: aa}}',
)


class Sick:
    """The world's queues, some of which take nothing; `took` are the ids of what was taken meanwhile."""

    def __init__(self, world, *names):
        self.queues, self.names, self.took = world.ports.queues, names, []
        self.put, self.queues.put = self.queues.put, self._put

    def _put(self, note):
        if note.queue in self.names:
            raise Unavailable(f"{note.queue} is down")
        self.took.append(self.put(note))
        return self.took[-1]

    def heal(self):
        self.queues.put = self.put


@pytest.fixture
def desk():
    """A contact that a Chatwoot has, and agents who may speak."""
    world = World(CHATWOOT)
    world.ports.secrets.channels["box-a"] = {"path_key": ("k",)}
    world.desks.bodies["a.example"] = b'{"id": 77}'
    world.say()
    world.run()
    return world


def resolved(world):
    event = {"event": "conversation_status_changed", "status": "resolved", "id": 77}
    request = Request(body=json.dumps(event).encode(), query={"key": ("k",)}, url="/hooks/box-a?key=k")
    return world.wired.acceptance.receive("box-a", request, world.clock.now())


def test_a_word_that_its_queue_does_not_take_is_held_and_counts_once_replayed(desk):
    sick = Sick(desk, "evidence")
    handled = resolved(desk)
    sick.heal()
    desk.run()

    assert (handled.answer.code, handled.overflow, len(sick.took)) == (200, True, 1)
    assert desk.row().work.state is RowState.CLOSED


def test_a_word_that_no_queue_takes_is_never_answered_with_a_2xx(desk):
    sick = Sick(desk, "evidence", "overflow")
    handled = resolved(desk)

    assert handled.answer.code == 503
    assert sick.took == []


@pytest.fixture
def phone():
    world = World(CALL_PLAN)
    for channel in ("phone", "trunk-a", "trunk-b"):
        world.ports.secrets.channels[channel] = {"auth_token": (TOKEN,)}
    return world


def test_the_word_that_a_call_was_answered_takes_the_other_queue_and_the_call_goes_on(phone):
    line = Line(phone)
    line.post()
    sick = Sick(phone, "evidence")
    answer, document = line.post(DialCallStatus="completed")
    sick.heal()
    phone.run()

    assert answer.code == 200
    assert document.find("Say") is None
    assert row(phone).work.state is RowState.ANSWERED


def test_such_a_word_waits_in_the_other_queue_as_long_as_its_own_is_down(phone):
    line = Line(phone)
    line.post()
    sick = Sick(phone, "evidence")
    line.post(DialCallStatus="completed")
    with pytest.raises(AssertionError, match="overflow"):  # the pump's word for a message that comes back
        phone.run()

    assert len(sick.took) == 2  # the outcome, and what it says of the line
    assert row(phone).work.state is RowState.ACCEPTED
