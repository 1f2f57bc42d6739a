"""Rows that wait for a full or dead desk: served in the order of their promises, at its rate, and in nobody's way."""

from dataclasses import replace
from datetime import timedelta
from random import Random

from chalicelib.domain.load import Load, shard_tokens
from chalicelib.domain.outbox import RowState
from chalicelib.handlers import probing
from tests.unit.backlog_side import PURPOSES, Desk3, plan, releases

HOUR = timedelta(hours=1)
BLOCK_ROWS = 120


def shuffled(count: int) -> list[timedelta]:
    """Promises between four and eight hours, in an order that is the same in every run."""
    return [timedelta(hours=4) + timedelta(seconds=(n * 7_919) % 14_400) for n in range(count)]


def test_two_thousand_are_served_in_the_order_of_their_promises_at_the_desks_full_rate_and_never_above():
    world = Desk3(plan(rate=11.7))
    promises = shuffled(2_000)
    rows = world.park(2_000, promises=promises)
    ranks = {row.key: rank for rank, row in enumerate(sorted(rows, key=lambda row: (row.deadline, row.key)))}

    world.pass_(200)
    order = [ranks[event["data"]["reference"]] for event in world.desks.contacts("a.example")]
    served = world.per_second("a.example")
    first, last = min(served), max(served)
    tokens = {second: shard_tokens(11.7, 0, second) for second in range(first, last + 1)}

    assert len(order) == 2_000
    assert max(abs(rank - place) for place, rank in enumerate(order)) <= BLOCK_ROWS
    assert all(count <= tokens[second] for second, count in served.items())
    assert sum(served.values()) >= 0.95 * sum(tokens.values())
    assert world.waiting() == []


def test_five_thousand_that_wait_for_a_dead_desk_delay_neither_a_lost_bell_nor_another_desks_rows():
    times = []
    for crowd in (0, 5_000):
        world = Desk3()
        world.desks.fault["a.example"] = 503
        world.pass_(180)
        world.park(crowd)
        world.say("quick question", id_="lost", person="lost")
        world.ports.queues.take_bells()
        for n in range(60):
            world.say("a claim", id_=f"c{n}", person=f"c{n}")
        found = {}
        for second in range(300):
            world.pass_(1)
            if world.row("lost").work.state is RowState.DELIVERED:
                found.setdefault("lost", second)
            if len(world.desks.contacts("b.example")) == 60:
                found.setdefault("claims", second)
        times.append(found)
        assert len(world.waiting()) == crowd

    assert times[0] == times[1]
    assert times[0]["lost"] <= 120
    assert times[0]["claims"] <= 90


def test_while_nothing_is_able_nothing_is_released_and_nothing_written():
    world = Desk3()
    world.desks.fault["a.example"] = 503
    world.pass_(180)
    rows = world.park(300)
    world.ports.contacts.writes.clear()

    for _ in range(60):
        world.minute()

    assert world.ports.contacts.writes.total() == 0
    assert len(world.waiting()) == len(rows)


def test_rows_go_to_the_backlog_by_themselves_and_from_it_when_the_desk_is_back():
    world = Desk3()
    world.desks.fault["a.example"] = 503
    world.pass_(120)
    for n in range(40):
        world.say("an order", id_=f"o{n}", person=f"o{n}")
    world.pass_(120)
    waited = len(world.waiting())
    world.desks.fault.clear()
    world.pass_(900)

    assert waited == 40
    assert len(world.desks.contacts("a.example")) == 40
    assert len(world.desks.replies("shop.example")) == 40
    assert world.waiting() == []


def test_a_row_that_waits_for_a_full_desk_is_told_once_when_the_desk_dies():
    world = Desk3(plan(rate=0.1))
    for n in range(30):
        world.say("an order", id_=f"o{n}", person=f"o{n}")
    world.pass_(120)
    before, waited = len(world.desks.replies("shop.example")), len(world.waiting())
    world.desks.fault["a.example"] = 503
    world.pass_(600)
    told = len(world.desks.replies("shop.example"))
    world.pass_(600)

    assert (before, waited > 10) == (0, True)
    assert told == 30 - len(world.desks.contacts("a.example"))
    assert len(world.desks.replies("shop.example")) == told


def test_a_promise_that_cannot_be_kept_ends_in_time_as_without_a_backlog():
    world = Desk3()
    world.desks.fault["a.example"] = 503
    world.pass_(180)
    rows = world.park(200, promises=[timedelta(minutes=5 if n % 2 else 60) for n in range(200)])

    world.pass_(270)
    early = world.states(rows)
    world.pass_(90)
    late = world.states(rows)

    assert early == {"deferred": 200}
    assert late == {"expired": 100, "deferred": 100}
    assert len(world.waiting()) == 100


def test_rows_of_a_purpose_that_leaves_the_plan_end_at_their_deadline():
    world = Desk3()
    rows = world.park(20, promises=[timedelta(minutes=10)] * 20)
    without = plan().replace("  order: ", "  other: ").replace("[order]", "[other]")
    world.publish(without)

    world.pass_(780)

    assert world.states(rows) == {"expired": 20}
    assert world.desks.contacts("a.example") == []


def test_new_contacts_do_not_push_in_before_those_that_wait_however_early_in_a_second_they_ring():
    world = Desk3(plan(rate=2))
    rows = world.park(120)
    world.pass_(30)
    for n in range(40):
        world.say("an order", id_=f"late{n}", person=f"late{n}")
        world.answer_new()
        world.pass_(1)
    world.pass_(70)
    ours = {row.key for row in rows}
    order = [event["data"]["reference"] in ours for event in world.desks.contacts("a.example")]

    assert all(order[:120])
    assert len(order) == 160
    assert max(world.per_second("a.example").values()) <= 2
    assert max(world.ports.contacts.writes[row.key] for row in rows) <= 5


def test_an_urgent_contact_does_not_wait_behind_the_others():
    urgent = PURPOSES + (
        "  fire: {match: [{channel: shop, keywords: [fire]}], routes: {fr: [desk-a]}, lane: urgent, deadline: 4h}\n"
    )
    world = Desk3(plan(rate=2, purposes=urgent))
    world.park(300)
    world.pass_(30)
    world.say("fire", id_="fire", person="fire")
    world.answer_new()

    assert world.row("fire").work.state is RowState.DELIVERED
    assert len(world.waiting()) > 100


def test_a_flip_elsewhere_does_not_ring_released_rows_before_their_second():
    world = Desk3(plan(rate=5))
    world.park(200)
    for second in range(60):
        if second % 7 == 3:
            world.wired.tick.flip()
        world.pass_(1)

    served = world.per_second("a.example")
    assert sum(served.values()) >= 0.95 * 5 * (max(served) - min(served) + 1)
    assert sum(world.ports.contacts.writes.values()) <= 200 + 200 + 2 * sum(served.values())


def test_a_desk_that_tells_its_load_gets_no_more_than_it_has_room_for():
    room = plan().replace("desk-c: {channel: box-c,", "desk-c: {channel: box-c, capacity: {concurrent: 10},")
    world = Desk3(room)
    world.ports.health.put_load("desk-c", Load(at=world.clock.now(), in_use=7))
    world.pass_(1)
    world.park(30, "quick")

    world.pass_(59)
    first = len(world.desks.contacts("c.example"))
    world.ports.health.put_load("desk-c", Load(at=world.clock.now(), in_use=5))
    world.pass_(60)

    assert first == 3
    assert len(world.desks.contacts("c.example")) == 8


def test_what_waits_for_an_earlier_word_of_the_same_person_waits_in_the_backlog_too_and_goes_in_its_order():
    world = Desk3()
    world.desks.fault["a.example"] = 503
    world.pass_(180)
    world.park(1)
    for n in range(4):
        world.say(f"an order {n}", id_=f"o{n}", person="ann")
        world.clock.advance(1)
    world.pass_(300)
    parked = len(world.waiting())
    world.ports.contacts.writes.clear()
    for _ in range(30):
        world.minute()
    written = world.ports.contacts.writes.total()
    world.desks.fault.clear()
    world.pass_(900)

    texts = [event["data"]["text"] for event in world.desks.contacts("a.example")]
    assert (parked, written) == (5, 0)
    assert [text for text in texts if text != "order"] == [f"an order {n}" for n in range(4)]


def test_a_releaser_that_runs_long_leaves_the_rest_to_the_next_block():
    world = Desk3(plan(rate=100))
    world.park(300)
    contacts, clock, body = world.ports.contacts, world.clock, releases(world)[0]
    unpark = contacts.unpark

    def slowly(key, lot, due_at):
        clock.advance(1)
        return unpark(key, lot, due_at)

    world.pass_(6)
    contacts.unpark = slowly
    rung = probing.releaser(world.wired).run(body)

    assert 8 <= rung <= 10
    assert len(world.waiting()) == 300 - rung


def test_only_a_few_are_tried_on_desks_that_are_doubted_because_all_look_down():
    text = plan(rate=50).replace("{fr: [desk-a]}", "{fr: [desk-a, desk-b]}")
    world = Desk3(text.replace("capacity: {rate: 2}", "capacity: {rate: 50}"))
    world.desks.fault |= {"a.example": 503, "b.example": 503}
    world.pass_(240)
    world.park(300)
    world.desks.calls.clear()

    world.pass_(60)

    tried = [call for call in world.desks.calls if b"contact.message" in (call.body or b"")]
    assert len(tried) <= 6 * 5 * 2
    assert len(world.waiting()) >= 240


def test_bells_that_come_a_second_late_cost_neither_the_rate_nor_the_order_nor_writes():
    world = Desk3(plan(rate=11.7))
    rows = world.park(1_000, promises=shuffled(1_000))
    ranks = {row.key: rank for rank, row in enumerate(sorted(rows, key=lambda row: (row.deadline, row.key)))}
    queues, draw = world.ports.queues, Random(3)  # noqa: S311 - a test's own
    ring = queues.bells
    queues.bells = lambda rings: ring([replace(one, delay=one.delay + draw.randint(0, 1)) for one in rings])

    world.pass_(130)
    order = [ranks[event["data"]["reference"]] for event in world.desks.contacts("a.example")]
    times = sorted(world.per_second("a.example").elements())[:980]  # the last may wait for another block
    tokens = sum(shard_tokens(11.7, 0, second) for second in range(times[0], times[-1] + 1))
    disorder = sorted(abs(rank - place) for place, rank in enumerate(order))

    assert len(order) == 1_000
    assert len(times) >= 0.95 * tokens
    assert disorder[980] <= BLOCK_ROWS
    assert world.ports.contacts.writes.total() <= 4.1 * 1_000
