"""Master switches, the wait between two changes of one scope, renewing, and the one list of all that is commanded."""

import pytest

from tests.unit.operations_side import PLAN, Operations, give
from tests.unit.test_operate_maintenance import plan
from tests.unit.test_operate_plan import put
from tests.unit.vendor_side import Vendor, work

LOOSE = PLAN.replace("min_channels: 1, min_capacity: 4", "min_channels: 0")


@pytest.fixture
def api():
    return Operations()


def switch(api, name, *, role="admin", **changed):
    return api.ask("PUT", f"/v1/switches/{name}", {"until": 60, "reason": "storm"} | changed, role=role)


def lift(api, name, version):
    return api.ask("DELETE", f"/v1/orders/{name}", headers={"if-match": f'"{version}"'})


def renew(api, until, version, name="o1"):
    headers = {"if-match": f'"{version}"'}
    return api.ask("POST", f"/v1/orders/{name}/renew", {"until": until}, role="operator", headers=headers)


def test_with_orders_off_nobody_commands_and_everybody_may_undo(api):
    give(api)
    switch(api, "orders")

    assert give(api, version=1, scope="channel:box-a").problem == "switched-off"
    assert renew(api, 90, 1).problem == "switched-off"
    assert plan(api).problem == "switched-off"
    assert lift(api, "o1", 1).code == 200


def test_a_switch_ends_by_itself_or_is_turned_on_again(api):
    switch(api, "orders", until=1)
    api.world.clock.advance(61)
    assert give(api).code == 201

    switch(api, "orders")
    assert api.ask("DELETE", "/v1/switches/orders").code == 200
    assert api.ask("DELETE", "/v1/switches/orders").code == 404
    assert give(api, version=1, scope="channel:box-a").code == 201


def test_with_publication_off_no_plan_is_published(api):
    switch(api, "publication")

    assert put(api, PLAN, 1).problem == "switched-off"


def test_with_automation_off_a_vendors_page_changes_no_window():
    vendor = Vendor()
    switch(vendor, "automation", until=1000, role="operator")

    assert vendor.tells(work()) == []
    vendor.ask("DELETE", "/v1/switches/automation", role="operator")
    assert len(vendor.minutes(1)) == 1


def test_what_stops_colleagues_is_for_admins(api):
    assert switch(api, "orders", role="operator").code == 403
    assert switch(api, "publication", role="operator").code == 403
    assert switch(api, "automation", role="operator").code == 200
    assert switch(api, "belief").problem == "unknown-switch"


@pytest.mark.parametrize("changed", [{"until": 1441}, {"until": None}, {"reason": ""}, {"more": 1}])
def test_a_switch_needs_an_end_within_a_day_and_a_reason(api, changed):
    assert switch(api, "orders", **changed).code == 400


def test_a_scope_that_was_changed_waits_and_says_until_when():
    api = Operations(LOOSE)
    give(api, kind="drain")
    api.world.clock.advance(2)

    late = give(api, version=1, kind="force_down")

    assert (late.code, late.problem, late.json["scope"]) == (409, "too-soon", "desk:desk-a")
    assert late.headers["Retry-After"] == "3"
    assert late.json["retry_at"] == "2026-03-02T09:00:08.000Z"
    api.world.clock.advance(3)
    assert give(api, version=1, kind="force_down").code == 201


def test_undoing_never_waits_and_doing_it_again_does(api):
    give(api)

    assert lift(api, "o1", 1).code == 200
    assert give(api, version=2).problem == "too-soon"
    assert give(api, version=2, scope="channel:box-a").code == 201


def test_work_that_begins_now_waits_like_an_order_and_later_work_does_not():
    api = Operations(LOOSE)
    give(api, until=5)
    lift(api, "o1", 1)

    assert plan(api, start=0, end=60).problem == "too-soon"
    assert plan(api, start=10, end=60, drain_before="1m").code == 201


def test_the_plan_says_how_long_the_wait_is():
    api = Operations(LOOSE + "min_wait: 2m\n")
    give(api, kind="drain")
    api.world.clock.advance(119)

    assert give(api, version=1).headers["Retry-After"] == "1"
    assert put(Operations(), PLAN + "min_wait: 11m\n", 1).json["faults"][0]["path"] == "min_wait"


def test_an_order_is_renewed_for_a_day_at_most_and_keeps_its_owner(api):
    give(api, until=60)
    api.world.clock.advance(1800)

    renewed = renew(api, 1440, 1)

    assert (renewed.code, renewed.headers["ETag"]) == (200, '"2"')
    assert renewed.json["order"]["until"] == "2026-03-03T09:30:03.000Z"
    assert (renewed.json["order"]["owner"], renewed.json["order"]["since"]) == (
        "o1",
        "2026-03-02T09:00:03.000Z",
    )
    assert renew(api, 1441, 2).code == 400
    assert renew(api, 60, 1).problem == "overtaken"


def test_renewing_twice_changes_nothing(api):
    give(api)
    until = "2026-03-02T20:00:00Z"

    first, again = renew(api, until, 1), renew(api, until, 1)

    assert (first.code, again.code) == (200, 200)
    assert first.json["version"] == again.json["version"] == api.ports.orders.read().version == 2


def test_renewing_is_held_against_the_rules_too(api):
    give(api, scope="desk:desk-a", until=30)
    assert plan(api, scopes=["desk:desk-b"], alternatives={"order": ["desk:desk-a"]}, start=45, end=90,
                drain_before="1m").code == 201  # fmt: skip

    assert renew(api, 60, 1).problem == "unsafe"
    assert renew(api, 20, 1).code == 200
    assert renew(api, 60, 2, "o9").problem == "unknown-order"


def test_all_that_is_commanded_is_in_one_list(api):
    give(api, until=600)
    plan(api, start=0, end=60, scopes=["channel:shop"], alternatives={"order": ["reply"]},
         reply={"fr": "Plus tard.", "en": "Later."})  # fmt: skip
    switch(api, "automation")

    listed = api.ask("GET", "/v1/orders", role="viewer").json

    assert [order["id"] for order in listed["orders"]] == ["o1"]
    assert [(w["id"], w["kind"], w["until"]) for w in listed["maintenance"]] == [
        ("w1", "maintenance", "2026-03-02T10:00:03.000Z")
    ]
    assert [(s["switch"], s["owner"], s["reason"]) for s in listed["switches"]] == [
        ("automation", "a1", "storm")
    ]
    assert listed["posture"]["posture"] == "calm"
    assert listed["break_glass"] == []
