"""A repeat under the same key settles a doubt and is what a trial asks for: no draw keeps it waiting."""

from dataclasses import replace
from datetime import timedelta

from chalicelib.domain.detection.machine import ClassHealth, PathHealth, State
from chalicelib.domain.model import EvidenceClass
from chalicelib.domain.outbox import RowState
from chalicelib.http_types import MaybeSent
from tests.world import World

PATH = "box-a#out#world"
PEOPLE = [f"p{number}" for number in range(12)]


def in_doubt(state):
    """A dozen contacts of which nobody knows whether desk-a has them; its silence, which only traffic ends, is so."""
    world = World()
    world.desks.fault["a.example"] = MaybeSent("timeout")
    for person in PEOPLE:
        world.say(person, id_=person, person=person)
        world.run()
    doubtful = [
        p
        for p in PEOPLE
        if world.row(p).work.state is RowState.UNKNOWN and world.row(p).work.desk == "desk-a"
    ]
    world.desks.fault.clear()
    now = world.clock.now()
    silent = ClassHealth(state=state, gen=3, since=now, until=now + timedelta(days=1), last_at=now)
    known = world.ports.health.read([PATH]).get(PATH, PathHealth(path=PATH))
    world.ports.health._paths[PATH] = replace(known, classes={EvidenceClass.SILENT: silent})
    return world, doubtful


def later(world, minutes):
    for _ in range(minutes * 2):
        world.clock.advance(30)
        world.wired.tick.minute()
        world.run()


def test_a_doubt_is_settled_during_a_trial_that_lets_only_few_new_contacts_through():
    world, doubtful = in_doubt(State.TRIAL)

    later(world, 15)

    assert len(doubtful) > 1
    assert {world.row(person).work.state for person in doubtful} == {RowState.DELIVERED}
    assert {world.row(person).work.desk for person in doubtful} == {"desk-a"}


def test_a_doubt_waits_while_its_desk_rests():
    world, doubtful = in_doubt(State.OPEN)
    before = len(world.desks.contacts("a.example"))

    later(world, 15)

    assert {world.row(person).work.state for person in doubtful} == {RowState.UNKNOWN}
    assert len(world.desks.contacts("a.example")) == before
