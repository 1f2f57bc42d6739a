"""A batch of slow bells never outlasts its function: what is begun is finished, what is not goes elsewhere."""

from dataclasses import dataclass

import pytest

from chalicelib.bells import dump_ring
from chalicelib.domain.outbox import RowState
from chalicelib.handlers import workers
from chalicelib.wiring import use
from tests.world import World


@dataclass
class Context:
    """Lambda's word on the time left, by the world's clock."""

    world: World
    started: float
    lives: float = 60

    def get_remaining_time_in_millis(self):
        return round((self.started + self.lives - self.world.clock.now().timestamp()) * 1000)


@pytest.fixture
def world():
    """Three contacts, each of which takes its desk so long."""
    made = World()
    for number in range(3):
        made.say(id_=f"m{number}", person=f"p{number}")
    return made


def answered(world, *, slow):
    world.desks.on_call = lambda _: world.clock.advance(slow)
    rings = world.ports.queues.take_bells()
    records = [{"messageId": str(n), "body": dump_ring(ring)} for n, ring in enumerate(rings)]
    with use(world.wired):
        failed = workers.deliver({"Records": records}, Context(world, world.clock.now().timestamp()))
    assert failed == {"batchItemFailures": []}
    return [world.row(f"m{number}").work.state for number in range(3)]


def test_quick_bells_are_all_answered(world):
    assert answered(world, slow=1) == [RowState.DELIVERED] * 3
    assert world.ports.queues.rung == []


def test_a_bell_that_might_outlast_the_function_is_rung_anew_and_its_row_untouched(world):
    states = answered(world, slow=7)

    assert states == [RowState.DELIVERED, RowState.DELIVERED, RowState.ACCEPTED]
    assert [ring.key for ring in world.ports.queues.rung] == [world.row("m2").key]
    assert world.row("m2").work.version == 0


def test_a_bell_rung_anew_is_answered_by_the_next_function(world):
    answered(world, slow=7)
    world.run()

    assert world.row("m2").work.state is RowState.DELIVERED


def test_without_a_count_of_time_bells_are_answered(world):
    [first, *_] = world.ports.queues.take_bells()
    with use(world.wired):
        workers.deliver({"Records": [{"messageId": "1", "body": dump_ring(first)}]}, None)

    assert world.row("m0").work.state is RowState.DELIVERED
