"""Twenty at once: one row, one winner, never above the rate. Never on moto, which loses writes under threads."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

from examples import NOW, row, work
from health_store_suite import HARD, RULES, failures

from chalicelib.domain.health import Flip, State, demanded
from chalicelib.domain.model import Outcome, Signal
from chalicelib.domain.orders import Order, OrderKind, Orders
from chalicelib.domain.outbox import Work, claimed
from chalicelib.ports import Stale
from chalicelib.service.believe import Believer

PARALLEL = 20


def all_at_once(act: Callable[[int], Any], parallel: int = PARALLEL) -> list[Any]:
    """What each of twenty calls answered, or the Stale it raised."""
    start = Barrier(parallel)

    def one(number: int) -> Any:
        start.wait(30)
        try:
            return act(number)
        except Stale as stale:
            return stale

    with ThreadPoolExecutor(parallel) as pool:
        return list(pool.map(one, range(parallel)))


class RaceSuite:
    def test_of_many_who_claim_a_key_at_once_one_is_first(self, ports):
        key = f"once#{uuid4().hex}"

        answers = all_at_once(lambda _: ports.repeats.claim(key, "r1", NOW))

        assert answers.count(None) == 1
        assert {one.request for one in answers if one} == {"r1"}

    def test_twenty_duplicates_give_one_row(self, ports):
        given = row(uuid4().hex)

        answers = all_at_once(lambda _: ports.contacts.add(given))

        assert answers.count(None) == 1
        assert answers.count(given) == PARALLEL - 1

    def test_twenty_identical_claims_have_one_winner(self, ports):
        given = row(uuid4().hex)
        ports.contacts.add(given)

        answers = all_at_once(lambda _: ports.contacts.save(given.key, claimed(Work(), "a", "d", NOW)))

        assert answers.count(None) == 1
        assert ports.contacts.get(given.key).work == claimed(Work(), "a", "d", NOW)

    def test_twenty_flips_have_one_winner(self, ports):
        path = uuid4().hex
        cls = ports.health.fold(path, HARD, failures(5), NOW)
        flip = demanded(path, HARD, cls, NOW, RULES)

        answers = all_at_once(lambda _: ports.health.flip(path, cls, flip))

        assert Counter(answers) == {True: 1, False: PARALLEL - 1}

    def test_fifty_writers_race_to_one_flip_and_it_is_one_event(self, ports):
        path = uuid4().hex
        believer = Believer(health=ports.health, queues=ports.queues, ledger=ports.ledger, vantage="test")
        signal = Signal(outcome=Outcome.OUTAGE, at=NOW, detail="503")

        answers = all_at_once(lambda _: believer.learn(path, signal, None), 50)

        told = [entry.entry for entry in ports.ledger.entries("flips", NOW) if entry.entry["path"] == path]
        assert [flip.after for flip in answers if isinstance(flip, Flip)] == [State.OPEN]
        assert [(entry["after"], entry["gen"]) for entry in told] == [("open", "1")]
        hard = ports.health.read([path])[path].classes[HARD]
        assert (hard.state, hard.gen, hard.score) == (State.OPEN, 1, 0)

    def test_no_failure_of_twenty_senders_is_lost(self, ports):
        path = uuid4().hex

        all_at_once(lambda _: ports.health.fold(path, HARD, failures(1), NOW))

        assert ports.health.read([path])[path].classes[HARD].score == PARALLEL * RULES.bad

    def test_twenty_workers_never_get_more_than_the_rate(self, ports):
        desk = uuid4().hex

        grants = all_at_once(lambda n: [ports.contacts.lease(desk, 0, 3, 100 + n % 2, 25) for _ in range(5)])

        assert 25 <= sum(sum(grant) for grant in grants) <= 50

    def test_twenty_workers_in_one_second_get_exactly_its_tokens(self, ports):
        desk = uuid4().hex

        grants = all_at_once(lambda _: [ports.contacts.lease(desk, 0, 1, 100, 30) for _ in range(3)])

        assert sum(sum(grant) for grant in grants) == 30

    def test_twenty_who_write_down_the_same_flip_leave_one_entry(self, ports):
        stream = uuid4().hex

        all_at_once(lambda _: ports.ledger.append_once(stream, {"id": "p/hard/1"}, NOW))

        assert [found.entry for found in ports.ledger.entries(stream, NOW)] == [{"id": "p/hard/1"}]

    def test_twenty_operators_at_once_have_one_winner(self, ports):
        known = ports.orders.read()

        def give(number: int) -> None:
            order = Order(
                id=str(number),
                kind=OrderKind.DRAIN,
                scope="desk:a",
                until=NOW,
                owner="x",
                reason="y",
                since=NOW,
            )
            ports.orders.write(Orders(version=known.version + 1, given=(order,)))

        answers = all_at_once(give)

        assert answers.count(None) == 1
        assert ports.orders.read().version == known.version + 1

    def test_work_of_twenty_writers_in_turn_is_never_overwritten(self, ports):
        given = row(uuid4().hex)
        ports.contacts.add(given)

        answers = all_at_once(lambda number: ports.contacts.save(given.key, work(1, desk=str(number))))

        assert ports.contacts.get(given.key).work.desk == str(answers.index(None))
