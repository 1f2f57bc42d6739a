"""Orders and planned work are two documents: two operators at once cannot get round a rule between them."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.safety.racing import just_before_the_write
from tests.unit.operations_side import PLAN, Operations, give
from tests.unit.test_operate_maintenance import plan

LOOSE = PLAN.replace("min_channels: 1, min_capacity: 4", "min_channels: 0")


def test_work_planned_while_an_order_is_given_has_the_order_looked_at_anew():
    api = Operations(LOOSE)
    just_before_the_write(api.ports.permission, lambda: plan(api, start=0, end=60))

    reply = give(api, scope="desk:desk-b")

    assert (reply.code, reply.problem) == (409, "clashing")
    assert api.ports.orders.read().given == ()
    assert len(api.ports.maintenance.read().planned) == 1


def test_an_order_given_while_work_is_planned_has_the_plan_looked_at_anew():
    api = Operations(LOOSE)
    just_before_the_write(api.ports.permission, lambda: give(api, scope="desk:desk-b"))

    reply = plan(api, start=0, end=60)

    assert (reply.code, reply.problem) == (409, "clashing")
    assert api.ports.maintenance.read().planned == ()
    assert len(api.ports.orders.read().given) == 1


def test_what_was_written_meanwhile_and_does_no_harm_is_let_be():
    api = Operations(LOOSE)
    just_before_the_write(api.ports.permission, lambda: give(api, scope="channel:shop"))

    assert plan(api, start=0, end=60).code == 201
    assert len(api.ports.orders.read().given) == 1


@pytest.mark.parametrize("_round", range(20))
def test_a_race_of_an_order_and_a_window_never_leaves_both(_round):
    api = Operations()
    start = Barrier(2)

    def order():
        start.wait()
        return give(api, scope="desk:desk-b").code

    def work():
        start.wait()
        return plan(api, start=0, end=60, drain_before="1m").code

    with ThreadPoolExecutor(2) as pool:
        codes = sorted(one.result() for one in (pool.submit(order), pool.submit(work)))

    both = bool(api.ports.orders.read().given) and bool(api.ports.maintenance.read().planned)
    assert not both
    assert codes == [201, 409]
