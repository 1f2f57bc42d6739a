"""Calls are arrivals, too: each is counted once, when it begins, and nothing of that can be heard on the line."""

import pytest

from chalicelib.domain.outbox import RowState
from chalicelib.handlers import probing
from chalicelib.service.canary_turns import Pace, canary_note
from tests.unit.test_calls import CALL, NUMBER, PLAN, SID, TOKEN, Line
from tests.world import World

PATH = "phone#in#fr"
TESTER = "+33755500099"
CANARY = f'settings: {{account_sid: {SID}}}, canary: {{from: "{TESTER}"}}}}\n  trunk-a'
WATCHED = PLAN.replace(f"settings: {{account_sid: {SID}}}}}\n  trunk-a", CANARY, 1)


def made(plan=PLAN):
    world = World(plan)
    for channel in ("phone", "trunk-a", "trunk-b"):
        world.ports.secrets.channels[channel] = {"auth_token": (TOKEN,)}
    return world


@pytest.fixture
def world():
    return made()


def counted(world):
    """How many contacts came in by phone, as the store has it."""
    found = world.ports.traffic.read([PATH]).get(PATH)
    return sum(found.counts.values()) if found else 0


def test_a_call_is_counted_while_it_rings(world):
    Line(world).post()
    world.run()

    assert counted(world) == 1


def test_its_further_steps_its_end_and_its_repetitions_are_not_counted_again(world):
    line = Line(world)
    line.post()
    for _ in range(2):
        Line(world).post()
        world.run()
        world.clock.advance(11)  # a container writes its counts no more often than every ten seconds
    for word in ("no-answer", "completed"):
        line.post(DialCallStatus=word)
        world.run()
        world.clock.advance(11)
    world.clock.advance(5 * 3600)
    world.minute()

    assert (len(world.ports.contacts.page(10)[0]), counted(world)) == (2, 1)


def test_its_bell_hands_it_to_nobody(world):
    Line(world).post()
    world.run()

    [row], _ = world.ports.contacts.page(10)
    assert (row.work.state, row.work.attempts) == (RowState.ACCEPTED, ())
    assert world.desks.calls == []


def test_a_queue_that_is_down_costs_the_count_and_not_the_call(world):
    world.ports.queues.down = True
    answer, document = Line(world).post()
    world.ports.queues.down = False
    world.run()

    assert (answer.code, document.findtext("Dial/Number")) == (200, "+33155500001")
    assert counted(world) == 0


def test_a_test_call_is_not_counted():
    world = made(WATCHED)
    world.desks.fault["api.twilio.com"] = 201
    world.desks.bodies["api.twilio.com"] = b'{"sid": "CA9"}'
    note = canary_note("phone", world.clock.now(), Pace.CALM)
    said = probing.canaries(world.wired).run(note.body)

    Line(world).post(From=TESTER, CallSid="CA9")
    world.run()

    assert said == "ok"
    assert (CALL["To"], counted(world)) == (NUMBER, 0)
