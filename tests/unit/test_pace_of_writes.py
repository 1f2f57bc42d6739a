"""One item of the health table takes only so many writes: evidence beyond that is folded together, not dropped."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.health import Rules
from chalicelib.domain.model import EvidenceClass, Outcome, Signal
from chalicelib.memory import MemoryPorts
from chalicelib.memory.health import MemoryHealth
from chalicelib.memory.records import ManualClock
from chalicelib.service.believe import Believer
from infra.queues import QUEUES

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
PATH = "box#out#fr"
MOST = 1_000
NEVER = Rules(trip=10**12, fine_trip=10**12)
"""A path that nobody may leave: the only desk of its purpose."""


class CountedHealth(MemoryHealth):
    """Health in memory that notes when it was written to."""

    def __init__(self):
        super().__init__()
        self.writes = []

    def fold(self, path, evidence, batch, now):
        self.writes.append(now)
        return super().fold(path, evidence, batch, now)

    def most_in_a_second(self):
        marks = sorted(self.writes)
        first = most = 0
        for last, mark in enumerate(marks):
            while mark - marks[first] >= timedelta(seconds=1):
                first += 1
            most = max(most, last - first + 1)
        return most


class CountingClock(ManualClock):
    """A clock that goes on while somebody waits by it."""

    def __init__(self, now):
        super().__init__(now)
        self.paused = []

    def pause(self, seconds):
        self.paused.append(seconds)
        self.advance(seconds)


@pytest.fixture
def health():
    return CountedHealth()


def believer(health, rules=NEVER):
    ports = MemoryPorts()
    return Believer(health=health, queues=ports.queues, ledger=ports.ledger, vantage="home", rules=rules)


def failed(at, outcome=Outcome.OUTAGE, evidence=EvidenceClass.HARD):
    return Signal(outcome=outcome, at=at, evidence=evidence, detail="http 500")


def learn(one, health, signal):
    one.learn(PATH, signal, health.read([PATH]).get(PATH))


def state(health):
    return health.read([PATH])[PATH].classes[EvidenceClass.HARD].state.value


def test_all_containers_at_once_stay_under_what_one_item_takes(health):
    containers = sum(queue.concurrency for queue in QUEUES if queue.function in ("Deliver", "Probe"))
    crowd = [believer(health) for _ in range(containers)]

    for step in range(60):  # twenty failures a second in each of them: 1,900 a second
        for one in crowd:
            learn(one, health, failed(START + timedelta(milliseconds=50 * step)))

    assert 500 < health.most_in_a_second() <= MOST


def test_what_had_to_wait_counts_once_it_is_settled(health):
    one, clock = believer(health), ManualClock(START + timedelta(seconds=5))

    for step in range(101):
        learn(one, health, failed(START + timedelta(milliseconds=20 * step)))
    one.settle(clock)
    one.settle(clock)

    assert len(health.writes) < 20
    assert health.read([PATH])[PATH].classes[EvidenceClass.HARD].score == 101 * NEVER.bad


def test_a_function_waits_for_its_turn_before_it_ends(health):
    one, clock = believer(health), CountingClock(START)
    for _ in range(8):
        learn(one, health, failed(START))

    one.settle(clock)

    assert clock.paused == [0.2]
    assert health.writes == [START] * 5 + [START + timedelta(seconds=0.2)]


def test_failures_that_trip_make_their_flip_when_they_are_settled(health):
    one, slowly = believer(health, Rules()), {"trip": 30_000, "fine_trip": 30_000}
    one.rules = Rules(**slowly)
    for _ in range(12):
        learn(one, health, failed(START))
    before = state(health)

    one.settle(ManualClock(START))

    assert (before, state(health)) == ("closed", "open")
    assert [note.queue for note in one.queues.notes].count("flips") == 1


def test_a_refused_account_never_waits(health):
    one = believer(health)
    for _ in range(20):
        learn(one, health, failed(START))

    learn(one, health, failed(START, Outcome.AUTH))

    assert health.read([PATH])[PATH].blocked is Outcome.AUTH


def test_a_success_does_not_overtake_the_failures_that_wait(health):
    one = believer(health)
    for _ in range(20):
        learn(one, health, failed(START))

    learn(one, health, Signal(outcome=Outcome.OK, at=START + timedelta(seconds=2)))

    found = health.read([PATH])[PATH].classes[EvidenceClass.HARD]
    assert (found.score, found.run) == (20 * NEVER.bad + NEVER.good, 1)


def test_what_waited_when_the_path_was_left_is_not_counted_on_its_return(health):
    one, other = believer(health, Rules()), believer(health, Rules())
    for _ in range(4):
        learn(one, health, failed(START))
    for _ in range(3):
        one.learn(PATH, Signal(outcome=Outcome.OK, at=START), health.read([PATH])[PATH])
    for step in range(5):
        learn(other, health, failed(START + timedelta(seconds=step)))
    left = health.read([PATH])[PATH].classes

    one.settle(ManualClock(START + timedelta(seconds=9)))

    assert state(health) == "open"
    assert health.read([PATH])[PATH].classes == left


def test_a_table_that_is_away_costs_the_function_nothing_but_evidence(health):
    one = believer(health)
    for _ in range(8):
        learn(one, health, failed(START))
    health.down = True

    one.settle(ManualClock(START))

    assert list(one.pace.waiting()) == []
