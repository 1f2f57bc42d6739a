"""Alerts on a whole Bascule in memory: what stands is raised once, again after a day, and never while it is planned."""

from datetime import timedelta
from random import Random

import pytest

from chalicelib.domain.orders import Order, OrderKind, Orders
from chalicelib.domain.telling.event import EventType
from chalicelib.handlers import workers
from chalicelib.http_types import NotSent
from chalicelib.wiring import use
from tests.world import World

PATH = "box-a#out#world"
MINUTE, HOUR, DAY = 60, 3600, 86_400


@pytest.fixture
def world():
    made = World()
    made.minute()
    made.minute()
    return made


def raised(world, kind):
    events = [event.about for event in world.ports.events.published if event.type is EventType.ALERTED]
    return [[one["subject"] for one in about["subjects"]] for about in events if about["alert"] == kind]


def tick(world, seconds):
    """Scheduled runs alone, each minute, without the probes that they ask for."""
    with use(world.wired):
        for _ in range(0, seconds, MINUTE):
            workers.tick({}, None)
            world.ports.queues.take_notes("probes")
            world.clock.advance(MINUTE)
            world.run()


def later(world, seconds):
    """Much later, with runs of the scheduler just before."""
    world.clock.advance(seconds)
    tick(world, 2 * MINUTE)


def test_probes_that_say_nothing_any_more_are_one_alert_of_all_their_paths(world):
    tick(world, 20 * MINUTE)

    (subjects,) = raised(world, "evidence_missing")
    assert subjects == ["box-a#out#world", "box-b#out#world", "shop#in#fr", "shop#out#fr"]


def test_evidence_that_is_old_because_our_own_scheduler_stood_still_raises_nothing(world):
    world.clock.advance(2 * HOUR)
    world.minute()
    world.minute()

    assert raised(world, "evidence_missing") == []


def test_a_path_that_is_probed_again_is_no_alert_and_may_become_one_once_more(world):
    tick(world, 20 * MINUTE)
    world.minute()
    tick(world, 20 * MINUTE)

    assert len(raised(world, "evidence_missing")) == 2


def test_a_loss_is_raised_after_a_day_and_once_a_day_while_it_lasts(world):
    world.desks.fault["a.example"] = NotSent("refused")
    world.minute()
    world.minute()
    assert raised(world, "loss_lasts") == []

    for _ in range(3):
        later(world, DAY)
        tick(world, 5 * MINUTE)

    assert raised(world, "loss_lasts") == [[PATH]] * 3


def test_a_loss_in_part_cannot_stay_a_day_without_an_alert(world):
    chance = Random(7)  # noqa: S311 - a play that is the same each time

    def fail_two_in_five(call):
        if "a.example" in call.url and chance.random() < 0.4:
            raise NotSent("refused")

    world.desks.on_call = fail_two_in_five
    for _ in range(7):
        for _ in range(12):
            world.minute()
        later(world, 4 * HOUR)

    loud = [e.about["news"] for e in world.ports.events.published if e.about["loud"] and "news" in e.about]
    assert raised(world, "loss_lasts") == [[PATH]]
    assert loud.count("opened") == 1
    assert len(loud) <= 3


def test_a_loss_that_was_mended_is_no_alert(world):
    world.desks.fault["a.example"] = NotSent("refused")
    world.minute()
    world.minute()
    world.desks.fault.clear()
    for _ in range(5):
        world.minute()

    later(world, 2 * DAY)

    assert raised(world, "loss_lasts") == []


def test_when_everything_fails_at_once_our_own_probes_are_doubted_aloud_and_nothing_flips(world):
    for host in ("a.example", "b.example", "shop.example"):
        world.desks.fault[host] = NotSent("refused")

    for _ in range(6):
        world.minute()

    assert raised(world, "prober_suspect") == [["vantage:test"]]
    assert {event.type for event in world.ports.events.published} == {EventType.ALERTED}


def test_a_fallback_that_did_nothing_well_for_seven_days_is_told_of(world):
    world.desks.fault["b.example"] = 404
    world.minute()

    later(world, 6 * DAY)
    assert raised(world, "fallback_unproven") == []
    later(world, DAY)
    tick(world, 5 * MINUTE)

    assert raised(world, "fallback_unproven") == [["desk:desk-b"]]


def test_a_fallback_that_answers_its_probes_is_proven_and_a_first_choice_is_none(world):
    for _ in range(8):
        later(world, DAY)
        world.minute()

    assert raised(world, "fallback_unproven") == []


def test_what_is_still_down_after_planned_work_is_told_once_and_its_return_too(world):
    now = world.clock.now()
    work = Order(
        id="w", kind=OrderKind.MAINTENANCE, scope="channel:box-a", since=now, owner="o", reason="r",
        until=now + timedelta(minutes=10),
    )  # fmt: skip
    world.ports.orders.write(Orders(version=1, given=(work,)))
    world.minute()
    world.desks.fault["a.example"] = NotSent("refused")
    for _ in range(25):
        world.minute()
    world.desks.fault.clear()
    for _ in range(15):
        world.minute()

    flips = [e.about for e in world.ports.events.published if e.type is EventType.FLIPPED]
    assert raised(world, "planned_overrun") == [[PATH]]
    assert [flip["loud"] for flip in flips if flip["news"] == "opened"] == [False]
    assert [flip["loud"] for flip in flips if flip["news"] == "returned"] == [True]
