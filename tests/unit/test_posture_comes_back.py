"""Whatever fails on the way, in whatever order: in the end everything is given back, and was paid for in our books."""

from contextlib import suppress
from datetime import timedelta
from random import Random

import pytest

from chalicelib.domain.orders import Order, OrderKind
from chalicelib.domain.surge.levers import SHIPPED, WARM, Lever
from chalicelib.domain.surge.prices import hourly, once
from chalicelib.ports import PortError
from chalicelib.service.posture import Keeper
from tests.lives.failing_ports import Died
from tests.unit.posture_side import Crowd

EVERYTHING = """capacity:
  monthly_cost_cap: 400
  alert: {intake_provisioned: 20, intake_provisioned_most: 60, deliveries: {normal: 60}, pollers: {normal: 2}}
  crisis:
    intake_provisioned: 100
    intake_provisioned_most: 200
    deliveries: {urgent: 100, normal: 200}
    pollers: {urgent: 5, normal: 10}
    contacts_table: {writes: 8000}
    requests: {rate: 9000, burst: 4000}
"""
LEVERS = tuple(Lever)


class Crash:
    """Ends the function at one of the next calls of the control plane, after it took effect or before."""

    def __init__(self, control, chance):
        self.chance, self.left, self.after, self.set_it = chance, -1, False, control.set
        control.set = self

    def __call__(self, lever, settings):
        self.left -= 1
        if self.left == 0 and not self.after:
            raise Died
        came = self.set_it(lever, settings)
        if self.left == 0:
            raise Died
        return came


def looked(crowd, paid):
    """One look of a minute, and what AWS charges for that minute at most."""
    now = crowd.clock.now()
    with suppress(PortError, Died):
        Keeper(stores=crowd.ports).keep(crowd.wired.situations.read(now).plan, now, minute=False)
    crowd.clock.advance(60)
    paid.append(hourly(crowd.ports.control.levers) / 60)


def troubled(crowd, chance, crash):
    """A new trouble, or none."""
    control = crowd.ports.control
    control.refused = set(chance.sample(LEVERS, chance.choice((0, 0, 3, 8))))
    control.slow = set(chance.sample(LEVERS, chance.choice((0, 4))))
    control.down, crowd.ports.ledger.down = chance.random() < 0.1, chance.random() < 0.2
    crowd.ports.stance.down, crowd.ports.queues.down = chance.random() < 0.1, chance.random() < 0.2
    crash.left, crash.after = chance.choice((-1, -1, 1, 2, 5)), chance.random() < 0.5


def commanded(crowd, chance):
    """An order that holds for some minutes, or none."""
    posture = chance.choice(("", "", "calm", "alert", "crisis", "crisis"))
    if posture:
        ordered(crowd, posture, chance.randrange(1, 9))


def ordered(crowd, posture, minutes):
    now = crowd.clock.now()
    order = Order(
        id=f"o{now.timestamp():.0f}", kind=OrderKind.POSTURE, scope=f"capacity:{posture}", since=now, owner="o1",
        until=now + timedelta(minutes=minutes), reason="r",
    )  # fmt: skip
    crowd.ports.orders.write(crowd.ports.orders.read().give(order, now))


@pytest.mark.parametrize("seed", range(3))
def test_whatever_failed_on_the_way_all_is_given_back_and_no_minute_of_it_is_forgotten(seed):
    crowd, chance, paid = Crowd(EVERYTHING), Random(seed), []  # noqa: S311 - no secret
    crash = Crash(crowd.ports.control, chance)
    for _ in range(20):
        commanded(crowd, chance)
        troubled(crowd, chance, crash)
        looked(crowd, paid)
    raised = max(paid)

    control = crowd.ports.control
    control.refused, control.slow, control.down, crash.left = set(), set(), False, -1
    crowd.ports.ledger.down = crowd.ports.stance.down = crowd.ports.queues.down = False
    for _ in range(40):
        looked(crowd, paid)

    stance = crowd.ports.stance.read()
    assert raised > 0
    assert {k: v for k, v in control.levers.items() if k not in WARM} == {
        k: v for k, v in SHIPPED.items() if k not in WARM
    }
    assert (stance.posture, stance.pending, stance.hourly) == ("calm", (), 0.0)
    assert stance.spent >= sum(paid) + once(Lever.CONTACT_WRITES, 4_000, control.levers[Lever.CONTACT_WRITES])


def test_what_aws_does_not_take_back_costs_on_in_our_books_until_it_does():
    crowd, paid = Crowd(EVERYTHING), []
    ordered(crowd, "crisis", 10)
    for _ in range(10):
        looked(crowd, paid)
    spent = crowd.ports.stance.read().spent
    crowd.ports.control.refused = {Lever.INTAKE_PROVISIONED}
    ordered(crowd, "calm", 60)
    for _ in range(50):
        looked(crowd, paid)
    owed = crowd.ports.stance.read()

    crowd.ports.control.refused = set()
    for _ in range(3):
        looked(crowd, paid)

    assert owed.pending == (Lever.INTAKE_PROVISIONED,)
    assert owed.spent - spent >= sum(paid[10:59]) > 1
    assert (crowd.ports.stance.read().hourly, crowd.ports.stance.read().pending) == (0.0, ())
