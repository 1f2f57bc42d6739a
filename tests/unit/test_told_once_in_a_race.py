"""Fifty writers race to one flip, and many ticks to tell of it: the bus gets exactly one event."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from chalicelib.domain.detection.machine import ClassHealth, Flip, State
from chalicelib.domain.model import EvidenceClass
from chalicelib.service.tell import Teller
from tests.world import World

PATH = "box-a#out#world"


def test_fifty_writers_of_one_flip_make_one_event():
    world = World()
    world.minute()
    now, health = world.clock.now(), world.ports.health
    before = health.read([PATH])[PATH].classes.get(EvidenceClass.HARD, ClassHealth())
    flip = Flip(
        path=PATH, evidence=EvidenceClass.HARD, before=before.state, after=State.OPEN, gen=before.gen + 1, at=now,
        because="failures", until=now + timedelta(seconds=30), penalty=1000, penalty_at=now,
    )  # fmt: skip

    def write(_):
        if health.flip(PATH, before, flip):
            world.wired.believer.announce(flip)

    with ThreadPoolExecutor(50) as pool:
        list(pool.map(write, range(50)))
    notes = [note.body for note in world.ports.queues.take_notes("flips")]
    situation = world.wired.situations.read(now)

    def tell(_):
        Teller(stores=world.ports).tell(situation, notes * 2, now, minute=False)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(tell, range(4)))

    assert len(notes) == 1
    assert [event.about["generation"] for event in world.ports.events.published] == [1]
