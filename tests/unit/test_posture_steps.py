"""From posture to posture: the calls in their order, what they cost, and what the cap forbids."""

from itertools import product

import pytest

from chalicelib.domain.plan_document.faults import PlanRefused
from chalicelib.domain.plan_document.reader import dump_plan, read_plan
from chalicelib.domain.surge.levers import (
    BOUNDS,
    PAID,
    SHIPPED,
    WARM,
    CapacityPlan,
    Lever,
    Posture,
    most_pollers,
)
from chalicelib.domain.surge.posture import Stance
from chalicelib.domain.surge.prices import hourly, once
from chalicelib.domain.surge.record import read_stance, stance_text
from chalicelib.domain.surge.steps import steps
from infra.queues import QUEUES
from infra.throttle import VENDORS
from tests.world import PLAN

CALM, ALERT, CRISIS = Posture
RAISED = {
    Lever.INTAKE_PROVISIONED: 100, Lever.INTAKE_RESERVED: 500, Lever.NORMAL: 200, Lever.CONTACT_WRITES: 10_000,
    Lever.REQUEST_RATE: 9_000, Lever.REQUEST_BURST: 4_000,
}  # fmt: skip
HOURLY = 100 * 3600 * 0.0000041667 * 1.2
ONCE = 6_000 * 0.00065 * 3 * 1.2


def plan(cap=1_000.0, **raised):
    crisis = {**SHIPPED, **RAISED, **raised}
    alert = {**SHIPPED, Lever.NORMAL: 60}
    return CapacityPlan(monthly_cost_cap=cap, settings={CALM: dict(SHIPPED), ALERT: alert, CRISIS: crisis})


def read(text):
    return read_plan(f"{PLAN}capacity:\n{text}", 1)


def faults(text):
    with pytest.raises(PlanRefused) as refused:
        read(text)
    return {fault.path: fault.message for fault in refused.value.faults}


def test_raising_begins_at_the_back_and_opens_the_door_last():
    found = steps(SHIPPED, CRISIS, plan(), 0.0)

    assert [(call.lever, call.after) for call in found.calls] == [
        (Lever.CONTACT_WRITES, 10_000), (Lever.NORMAL, 200), (Lever.INTAKE_RESERVED, 500),
        (Lever.INTAKE_PROVISIONED, 100), (Lever.REQUEST_BURST, 4_000), (Lever.REQUEST_RATE, 9_000),
    ]  # fmt: skip
    assert found.settings == plan().settings[CRISIS]


def test_lowering_closes_the_door_first_and_leaves_tables_warm():
    found = steps(plan().settings[CRISIS], CALM, plan(), 0.0)

    assert [call.lever for call in found.calls] == [
        Lever.REQUEST_RATE, Lever.REQUEST_BURST, Lever.INTAKE_PROVISIONED, Lever.INTAKE_RESERVED, Lever.NORMAL,
    ]  # fmt: skip
    assert found.settings == {**SHIPPED, Lever.CONTACT_WRITES: 10_000}
    assert (found.hourly_usd, found.once_usd, found.capped) == (0.0, 0.0, False)


def test_there_is_nothing_to_do_where_everything_stands():
    assert steps(plan().settings[CRISIS], CRISIS, plan(), 0.0).calls == ()


def test_the_cost_is_that_of_the_price_list():
    found = steps(SHIPPED, CRISIS, plan(), 0.0)

    assert found.hourly_usd == pytest.approx(HOURLY)
    assert found.once_usd == pytest.approx(ONCE)
    assert once(Lever.CONTACT_WRITES, 10_000, 4_000) == 0.0
    assert hourly(SHIPPED) == 0.0


def test_the_cap_stops_what_is_paid_for_and_lets_the_rest_through():
    found = steps(SHIPPED, CRISIS, plan(cap=HOURLY + ONCE - 0.01), 0.0)

    assert found.capped
    assert {call.lever for call in found.calls} == set(RAISED) - PAID
    assert (found.hourly_usd, found.once_usd) == (0.0, 0.0)
    assert not steps(SHIPPED, CRISIS, plan(cap=HOURLY + ONCE + 0.01), 0.0).capped


def test_what_runs_is_kept_until_the_money_is_gone_and_then_given_back():
    raised = plan().settings[CRISIS]

    kept, gone = (steps(raised, CRISIS, plan(cap=50.0), spent) for spent in (49.99, 50.0))

    assert (kept.calls, kept.capped) == ((), False)
    assert [(call.lever, call.after) for call in gone.calls] == [(Lever.INTAKE_PROVISIONED, 0)]
    assert gone.capped
    assert gone.settings[Lever.CONTACT_WRITES] == 10_000


def test_whatever_was_spent_no_step_is_paid_for_beyond_the_cap():
    for cap, spent, before, to in product((0.0, 1.0, 20.0), (0.0, 0.5, 30.0), Posture, Posture):
        found = steps(plan().settings[before], to, plan(cap=cap), spent)

        assert found.once_usd <= max(0.0, cap - spent)
        assert found.hourly_usd == 0 or spent < cap


def test_without_a_plan_everything_goes_back_to_what_was_shipped():
    found = steps(plan().settings[CRISIS], CALM, None, 0.0)

    assert found.settings == {**SHIPPED, Lever.CONTACT_WRITES: 10_000}


def test_what_is_shipped_is_what_the_template_says():
    widths = {queue.name: queue.concurrency for queue in QUEUES}

    assert [SHIPPED[lane] for lane in (Lever.URGENT, Lever.NORMAL, Lever.BULK)] == [
        widths[name] for name in ("UrgentQueue", "NormalQueue", "BulkQueue")
    ]
    assert (SHIPPED[Lever.REQUEST_RATE], SHIPPED[Lever.REQUEST_BURST]) == VENDORS
    assert set(BOUNDS) == set(SHIPPED) == set(Lever)
    assert WARM < PAID


def test_an_unset_lever_is_that_of_the_posture_below_and_the_plan_reads_back():
    found = read("""
  monthly_cost_cap: 400
  alert: {intake_provisioned: 20, deliveries: {urgent: 100}}
  crisis: {contacts_table: {writes: 20000}, requests: {rate: 9000}}
""")

    crisis = found.capacity.settings[CRISIS]
    assert (crisis[Lever.INTAKE_PROVISIONED], crisis[Lever.URGENT], crisis[Lever.NORMAL]) == (20, 100, 20)
    assert found.capacity.settings[CALM] == SHIPPED
    assert read_plan(dump_plan(found), 1) == found
    assert "capacity" not in dump_plan(read_plan(PLAN, 1))


def test_every_fault_of_the_section_is_told_with_its_place():
    found = faults("""
  alert: {intake_provisioned: 20, deliveries: {urgnt: 100, bulk: 1}, warm: 3}
  crisis: {intake_provisioned: 10, intake_reserved: 5}
  panic: {}
""")

    assert found.keys() == {
        "capacity.monthly_cost_cap", "capacity.alert.deliveries.urgnt", "capacity.alert.deliveries.bulk",
        "capacity.alert.warm", "capacity.crisis.intake_provisioned", "capacity.panic",
    }  # fmt: skip
    assert "did you mean 'urgent'?" in found["capacity.alert.deliveries.urgnt"]


def test_a_raised_posture_never_gives_less():
    found = faults("""
  monthly_cost_cap: 400
  calm: {deliveries: {normal: 30}}
  alert: {deliveries: {normal: 20}, requests: {rate: 5000}}
  crisis: {requests: {rate: 4000}}
""")

    more = "a raised posture gives more, never less"
    assert found == {
        "capacity.alert.deliveries.normal": f"must be at least 30, as in 'calm': {more}",
        "capacity.crisis.requests.rate": f"must be at least 5000, as in 'alert': {more}",
    }


def test_a_cap_that_would_stop_a_posture_in_its_first_hour_is_refused():
    found = faults("""
  monthly_cost_cap: 4
  crisis: {intake_provisioned: 1000}
""")

    assert "first hour of 'crisis'" in found["capacity.monthly_cost_cap"]


def test_what_aws_may_raise_by_itself_is_reckoned_at_its_most():
    tracked = {**SHIPPED, Lever.INTAKE_PROVISIONED: 20, Lever.INTAKE_MOST: 100}
    polled = {**SHIPPED, Lever.NORMAL: 205, Lever.NORMAL_POLLERS: 3}

    assert hourly(tracked) == pytest.approx(HOURLY)
    assert most_pollers(polled, Lever.NORMAL_POLLERS) == 20
    assert hourly(polled) == pytest.approx(20 * 0.00925 * 1.2)


def test_the_cap_takes_back_pollers_and_bounds_and_leaves_widths():
    raised = plan().settings[CRISIS] | {Lever.INTAKE_MOST: 200, Lever.NORMAL_POLLERS: 5}
    found = steps(
        raised, CRISIS, CapacityPlan(monthly_cost_cap=9.0, settings={**plan().settings, CRISIS: raised}), 9.0
    )

    assert found.capped
    assert [(call.lever, call.after) for call in found.calls] == [
        (Lever.INTAKE_MOST, 0), (Lever.INTAKE_PROVISIONED, 0), (Lever.NORMAL_POLLERS, 0),
    ]  # fmt: skip
    assert found.settings[Lever.NORMAL] == 200


def test_bounds_and_pollers_that_aws_or_the_lanes_width_forbid_are_refused_each_at_its_place():
    found = faults("""
  monthly_cost_cap: 400
  calm: {intake_provisioned_most: 5, pollers: {bulk: 2}}
  alert: {intake_provisioned: 20, intake_provisioned_most: 10}
  crisis: {intake_reserved: 50, intake_provisioned_most: 90, deliveries: {bulk: 30}, pollers: {urgent: 1, normal: 3}}
""")

    assert found.keys() == {
        "capacity.calm.intake_provisioned_most", "capacity.calm.pollers.bulk",
        "capacity.alert.intake_provisioned_most", "capacity.alert.pollers.bulk",
        "capacity.crisis.intake_provisioned_most", "capacity.crisis.pollers.urgent", "capacity.crisis.pollers.normal",
    }  # fmt: skip
    assert "moves none where none is warm" in found["capacity.calm.intake_provisioned_most"]
    assert "needs deliveries.normal of 30 or more, which is 20" in found["capacity.crisis.pollers.normal"]


def test_levers_that_a_release_before_does_not_know_are_written_only_where_a_plan_uses_them():
    """It would read them, but not their names among the pending ones."""
    plain, used = Stance(version=1), Stance(version=1, settings={**SHIPPED, Lever.NORMAL_POLLERS: 2})

    assert "pollers" not in stance_text(plain)
    assert "intake_provisioned_most" not in stance_text(plain)
    assert [read_stance(stance_text(each)) for each in (plain, used)] == [plain, used]
