"""A desk's rate is never exceeded, whoever sends; the surplus goes to the next desk or waits its turn."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from chalicelib.domain.load import shard_tokens, shards
from chalicelib.domain.outbox import RowState
from chalicelib.domain.plan import Capacity, Desk
from chalicelib.memory import MemoryContacts
from chalicelib.service.capacity import Tokens
from tests.world import PLAN, START, World

RATED = PLAN.replace("desk-a: {channel: box-a,", "desk-a: {channel: box-a, capacity: {rate: 5},")
ALONE = RATED.replace("[desk-a, desk-b]", "[desk-a]")


@pytest.mark.parametrize("rate", [0.5, 1, 2.5, 5, 400, 950, 4000])
def test_the_shards_of_a_rate_sum_to_it_over_any_ten_seconds(rate):
    tokens = sum(
        shard_tokens(rate, shard, second) for shard in range(shards(rate)) for second in range(77, 87)
    )

    assert abs(tokens - rate * 10) <= shards(rate)


@pytest.mark.parametrize("block", [1, 5])
def test_twenty_parallel_workers_never_exceed_the_rate(block):
    store, desk = MemoryContacts(), Desk(id="a", channel="c", capacity=Capacity(rate=7))
    workers = [Tokens(block=block) for _ in range(20)]
    moments = [START + timedelta(milliseconds=50 * step) for step in range(60)]

    def work(tokens):
        return [int(now.timestamp()) for now in moments for _ in range(3) if tokens.take(store, desk, now)]

    with ThreadPoolExecutor(20) as pool:
        taken = Counter(second for seconds in pool.map(work, workers) for second in seconds)

    assert max(taken.values()) <= 7
    assert block > 1 or set(taken.values()) == {7}


def test_the_surplus_of_a_full_desk_goes_to_the_next_one():
    world = World(RATED)
    for n in range(12):
        world.say(id_=f"m{n}", person=f"p{n}")
    world.run()

    assert len(world.desks.contacts("a.example")) == 5
    assert len(world.desks.contacts("b.example")) == 7
    assert world.row("m11").work.attempts[-1].decision.startswith("desk-b|desk-a:fl|")


def test_a_surplus_with_nowhere_to_go_waits_counts_no_attempt_and_is_delivered_in_time():
    world = World(ALONE)
    for n in range(12):
        world.say(id_=f"m{n}", person=f"p{n}")
    world.run()
    first = len(world.desks.contacts("a.example"))
    waiting = world.row("m11")
    per_second = []
    for _ in range(30):
        before = len(world.desks.contacts("a.example"))
        world.clock.advance(1)
        world.run()
        per_second.append(len(world.desks.contacts("a.example")) - before)

    assert first == 5
    assert (waiting.work.state, waiting.work.attempt) == (RowState.DEFERRED, 0)
    assert max(per_second) <= 5
    assert len(world.desks.contacts("a.example")) == 12
    assert world.desks.replies("shop.example") == []
