"""The posture is bound like an operator: it neither moves while automation is off nor twice within the plan's wait."""

from datetime import timedelta

from chalicelib.domain.orders import Order, OrderKind
from chalicelib.domain.permission.record import Off, Record, Switch
from chalicelib.ports import Change
from tests.unit.posture_side import CAPACITY, USUAL, Crowd


def switched_off(crowd, minutes):
    now = crowd.clock.now()
    until = now + timedelta(minutes=minutes)
    off = Off(switch=Switch.AUTOMATION, until=until, owner="o1", reason="r", since=now)
    crowd.ports.permission.write(crowd.ports.permission.read(), Change(record=Record(version=1, off=(off,))))


def test_with_automation_off_a_surge_moves_nothing_and_an_order_does():
    crowd = Crowd()
    switched_off(crowd, 30)
    crowd.pass_minutes(3, 60)
    assert crowd.posture() == "calm"

    now = crowd.clock.now()
    order = Order(
        id="o1", kind=OrderKind.POSTURE, scope="capacity:alert", since=now, until=now + timedelta(hours=1),
        owner="o1", reason="r",
    )  # fmt: skip
    crowd.ports.orders.write(crowd.ports.orders.read().give(order, now))
    crowd.pass_minutes(1, 60)

    assert crowd.posture() == "alert"


def test_when_automation_is_on_again_the_surge_is_obeyed():
    crowd = Crowd()
    switched_off(crowd, 3)

    crowd.pass_minutes(6, 60)

    assert crowd.posture() == "crisis"


def test_the_posture_moves_once_within_the_plans_wait_and_again_after_it():
    crowd = Crowd(CAPACITY + "min_wait: 10m\n")
    while crowd.posture() == "calm":
        crowd.pass_minutes(1, 3 * USUAL)
    assert crowd.posture() == "alert"

    crowd.pass_minutes(4, 90)
    assert crowd.posture() == "alert"

    crowd.pass_minutes(8, 90)
    assert crowd.posture() == "crisis"
