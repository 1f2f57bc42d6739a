"""A surge moves the posture by itself, and it comes back: what is set, told, written down and paid for on the way."""

import json
from datetime import timedelta

import pytest

from chalicelib.domain.detection.usual import HALVES
from chalicelib.domain.orders import Order, OrderKind
from chalicelib.domain.surge.levers import SHIPPED, Lever
from chalicelib.domain.surge.streams import slot_of
from chalicelib.handlers.readiness import keep_ready
from chalicelib.service.posture import Keeper
from chalicelib.service.surges import Surges
from chalicelib.wiring import use
from tests.unit.posture_side import CAPACITY, STREAM, USUAL, Crowd, flat
from tests.world import CHANNELS, DESKS, PLAN, PURPOSES, World

TIGHT = CAPACITY.replace("monthly_cost_cap: 200", "monthly_cost_cap: 2")


def kept(world):
    """One look at the posture, without a whole minute."""
    now = world.clock.now()
    return Keeper(stores=world.ports).keep(world.wired.situations.read(now).plan, now, minute=True)


def ordered(world, posture, minutes=30):
    orders = world.ports.orders.read()
    now = world.clock.now()
    given = Order(
        id=f"o{orders.version}", kind=OrderKind.POSTURE, scope=f"capacity:{posture}", since=now, owner="o1",
        until=now + timedelta(minutes=minutes), reason="drill",
    )  # fmt: skip
    world.ports.orders.write(orders.give(given, now))


@pytest.fixture(scope="module")
def played():
    """Ten calm minutes, five of ten times the usual, and calm again."""
    world, postures = Crowd(), []
    for minutes, per_minute in ((10, USUAL), (5, 10 * USUAL), (40, USUAL)):
        for _ in range(minutes):
            world.pass_minutes(1, per_minute)
            postures.append(world.posture())
            if len(postures) == 14:
                world.raised = dict(world.ports.control.levers)
    return world, postures


def test_ten_times_the_usual_is_a_crisis_within_three_minutes_and_it_comes_back_by_itself(played):
    _, postures = played

    assert postures[:10] == ["calm"] * 10
    assert postures[12:15] == ["crisis"] * 3
    assert [p for n, p in enumerate(postures) if n == 0 or p != postures[n - 1]] == [
        "calm", "crisis", "alert", "calm",
    ]  # fmt: skip
    assert 15 <= postures[15:].index("alert") <= 22


def test_what_the_plan_says_is_set_while_it_lasts_and_taken_back_after(played):
    world, _ = played

    assert [world.raised[lever] for lever in (Lever.INTAKE_PROVISIONED, Lever.NORMAL, Lever.REQUEST_RATE)] == [
        100, 200, 9_000,
    ]  # fmt: skip
    assert world.ports.control.levers == SHIPPED
    assert len(world.ports.control.asked) == 4 + 4 + 2


def test_nothing_is_lost_and_nobody_waits_longer(played):
    world, _ = played

    assert len(world.desks.contacts("a.example")) == 10 * USUAL + 50 * USUAL + 40 * USUAL


def test_each_change_is_told_once_in_both_languages_with_people_and_attempts(played):
    world, _ = played
    told = world.told()

    assert [(each["before"], each["after"], each["because"]) for each in told] == [
        ("calm", "crisis", "surge"), ("crisis", "alert", "quiet"), ("alert", "calm", "quiet"),
    ]  # fmt: skip
    [stream] = told[0]["streams"]
    assert (stream["purpose"], stream["market"]) == ("order", "fr")
    assert float(stream["multiple"]) > 5
    assert stream["people"] == pytest.approx(stream["attempts"], rel=0.2)
    assert "calme -> crise (afflux de contacts)" in told[0]["text"]["fr"]
    assert "calm -> crisis (more contacts than usual)" in told[0]["text"]["en"]


def test_each_change_is_in_the_ledger_with_what_was_set_and_what_it_costs(played):
    world, _ = played
    chains = world.ports.ledger.read("capacity", world.clock.now() - timedelta(hours=2), world.clock.now())
    entries = [each.entry for chain in chains.values() for each in chain]

    assert [each["after"] for each in entries] == ["crisis", "alert", "calm"]
    assert json.loads(entries[0]["settings"])["intake_provisioned"] == 100
    assert [float(each["hourly_usd"]) for each in entries] == [1.8, 0.36, 0.0]
    assert 0 < float(entries[2]["spent_usd"]) < 1.5


def test_a_few_people_who_try_again_and_again_are_told_as_few():
    world = Crowd()
    world.pass_minutes(2, USUAL)
    world.pass_minutes(4, 10 * USUAL, persons=12)

    [stream] = world.told()[0]["streams"]

    assert stream["attempts"] > 70
    assert stream["people"] < 40


def test_an_order_wins_over_the_surge_and_over_quiet():
    world = Crowd()
    ordered(world, "calm")
    world.pass_minutes(5, 10 * USUAL)
    assert world.posture() == "calm"

    ordered(world, "alert", minutes=5)
    kept(world)
    assert (world.posture(), world.lever(Lever.NORMAL)) == ("alert", 60)
    assert world.ports.stance.read().because == "order"


def test_an_operators_ring_is_obeyed_without_waiting_for_the_minute():
    world = Crowd()
    world.pass_minutes(1, 0)
    ordered(world, "crisis")

    with use(world.wired):
        keep_ready(world.wired, ['{"path": "a flip"}'])
        before = world.posture()
        keep_ready(world.wired, ['{"operation": "orders", "who": "o1"}'])

    assert (before, world.posture()) == ("calm", "crisis")


def test_the_cap_stops_what_is_paid_for_says_so_and_leaves_the_rest():
    world = Crowd(TIGHT)
    ordered(world, "crisis", minutes=24 * 60)
    kept(world)
    assert world.lever(Lever.INTAKE_PROVISIONED) == 100

    for _ in range(70):
        world.clock.advance(60)
        kept(world)
    world.run()

    assert (world.posture(), world.lever(Lever.INTAKE_PROVISIONED), world.lever(Lever.NORMAL)) == (
        "crisis",
        0,
        200,
    )
    assert world.ports.stance.read().spent == pytest.approx(2.0, abs=0.05)
    assert [(each["because"], each["capped"]) for each in world.told()] == [
        ("order", False),
        ("cost_cap", True),
    ]
    assert "Plafond atteint" in world.told()[1]["text"]["fr"]


def test_a_new_month_pays_again():
    world, capped = Crowd(TIGHT), []
    world.later(days=29, hours=12)
    ordered(world, "crisis", minutes=24 * 60)
    for hours in (0, 2, 1):  # 31 March 21:00, 23:00 with all of it spent, and 1 April
        world.later(hours=hours)
        kept(world)
        capped.append((world.ports.stance.read().month, world.ports.stance.read().capped))

    assert capped == [("2026-03", False), ("2026-03", True), ("2026-04", False)]
    assert world.lever(Lever.INTAKE_PROVISIONED) == 100


def test_what_does_not_stand_yet_is_asked_for_again_until_it_does():
    world = Crowd()
    world.ports.control.refused = {Lever.REQUEST_RATE}
    world.ports.control.slow = {Lever.INTAKE_PROVISIONED}
    ordered(world, "crisis")

    first, second = kept(world), kept(world)
    world.ports.control.refused = set()
    third, fourth = kept(world), kept(world)

    assert [len(each.pending) for each in (first, second, third, fourth)] == [2, 1, 0, 0]
    assert "LimitExceededException" in first.pending[1]
    assert world.lever(Lever.REQUEST_RATE) == 9_000
    assert world.ports.control.asked.count((Lever.REQUEST_RATE, 9_000)) == 3
    assert world.ports.control.asked.count((Lever.NORMAL, 200)) == 1


def test_who_dies_after_deciding_leaves_the_rest_to_the_next_run():
    world = Crowd()
    ordered(world, "crisis")
    world.ports.control.down = world.ports.ledger.down = True
    kept(world)
    assert world.ports.stance.read().news
    assert (world.posture(), world.ports.control.levers) == ("crisis", SHIPPED)

    world.ports.control.down = world.ports.ledger.down = False
    kept(world)
    world.run()

    assert world.lever(Lever.NORMAL) == 200
    assert [each["after"] for each in world.told()] == ["crisis"]


def test_of_two_runs_at_once_one_decides_and_it_is_told_once():
    world = Crowd()
    ordered(world, "crisis")
    genuine = world.ports.stance.write

    def overtaken(stance):
        world.ports.stance.write = genuine
        kept(world)
        genuine(stance)

    world.ports.stance.write = overtaken
    kept(world)
    world.run()

    assert world.posture() == "crisis"
    assert len(world.told()) == 1


def test_a_plan_that_no_longer_speaks_of_capacity_takes_everything_back():
    world = Crowd()
    ordered(world, "crisis")
    kept(world)

    world.publish(PLAN)
    kept(world)

    assert (world.posture(), world.ports.control.levers) == ("calm", SHIPPED)


def test_without_the_section_nothing_is_counted_kept_or_called():
    world = World()
    for number in range(30):
        world.say(id_=f"n{number}", person=f"p{number}")
        world.run()
    world.minute()

    assert world.ports.stance.read().version == 0
    assert world.ports.traffic.read([STREAM, "surge//world"]) == {}
    assert world.ports.traffic.sketches([STREAM]) == {}


def test_a_sick_store_keeps_the_posture_from_nothing_but_itself():
    world = Crowd()
    world.ports.stance.down = True

    world.pass_minutes(2, USUAL)

    assert len(world.desks.contacts("a.example")) == 2 * USUAL


def test_while_the_counts_are_out_of_reach_it_stays_what_it_is_and_orders_are_obeyed():
    world = Crowd()
    ordered(world, "alert", minutes=5)
    kept(world)
    world.ports.traffic.down = True
    for _ in range(40):
        world.clock.advance(60)
        kept(world)
    assert world.posture() == "alert"

    ordered(world, "crisis")
    kept(world)

    assert (world.posture(), world.lever(Lever.NORMAL)) == ("crisis", 200)


def test_what_is_usual_is_learned_from_streams_and_a_long_surge_stays_one():
    world = Crowd()
    world.ports.traffic.keep(flat(60, "surge/order/world"))
    surging, plan = [], world.wired.situations.read(world.clock.now()).plan
    for minute in range(150):
        now, times = world.clock.now(), 1 if minute < 40 else 2
        slot = slot_of(now)
        world.ports.traffic.add("surge/order/world", {slot: 30 * times, slot + 1: 30 * times})
        world.clock.advance(60)
        seen = Surges(traffic=world.ports.traffic, now=world.clock.now()).look(plan, teach=True)
        surging.append(seen["surge/order/world"].surging)

    usual = world.ports.traffic.read(["surge/order/world"])["surge/order/world"].usual
    assert not any(surging[:40])
    assert all(surging[60:])
    assert usual.learned == 6 * HALVES + 4
    assert sum(usual.sums) / sum(usual.weights) == pytest.approx(1_800, rel=0.02)


def test_markets_of_a_purpose_are_counted_apart_and_strangers_together():
    plan = (
        CHANNELS
        + DESKS
        + PURPOSES.replace("{fr: [desk-a, desk-b]}", "{fr: [desk-a], world: [desk-b]}")
        + CAPACITY
    )
    world = Crowd.__new__(Crowd)
    World.__init__(world, plan)

    world.say(id_="a", person="p1")
    world.run()
    world.clock.advance(11)
    world.say(id_="b", person="p2", market="uk")
    world.run()

    counts = world.ports.traffic.read([STREAM, "surge/order/world", "surge//world"])
    assert {name: sum(each.counts.values()) for name, each in counts.items()} == {
        STREAM: 1,
        "surge/order/world": 1,
    }
