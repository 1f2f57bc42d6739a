"""Second tries: not before the provider said, never all at once, and never more than a share of the first ones."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from chalicelib.domain.model import Outcome
from chalicelib.domain.outbox import Attempt
from chalicelib.http_types import Response
from chalicelib.service.retries import Retries
from tests.stores.examples import row
from tests.unit.backlog_side import Desk3
from tests.world import PLAN, START, World

FAILED = replace(
    row(),
    work=replace(row().work, attempts=(Attempt(at=START, decision="", desk="a", outcome=Outcome.OUTAGE),)),
)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def test_a_desk_that_says_when_to_come_back_is_left_alone_until_then():
    world = Desk3()
    send, busy_until, asked = world.desks.send, world.clock.now() + seconds(125), []

    def limited(call):
        if "a.example" in call.url and b"contact.message" in (call.body or b""):
            asked.append(world.clock.now())
            if len(asked) == 1:
                return Response(code=429, headers={"retry-after": "120"}, body=b"", elapsed=5)
        return send(call)

    world.desks.send = limited
    world.pass_(5)
    for n in range(10):
        world.say("an order", id_=f"o{n}", person=f"o{n}")
    world.pass_(300)

    assert len(world.desks.contacts("a.example")) == 10
    assert asked[1] >= busy_until
    assert asked[-1] - asked[1] <= seconds(60)


def test_rows_put_by_together_come_back_apart_and_each_as_ever():
    delays = []
    for _ in range(2):
        world = World(PLAN)
        world.desks.fault |= {"a.example": 503, "b.example": 503}
        for n in range(60):
            world.say(id_=f"m{n}", person=f"p{n}")
        for ring in world.ports.queues.take_bells():
            world.wired.delivery.answer(ring.key)
        delays.append({ring.key: ring.delay for ring in world.ports.queues.take_bells() if ring.delay})

    assert delays[0] == delays[1]
    assert set(delays[0].values()) == {15, 16, 17, 18, 19}
    assert max(Counter(delays[0].values()).values()) < 30


def test_first_tries_are_never_refused_and_earn_a_tenth_of_a_second_try():
    retries = Retries()
    spent = sum(retries.may(FAILED, "box", "a", START) for _ in range(100))
    firsts = [retries.may(row(), "box", "a", START) for _ in range(50)]
    earned = sum(retries.may(FAILED, "box", "a", START) for _ in range(100))

    assert all(firsts)
    assert (spent, earned) == (10, 5)


def test_another_channel_or_desk_has_its_own_budget_and_time_fills_it():
    retries = Retries()
    for _ in range(50):
        retries.may(FAILED, "box", "a", START)

    assert not retries.may(FAILED, "box", "a", START + seconds(5))
    assert retries.may(FAILED, "other", "a", START)
    assert retries.may(FAILED, "box", "b", START)
    assert retries.may(FAILED, "box", "a", START + seconds(20))


@pytest.mark.parametrize("outcome", [Outcome.OK, Outcome.UNKNOWN, None])
def test_what_was_not_refused_is_no_second_try(outcome):
    retries = Retries()
    went = replace(
        FAILED,
        work=replace(FAILED.work, attempts=(Attempt(at=START, decision="", desk="a", outcome=outcome),)),
    )

    assert all(retries.may(went, "box", "a", START) for _ in range(50))


def test_a_container_sends_no_more_second_tries_than_its_budget_and_the_rest_goes_later():
    world = Desk3()
    rows = world.park(60, "quick")
    store = world.ports.contacts
    failed = Attempt(at=world.clock.now(), decision="desk-c||x|1.0.0", desk="desk-c", outcome=Outcome.OUTAGE)
    for one in rows:
        work = store.get(one.key).work
        store._works[one.key] = replace(work, attempts=(failed,))

    world.pass_(20)
    first = len(world.desks.contacts("c.example"))
    world.pass_(900)

    assert first <= 13
    assert len(world.desks.contacts("c.example")) == 60


def test_a_row_that_its_desk_refuses_again_and_again_keeps_its_own_growing_pauses():
    world = Desk3()
    send, tries = world.desks.send, []

    def choosy(call):
        if b"poison" in (call.body or b"") and "a.example" in call.url:
            tries.append(world.clock.now())
            return Response(code=503, body=b"", elapsed=5)
        return send(call)

    world.desks.send = choosy
    world.park(3)
    world.say("an order of poison", id_="bad", person="bad")
    for n in range(60):
        world.say("an order", id_=f"o{n}", person=f"o{n}")
        world.pass_(20)

    pauses = [(later - sooner).total_seconds() for sooner, later in pairwise(tries)]
    assert 4 <= len(tries) <= 10
    assert pauses[-1] >= 120
    assert len(world.desks.contacts("a.example")) == 63
