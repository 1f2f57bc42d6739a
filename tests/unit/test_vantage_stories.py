"""Two vantages and one deployment: what each sees, what routing makes of it, and who is then suspected."""

import json
from dataclasses import replace

import pytest

from chalicelib.domain.model import EvidenceClass, Medium
from chalicelib.domain.routing import Case, route
from chalicelib.http_types import NotSent
from chalicelib.wiring import Wired
from tests.world import PLAN, SETTINGS, Desks, World

BY_MARKET = PLAN.replace("routes: {fr:", "routes: {world:") + "vantages: {test: [fr], us-east-1: [us]}\n"
EVERYWHERE = PLAN + "vantages: {test: [], us-east-1: []}\n"
HOSTS = ("a.example", "b.example", "shop.example")
GONE = NotSent("refused")


class Two:
    """A world, and a second vantage on its stores with a network of its own."""

    def __init__(self, plan=EVERYWHERE):
        self.world = World(plan)
        self.there, self.far_is_up = Desks(), True
        settings = replace(SETTINGS, vantage="us-east-1", home_region="eu-west-3")
        stores, clock = self.world.ports, self.world.clock
        self.far = Wired(stores=stores, http=self.there, clock=clock, settings=settings)

    def minutes(self, count):
        for _ in range(count):
            self.world.wired.tick.minute()
            for second in range(0, 60, 10):
                self._probe(second)
                self.world.run()
                self.world.clock.advance(10)

    def _probe(self, second):
        notes = self.world.ports.queues.notes
        due = [note for note in notes if note.queue.startswith("probes") and note.delay <= second]
        notes[:] = [note for note in notes if note not in due]
        for note in due:
            wired = self.far if note.queue == "probes@us-east-1" else self.world.wired
            if "channel" in json.loads(note.body) and (wired is not self.far or self.far_is_up):
                wired.prober.run(note.body)

    def belief(self, path):
        return self.situation().beliefs[path]

    def situation(self):
        self.world.clock.advance(3)
        self.world.wired.tick.flip()
        return self.world.wired.situations.read(self.world.clock.now())

    def desk_for(self, market):
        case = Case(key="k", purpose="order", market=market, medium=Medium.MESSAGING)
        return route(case, self.situation(), (), self.world.clock.now())

    def told(self):
        hour = self.world.clock.now()
        return [dict(entry.entry) for entry in self.world.ports.ledger.entries("probers", hour)]


@pytest.fixture
def two():
    return Two()


def broken(desks, *hosts):
    desks.fault.update(dict.fromkeys(hosts, GONE))


def test_what_one_of_two_vantages_sees_makes_suspicion_and_no_more(two):
    broken(two.world.desks, "a.example")

    two.minutes(20)

    belief = two.belief("box-a#out#world")
    assert (belief.state, belief.weight, belief.suspect) == ("up", 1.0, True)
    assert two.desk_for("fr").desk == "desk-a"


def test_a_doubt_of_one_vantage_makes_both_probe_every_ten_seconds(two):
    broken(two.world.desks, "a.example")
    two.minutes(2)
    two.world.ports.queues.notes.clear()

    two.world.wired.tick.minute()

    notes = [n for n in two.world.ports.queues.notes if json.loads(n.body) == {"channel": "box-a"}]
    assert sorted((n.queue, n.delay) for n in notes) == [
        (queue, delay) for queue in ("probes", "probes@us-east-1") for delay in range(0, 60, 10)
    ]


def test_what_both_vantages_see_takes_the_desk_out_and_brings_it_back(two):
    two.minutes(1)
    broken(two.world.desks, "a.example")
    broken(two.there, "a.example")

    two.minutes(2)

    assert two.belief("box-a#out#world").state == "down"
    assert two.desk_for("fr").desk == "desk-b"
    two.world.desks.fault.clear()
    two.there.fault.clear()
    two.minutes(6)
    assert two.belief("box-a#out#world").state == "up"


def test_a_vantage_whose_region_is_gone_leaves_the_others_to_judge(two):
    broken(two.world.desks, "a.example")
    two.minutes(2)
    two.far_is_up = False

    two.minutes(6)

    assert two.belief("box-a#out#world").state == "down"


def test_a_platform_down_in_one_market_gives_two_answers_at_the_same_instant():
    two = Two(BY_MARKET)
    two.minutes(1)
    broken(two.world.desks, "a.example")

    two.minutes(3)

    assert (two.desk_for("fr").desk, two.desk_for("us").desk) == ("desk-b", "desk-a")
    assert two.belief("box-a#out#fr").state == "down"
    assert two.belief("box-a#out#us").state == "up"
    world = two.belief("box-a#out#world")
    assert (world.state, world.suspect) == ("up", True)


def test_all_vendors_failing_at_once_from_the_only_vantage_change_nothing_and_raise_prober_suspect():
    two = Two(PLAN)
    two.minutes(1)
    broken(two.world.desks, *HOSTS)

    two.minutes(10)

    beliefs = two.situation().beliefs
    assert {belief.weight for belief in beliefs.values()} == {1.0}
    assert "down" not in {belief.state for belief in beliefs.values()}
    assert [(one["vantage"], one["prober"]) for one in two.told()] == [("test", "suspect")]
    assert two.told()[0]["because"] == "failing together: alpha, beta, webhook"
    assert two.desk_for("fr").desk == "desk-a"


def test_while_the_only_vantage_is_suspect_what_cannot_be_known_is_unknown_and_never_up():
    two = Two(PLAN)
    two.minutes(1)
    broken(two.world.desks, *HOSTS)

    two.minutes(10)

    assert {belief.state for belief in two.situation().beliefs.values()} == {"unknown"}


def test_the_prober_is_trusted_again_when_the_common_trouble_is_over():
    two = Two(PLAN)
    broken(two.world.desks, *HOSTS)
    two.minutes(2)
    two.world.desks.fault.clear()

    two.minutes(2)

    assert [one["prober"] for one in two.told()] == ["suspect", "trusted"]
    assert [trust.suspect for trust in two.situation().probers] == [False]
    assert {belief.state for belief in two.situation().beliefs.values()} == {"up"}


def test_all_vendors_failing_from_one_of_two_vantages_change_nothing_and_name_it(two):
    two.minutes(1)
    broken(two.there, *HOSTS)

    two.minutes(10)

    beliefs = two.situation().beliefs
    assert {(belief.state, belief.weight) for belief in beliefs.values()} == {("up", 1.0)}
    assert [(one["vantage"], one["prober"]) for one in two.told()] == [("us-east-1", "suspect")]


def test_all_vendors_failing_from_all_vantages_are_believed_and_panic_decides(two):
    two.minutes(1)
    broken(two.world.desks, *HOSTS)
    broken(two.there, *HOSTS)

    two.minutes(3)

    states = {belief.state for belief in two.situation().beliefs.values()}
    assert states == {"down"}
    assert two.told() == []
    decision = two.desk_for("fr")
    assert (decision.panic, decision.desk) == (True, "desk-a")


def test_two_channels_of_one_provider_failing_together_are_no_common_cause():
    one = PLAN.replace("provider: beta", "provider: alpha")
    two = Two(one.replace("kind: webhook, market: fr", "kind: webhook, provider: alpha, market: fr"))
    two.minutes(1)
    broken(two.world.desks, *HOSTS)

    two.minutes(2)

    assert two.belief("box-a#out#world").state == "down"
    assert two.told() == []


def test_what_sending_meets_counts_even_while_the_prober_is_suspect():
    two = Two(PLAN)
    two.minutes(1)
    broken(two.world.desks, *HOSTS)
    two.minutes(1)

    for number in range(5):
        two.world.say(id_=f"m{number}")
        two.world.run()

    hard = two.world.ports.health.read(["box-a#out#world"])["box-a#out#world"].classes[EvidenceClass.HARD]
    assert hard.gen >= 1


def test_a_single_vantage_that_sees_one_vendor_fail_believes_it_as_before():
    two = Two(PLAN)
    two.minutes(1)
    broken(two.world.desks, "a.example")

    two.minutes(2)

    assert two.belief("box-a#out#world").state == "down"


def test_a_vantage_that_the_plan_names_no_more_is_not_listened_to():
    two = Two(PLAN)

    said = two.far.prober.run(json.dumps({"channel": "box-a"}))

    assert said is None
    assert two.world.ports.health.everything() == {}
