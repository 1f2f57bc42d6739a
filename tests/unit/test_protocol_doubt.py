"""Nobody knows whether it went: such a row is repeated only where that cannot double, and never for ever."""

from datetime import timedelta

import pytest

from chalicelib.channels import Capability, Trace
from chalicelib.channels.webhook import Webhook
from chalicelib.domain.orders import Order, OrderKind
from chalicelib.domain.outbox import RowState
from chalicelib.http_types import MaybeSent
from chalicelib.service.registry import config_of
from tests.world import PLAN, World, hours


@pytest.fixture
def world():
    """One contact of which nobody knows whether desk-a has it."""
    made = World()
    made.desks.fault["a.example"] = MaybeSent("timeout")
    made.say()
    made.run()
    assert made.row().work.state is RowState.UNKNOWN
    return made


def later(world, seconds, times=1):
    for _ in range(times):
        world.clock.advance(seconds)
        world.wired.tick.minute()
        world.run()


def order(world, kind, scope):
    now = world.clock.now()
    given = Order(id="o1", kind=kind, scope=scope, until=now + hours(20), owner="t", reason="t", since=now)
    world.ports.orders.write(world.ports.orders.read().give(given, now))
    world.wired.tick.flip()


def test_a_refused_repeat_is_never_stored_as_free_for_another_desk(world):
    stored = []
    save = world.ports.contacts.save
    world.ports.contacts.save = lambda key, work, *due: (stored.append(work.state), save(key, work, *due))[1]
    world.desks.fault["a.example"] = 503
    later(world, 20)

    assert stored
    assert RowState.ACCEPTED not in stored


def test_with_its_desk_gone_from_the_plan_a_person_decides_and_nobody_is_sent_their_own_words(world):
    world.publish(
        PLAN.replace("[desk-a, desk-b]", "[desk-b]").replace(
            "  desk-a: {channel: box-a, target: {queue: sales}}\n", ""
        )
    )
    later(world, 60, 3)

    assert world.row().work.state is RowState.DEAD
    assert world.desks.replies("shop.example") == []


def test_a_doubt_that_outlives_the_deadline_is_shown_to_a_person(world):
    world.desks.fault["a.example"] = 503
    later(world, 240, 62)

    assert world.row().work.state is RowState.DEAD
    assert world.row().due_at is None
    assert not world.desks.contacts("b.example")


def test_the_record_of_a_long_doubt_stays_small(world):
    world.desks.fault["a.example"] = MaybeSent("timeout")
    later(world, 120, 100)

    assert len(world.row().work.attempts) <= 41


def test_a_repeat_waits_while_an_order_forbids_the_desk(world):
    world.desks.fault.clear()
    order(world, OrderKind.FORCE_DOWN, "desk:desk-a")
    before = len(world.desks.contacts("a.example"))
    later(world, 60, 3)
    during = world.row().work.state
    world.ports.orders.write(world.ports.orders.read().lift("o1", world.clock.now()))
    later(world, 300, 2)

    assert (before, during) == (0, RowState.UNKNOWN)
    assert world.row().work.state is RowState.DELIVERED


def test_early_bells_do_not_use_up_the_look_ups():
    world = World()
    world.desks.fault["a.example"] = MaybeSent("timeout")
    world.wired.delivery.hands.registry = Looking(world)
    world.say()
    world.run()
    world.clock.advance(16)
    for _ in range(12):
        world.wired.delivery.answer(world.row().key)
    early = world.row().work.state
    later(world, 600, 6)

    assert early is RowState.UNKNOWN
    assert world.row().work.state is RowState.DEAD


class NeverSays(Webhook):
    """A provider without keys whose look-up does not say."""

    idempotent = False
    capabilities = frozenset({Capability.SEND, Capability.RESOLVE})

    def resolve(self, sought, now):
        return Trace(whole=False)


class Looking:
    """A registry of such providers."""

    def __init__(self, world):
        self.world = world

    def get(self, plan, channel):
        secrets = self.world.ports.secrets.channel(channel)
        return NeverSays(config_of(plan.channels[channel], secrets), self.world.desks)


def test_the_first_look_up_waits_for_its_time(world):
    assert world.row().due_at >= world.clock.now() + timedelta(seconds=15)
