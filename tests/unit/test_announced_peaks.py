"""Peaks that the plan announces: what is asked for, when, and that the posture is there before the crowd."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.orders import Order, OrderKind
from chalicelib.domain.permission.record import Off, Record, Switch
from chalicelib.domain.plan_document.faults import PlanRefused
from chalicelib.domain.plan_document.reader import dump_plan, read_plan
from chalicelib.domain.surge.levers import Lever, Posture
from chalicelib.domain.surge.peaks import announced
from chalicelib.ports import Change
from chalicelib.service.posture import Keeper
from tests.unit.posture_side import CAPACITY, Crowd
from tests.world import PLAN, START

WEEKLY = """  peaks:
    - {posture: alert, begins: "2026-03-02T09:00", lasts: 2h, zone: Europe/Paris, repeats: "FREQ=WEEKLY", lead: 30m}
"""


def peaks(text):
    return read_plan(f"{PLAN}{CAPACITY}{text}", 1).capacity.peaks


def asked(text, *moments):
    found = peaks(text)
    return [announced(found, datetime.fromisoformat(each).replace(tzinfo=UTC)).value for each in moments]


def faults(text):
    with pytest.raises(PlanRefused) as refused:
        peaks(text)
    return {fault.path.removeprefix("capacity.peaks"): fault.message for fault in refused.value.faults}


def soon(minutes, *, lasts="20m", posture="alert", lead="10m"):
    begins = (START + timedelta(minutes=minutes)).astimezone(UTC).replace(tzinfo=None).isoformat()
    one = f'posture: {posture}, begins: "{begins}", lasts: {lasts}, zone: UTC, lead: {lead}'
    return f"  peaks:\n    - {{{one}}}\n"


def postures(crowd, minutes):
    """Of so many looks, a minute apart, while nobody comes."""
    found = []
    for _ in range(minutes):
        now = crowd.clock.now()
        Keeper(stores=crowd.ports).keep(crowd.wired.situations.read(now).plan, now, minute=False)
        found.append(crowd.posture())
        crowd.clock.advance(60)
    crowd.run()
    return found


def test_a_weekly_peak_asks_from_its_lead_until_its_end_in_local_time_all_year():
    winter = asked(WEEKLY, "2026-03-09T07:29", "2026-03-09T07:30", "2026-03-09T09:59", "2026-03-09T10:00")
    summer = asked(WEEKLY, "2026-07-06T06:29", "2026-07-06T06:30", "2026-07-06T08:59", "2026-07-06T09:00")

    assert winter == summer == ["calm", "alert", "alert", "calm"]
    assert asked(WEEKLY, "2026-03-10T08:00", "2026-02-23T08:00") == ["calm", "calm"]


def test_of_two_peaks_at_once_the_higher_is_asked_for():
    both = WEEKLY + '    - {posture: crisis, begins: "2026-03-09T10:30", lasts: 10m, zone: Europe/Paris}\n'

    assert asked(both, "2026-03-09T09:14", "2026-03-09T09:15", "2026-03-09T09:41") == [
        "alert", "crisis", "alert",
    ]  # fmt: skip


def test_peaks_read_back_from_the_plan_that_they_were_written_to():
    found = read_plan(PLAN + CAPACITY + WEEKLY, 1)

    assert len(found.capacity.peaks) == 1
    assert read_plan(dump_plan(found), 1) == found


def test_every_fault_of_a_peak_is_told_with_its_place():
    found = faults("""  peaks:
    - {posture: calm, begins: "2026-03-02T09:00+01:00", lasts: 2h, zone: Europe/Paris}
    - {posture: alert, begins: tomorrow, zone: Mars, repeats: "FREQ=HOURLY", lead: 2d, why: x}
    - {posture: alert, begins: "2026-03-03T09:00", lasts: 2h, zone: UTC, repeats: "FREQ=WEEKLY;BYDAY=MO"}
""")

    assert found.keys() == {
        "[0].posture", "[0].begins", "[1].begins", "[1].lasts", "[1].zone", "[1].repeats", "[1].lead", "[1].why",
        "[2].begins",
    }  # fmt: skip
    assert "its zone is given in zone" in found["[0].begins"]
    assert found["[2].begins"] == "the first start is no day of its own rule"


def test_an_announced_peak_has_everything_ready_before_it_and_is_left_a_quarter_of_an_hour_after():
    crowd = Crowd(CAPACITY + soon(15))

    found = postures(crowd, 52)

    assert found.index("alert") == 5
    assert crowd.told()[0]["because"] == "peak"
    assert "calme -> alerte (pic annoncé)" in crowd.told()[0]["text"]["fr"]
    assert found.index("calm", 10) == 15 + 20 + 14
    assert crowd.lever(Lever.NORMAL) == 20


def test_a_peak_is_announced_by_people_so_it_counts_while_automation_is_off_and_counts_are_out_of_reach():
    crowd = Crowd(CAPACITY + soon(1))
    now = crowd.clock.now()
    off = Off(switch=Switch.AUTOMATION, until=now + timedelta(hours=1), owner="o1", reason="r", since=now)
    crowd.ports.permission.write(crowd.ports.permission.read(), Change(record=Record(version=1, off=(off,))))
    crowd.ports.traffic.down = True

    assert postures(crowd, 2) == ["alert"] * 2


def test_an_order_wins_over_a_peak_and_a_peak_never_lowers():
    crowd = Crowd(CAPACITY + soon(1, posture="crisis"))
    now = crowd.clock.now()
    order = Order(
        id="o1", kind=OrderKind.POSTURE, scope="capacity:calm", since=now, until=now + timedelta(minutes=5),
        owner="o1", reason="r",
    )  # fmt: skip
    crowd.ports.orders.write(crowd.ports.orders.read().give(order, now))

    assert postures(crowd, 4) == ["calm"] * 4
    assert postures(crowd, 3)[-1] == "crisis"
    assert Posture(crowd.posture()).rank > Posture.ALERT.rank


def test_the_cap_binds_a_peak_as_well():
    tight = CAPACITY.replace("monthly_cost_cap: 200", "monthly_cost_cap: 1.85")
    crowd = Crowd(tight + soon(1, posture="crisis", lasts="3h"))

    found = postures(crowd, 70)

    assert found[-1] == "crisis"
    assert crowd.told()[-1]["because"] == "cost_cap"
    assert crowd.lever(Lever.INTAKE_PROVISIONED) == 0
