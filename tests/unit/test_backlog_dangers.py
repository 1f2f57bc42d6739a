"""Backlogs when things go wrong: whoever dies, doubles or lags behind, no row is lost and none doubled."""

import json
from collections import Counter
from contextlib import suppress
from dataclasses import fields, replace
from datetime import timedelta

from chalicelib.domain.outbox import Due, RowState, deferred
from chalicelib.handlers import probing
from chalicelib.memory import MemoryPorts
from tests.unit.backlog_side import CountingContacts, Desk3, plan, releases
from tests.unit.crashing import Crash, Fuse, Fused


def fused(fuse: Fuse) -> MemoryPorts:
    made = {one.name: one.default_factory() for one in fields(MemoryPorts) if one.init}
    made["contacts"] = CountingContacts()
    return MemoryPorts(**{name: Fused(port, fuse) for name, port in made.items()})


def released_with(fuse: Fuse) -> Desk3:
    """Twelve rows wait; one releaser meets the fuse; then all goes on as usual, and the sweep has its time."""
    world = Desk3(ports=fused(fuse))
    world.park(12)
    body = releases(world)[0]
    world.pass_(6)
    fuse.armed = True
    with suppress(Crash):
        probing.releaser(world.wired).run(body)
    fuse.armed = False
    world.pass_(60)
    world.clock.advance(300)
    world.pass_(85)
    return world


def test_wherever_a_releaser_dies_every_row_is_handed_over_once():
    """To die before one call is to die after the one before it: so the last is the only one to die after."""
    released_with(whole := Fuse())
    wrong = []
    for place in range(whole.count + 1):
        world = released_with(Fuse(min(place, whole.count - 1), after=place == whole.count))
        took = Counter(event["data"]["reference"] for event in world.desks.contacts("a.example"))
        if len(took) != 12 or set(took.values()) != {1} or world.waiting():
            wrong.append((place, len(took), max(took.values(), default=0)))

    assert whole.count > 20
    assert wrong == []


def test_two_releasers_of_one_block_ring_each_row_once_and_share_the_desks_seconds():
    world = Desk3(plan(rate=5))
    world.park(200)
    body = releases(world)[0]
    world.pass_(5)
    first, second = probing.releaser(world.wired), probing.releaser(world.wired)

    rung = [first.run(body), second.run(body)]
    rings = world.ports.queues.take_bells()

    assert sum(rung) == len(rings) == 50
    assert len({ring.key for ring in rings}) == 50
    assert max(Counter(ring.delay for ring in rings).values()) <= 5


def test_a_releaser_that_comes_late_uses_what_is_left_of_its_block():
    world = Desk3(plan(rate=5))
    world.park(200)
    told = json.loads(releases(world)[0])
    world.clock.advance(told["block"] * 10 + 6 - world.clock.now().timestamp())

    rung = probing.releaser(world.wired).run(json.dumps(told))
    later = probing.releaser(world.wired).run(json.dumps(told | {"block": told["block"] - 1}))

    assert (rung, later) == (15, 0)


def test_a_released_row_whose_bell_is_lost_is_found_by_the_sweep():
    world = Desk3(plan(rate=5))
    rows = world.park(20)
    world.pass_(6)
    probing.releaser(world.wired).run(releases(world)[0])
    world.ports.queues.take_bells()
    lost = [row.key for row in rows if not world.ports.contacts.get(row.key).lot]

    world.pass_(420)

    assert lost
    assert world.states(rows) == {"delivered": 20}


def test_without_releasers_rows_stay_and_the_next_one_serves_them():
    world = Desk3(plan(rate=5))
    rows = world.park(20)
    for _ in range(3):
        world.wired.tick.minute()
        world.ports.queues.take_notes("probes")
        world.clock.advance(60)
    kept = len(world.waiting())

    world.pass_(60)

    assert kept == 20
    assert world.states(rows) == {"delivered": 20}


def test_rows_put_by_by_the_release_before_are_served_and_join_the_backlog():
    world = Desk3()
    world.desks.fault["a.example"] = 503
    world.pass_(180)
    now, store = world.clock.now(), world.ports.contacts
    for n in range(20):
        world.say("an order", id_=f"o{n}", person=f"o{n}")
        row = world.row(f"o{n}")
        work, at = deferred(replace(row.work, round=6, offered=True), "|desk-a:dn||1.0.0", now)
        store.save(row.key, replace(work, version=1), Due.SET, at)
    world.ports.queues.take_bells()

    world.pass_(420)
    waited = len(world.waiting())
    world.desks.fault.clear()
    world.pass_(900)

    assert waited == 20
    assert len(world.desks.contacts("a.example")) == 20


def test_a_bell_by_the_way_does_not_take_a_row_out_of_its_turn():
    world = Desk3()
    row = world.park(1)[0]
    world.ports.contacts.writes.clear()

    came = world.wired.delivery.answer(row.key)

    assert came == "waits"
    assert world.ports.contacts.writes.total() == 0
    assert world.ports.contacts.get(row.key).work.state is RowState.DEFERRED


def test_an_index_that_lags_behind_rings_nobody_twice():
    world = Desk3(plan(rate=5))
    rows = world.park(10)
    store = world.ports.contacts
    old = {shard: store.waiting(shard, 99) for shard in store._parked}
    world.pass_(30)
    store.waiting = lambda shard, limit, **_: old.get(shard, ())[:limit]
    turns = [probing.releaser(world.wired).run(body) for body in releases(world)]
    world.pass_(30)

    took = Counter(event["data"]["reference"] for event in world.desks.contacts("a.example"))
    assert took == dict.fromkeys((row.key for row in rows), 1)
    assert set(turns) == {0}


def test_a_lot_is_closed_when_it_was_left_and_is_empty_and_not_before():
    world = Desk3(plan(rate=5))
    world.park(20)
    world.pass_(500)
    still = len(world.ports.contacts.lots())
    world.pass_(240)
    gone = len(world.ports.contacts.lots())
    world.desks.fault["a.example"] = 503
    world.pass_(60)
    world.park(5, "claim")
    world.pass_(1)

    assert (still, gone) == (1, 0)
    assert len(world.ports.contacts.lots()) == 1


def test_a_lot_that_was_left_but_is_not_empty_stays_open():
    world = Desk3()
    world.desks.fault["a.example"] = 503
    world.pass_(180)
    world.park(5)
    for _ in range(30):
        world.minute()
    world.desks.fault.clear()

    world.pass_(900)

    assert len(world.desks.contacts("a.example")) == 5


def test_the_release_before_reads_the_message_as_a_probe_of_no_channel():
    world = Desk3()
    world.park(5)

    assert world.wired.prober.run(releases(world)[0]) is None


def test_promises_follow_a_new_deadline():
    world = Desk3()
    rows = world.park(3, promises=[timedelta(minutes=10)] * 3)

    assert {world.ports.contacts.get(row.key).due_at for row in rows} == {rows[0].deadline}


def test_each_group_of_lots_has_messages_of_its_own():
    world = Desk3()
    world.park(3)
    world.park(3, "claim")
    world.ports.queues.take_notes("probes")

    world.wired.tick.minute()

    asked = [tuple(json.loads(body)["backlog"]) for body in releases(world)]
    assert len(set(asked)) == 2
    assert {len(names) for names in asked} == {1}
    assert set(Counter(asked).values()) == {8}
