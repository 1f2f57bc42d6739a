"""Vendors' planned work as windows: they follow their page, divert by the same rules as all others, and mute flips."""

import pytest

from chalicelib.domain.planned_work.windows import Windows
from chalicelib.http_types import NotSent
from tests.unit.operations_side import PLAN, give
from tests.unit.test_operate_maintenance import plan as plan_work
from tests.unit.vendor_side import HOST, PAGES, Vendor, times, work

ESSENTIAL = (PLAN + PAGES).replace("lane: normal", "lane: normal, essential: true")


@pytest.fixture
def vendor():
    return Vendor()


def test_planned_work_of_a_page_is_a_window_with_the_best_alternative_and_a_drain(vendor):
    [window] = vendor.tells(work())

    assert window == {
        "id": window["id"], "title": "work m1", "source": "vendor", "owner": "page:alpha",
        "reason": "on the vendor's page", "scopes": ["channel:box-a"], "alternatives": {"order": ["desk:desk-b"]},
        "reply": {}, "drain_before_seconds": 600, "effect": "divert", "task": [], "phase": "planned", "spans": 1,
        "planned_until": "2026-03-02T13:00:00.000Z",
        "next": [{"drain_from": "2026-03-02T11:50:00.000Z", "start": "2026-03-02T12:00:00.000Z",
                  "end": "2026-03-02T13:00:00.000Z", "promised_end": "2026-03-02T13:00:00.000Z"}],
        "notices": [{"notice": "D-7", "due": "2026-02-23T12:00:00.000Z"},
                    {"notice": "D-1", "due": "2026-03-01T12:00:00.000Z"},
                    {"notice": "H-1", "due": "2026-03-02T11:00:00.000Z"}],
    }  # fmt: skip


def test_contacts_are_drained_rerouted_counted_and_come_back(vendor):
    vendor.tells(work())
    seen = []

    for when in ("11:40", "11:50", "12:00", "12:57", "13:00"):
        vendor.go(f"2026-03-02T{when}:00Z")
        vendor.world.say(id_=when, person=when)
        vendor.world.run()
        seen.append((when, vendor.reason()))

    assert seen == [
        ("11:40", "chosen"), ("11:50", "draining"), ("12:00", "maintenance"), ("12:57", "maintenance"),
        ("13:00", "chosen"),
    ]  # fmt: skip
    took = [(host, event["data"]) for host, event in vendor.world.desks.took if "customer" in event["data"]]
    hosts = {told["customer"]["id"]: host for host, told in took}
    assert hosts == {
        "11:40": "a.example", "11:50": "b.example", "12:00": "b.example", "12:57": "b.example", "13:00": "a.example",
    }  # fmt: skip
    assert {vendor.world.row(when).work.state.value for when in hosts} == {"delivered"}


def test_one_event_is_one_window_however_often_it_is_read_or_told(vendor):
    [first] = vendor.tells(work(), work())
    version = vendor.ports.maintenance.read().version

    [again] = vendor.minutes(3)

    assert (again, vendor.ports.maintenance.read().version) == (first, version)


def test_moved_work_is_the_same_window_at_another_time(vendor):
    [before] = vendor.tells(work())

    [after] = vendor.tells(work(start="2026-03-04T01:00:00Z", end="2026-03-04T02:00:00Z"))

    assert after["id"] == before["id"]
    assert times(after) == [("2026-03-04T01:00", "2026-03-04T02:00")]


def test_cancelled_work_is_gone_and_work_done_early_is_over_at_once(vendor):
    vendor.tells(work(), work("m2", "2026-03-09T12:00:00Z", "2026-03-09T13:00:00Z"))
    vendor.go("2026-03-02T12:10:00Z")
    during = vendor.reason()

    left = vendor.tells()

    assert (during, left, vendor.reason()) == ("maintenance", [], "chosen")
    assert [entry["what"] for entry in vendor.entries("maintenance")] == [
        "planned",
        "planned",
        "gone",
        "gone",
    ]


@pytest.mark.parametrize("fault", [503, NotSent("refused")], ids=["an error", "no answer"])
def test_a_page_that_errs_leaves_the_windows_until_their_end(vendor, fault):
    [before] = vendor.tells(work())
    vendor.world.desks.fault[HOST] = fault

    [after] = vendor.go("2026-03-02T12:30:00Z")
    ended = vendor.go("2026-03-02T13:00:00Z")

    assert (before["id"], after["phase"], ended) == (after["id"], "under_way", [])


def test_a_page_that_stands_still_leaves_the_windows_as_they_are(vendor):
    [before] = vendor.tells(work())
    vendor.page(page={"updated_at": "2026-02-01T00:00:00Z"})

    assert vendor.minutes(2) == [before]


def test_a_page_that_the_plan_has_no_more_takes_its_windows_along(vendor):
    vendor.tells(work())

    vendor.world.publish(PLAN)

    assert vendor.minutes(1) == []


def test_without_an_alternative_nothing_is_diverted_flips_are_planned_and_operators_get_a_task(vendor):
    [window] = vendor.tells(work(on="Boutique"))
    vendor.go("2026-03-02T12:10:00Z")

    decided = vendor.ask("POST", "/v1/decisions", {"channel": "shop"}).json["decision"]["desk"]
    [task] = vendor.tasks()

    assert (window["effect"], window["alternatives"], window["notices"], decided) == (
        "expect",
        {},
        [],
        "desk-a",
    )
    assert (task["task"], task["window"]) == ("name alternatives", window["id"])
    assert task["due"] == "2026-03-02T12:00:00.000Z"
    assert [line.partition(":")[0] for line in task["because"]] == ["alternative_missing"]
    assert vendor.world.wired.situations.planned("shop#in#fr", vendor.world.clock.now()) == window["id"]


def test_the_task_is_done_when_operators_plan_the_same_work_with_alternatives(vendor):
    vendor.tells(work(on="Boutique"))
    wanted = {
        "title": "ours", "scopes": ["channel:shop"], "start": "2026-03-02T12:00:00Z", "end": "2026-03-02T13:00:00Z",
        "alternatives": {"order": ["reply"]}, "reply": {"fr": "À midi.", "en": "At noon."}, "drain_before": "1m",
    }  # fmt: skip

    planned = plan_work(vendor, vendor.ports.maintenance.read().version, **wanted)
    vendor.minutes()

    assert planned.code == 201
    assert vendor.tasks() == []
    assert {window["source"]: window["effect"] for window in vendor.windows()} == {
        "api": "divert",
        "vendor": "expect",
    }


def test_declined_work_stays_declined_when_it_is_moved_and_its_flips_are_incidents(vendor):
    [window] = vendor.tells(work())
    version = vendor.ports.maintenance.read().version

    dropped = vendor.ask("DELETE", f"/v1/maintenance/{window['id']}", headers={"if-match": f'"{version}"'})
    [moved] = vendor.tells(work(start="2026-03-02T12:30:00Z"))
    vendor.go("2026-03-02T12:40:00Z")

    assert (dropped.code, moved["effect"], times(moved)) == (
        200,
        "declined",
        [("2026-03-02T12:30", "2026-03-02T13:00")],
    )
    assert (
        vendor.reason(),
        vendor.world.wired.situations.planned("box-a#out#world", vendor.world.clock.now()),
    ) == (
        "chosen",
        "",
    )


def test_orders_of_people_win_and_the_vendors_window_yields(vendor):
    vendor.tells(work())
    vendor.go("2026-03-02T12:10:00Z")
    before = vendor.reason()

    given = give(vendor, scope="desk:desk-b", until=30)
    vendor.minutes(1)

    assert (before, given.code) == ("maintenance", 201)
    assert (vendor.reason(), vendor.windows()[0]["effect"]) == ("chosen", "expect")


def test_planning_work_on_the_alternative_at_that_time_is_refused(vendor):
    [window] = vendor.tells(work())
    version = vendor.ports.maintenance.read().version

    refused = plan_work(
        vendor, version, scopes=["desk:desk-b"], alternatives={"order": ["desk:desk-a"]},
        start="2026-03-02T12:30:00Z", end="2026-03-02T14:00:00Z",
    )  # fmt: skip

    assert refused.code == 409
    assert ("alternative_overlaps", window["id"]) in {
        (rule["rule"], rule["window"]) for rule in refused.json["rules"]
    }


def test_a_region_of_the_page_touches_its_market_alone(vendor):
    [window] = vendor.tells(work(region="Europe"))
    other = vendor.tells(work("m2", region="America"))

    assert window["scopes"] == ["path:box-a#in#fr", "path:box-a#out#fr"]
    assert [one["scopes"] for one in other] == [["path:box-a#in#us", "path:box-a#out#us"]]
    assert other[0]["alternatives"] == {}


def test_a_page_may_be_told_to_expect_trouble_only():
    vendor = Vendor(PLAN + PAGES.replace("every: 60s", "every: 60s\n    planned: expect"))

    [window] = vendor.tells(work())

    assert (window["effect"], window["task"]) == ("expect", [])


def test_an_essential_purpose_is_never_taken_out_for_more_than_a_day_on_a_vendors_word():
    vendor = Vendor(ESSENTIAL.replace("routes: {fr: [desk-a, desk-b]}", "routes: {fr: [desk-a]}"))
    long = work(start="2026-03-03T00:00:00Z", end="2026-03-05T00:00:00Z")

    [window] = vendor.tells(long)

    rules = {line.partition(":")[0] for line in window["task"]}
    assert window["effect"] == "expect"
    assert {"alternative_missing", "silence"} <= rules


def test_an_alternative_that_is_down_when_the_work_begins_takes_nothing_over(vendor):
    vendor.tells(work())
    vendor.world.desks.fault["b.example"] = 503
    [window] = vendor.go("2026-03-02T11:55:00Z")
    vendor.minutes(4)

    [window] = vendor.windows()

    assert (window["effect"], vendor.reason("desk-a")) == ("expect", "chosen")


def test_work_across_midnight_and_the_clock_change_is_out_at_the_right_hours(vendor):
    vendor.world.clock.advance(26 * 86_400)
    vendor.tells(work(start="2026-03-28T23:30:00+01:00", end="2026-03-29T04:00:00+02:00"))
    seen = []

    for when in (
        "2026-03-28T22:15:00Z",
        "2026-03-28T22:30:00Z",
        "2026-03-29T00:30:00Z",
        "2026-03-29T01:57:00Z",
    ):
        vendor.go(when)
        seen.append(vendor.reason())
    vendor.go("2026-03-29T02:00:00Z")

    assert [*seen, vendor.reason()] == ["chosen", "maintenance", "maintenance", "maintenance", "chosen"]


def test_an_operators_extension_stays_until_the_page_says_something_new(vendor):
    [window] = vendor.tells(work())
    vendor.go("2026-03-02T12:10:00Z")
    version = vendor.ports.maintenance.read().version
    body = {"until": "2026-03-02T14:00:00Z"}
    vendor.ask("POST", f"/v1/maintenance/{window['id']}/extend", body, headers={"if-match": f'"{version}"'})

    [kept] = vendor.minutes(2)
    [told] = vendor.tells(work(end="2026-03-02T13:30:00Z"))

    assert (kept["next"][0]["end"], kept["next"][0]["promised_end"]) == (
        "2026-03-02T14:00:00.000Z",
        "2026-03-02T13:00:00.000Z",
    )
    assert (told["next"][0]["end"], told["next"][0]["promised_end"]) == (
        "2026-03-02T13:30:00.000Z",
        "2026-03-02T13:00:00.000Z",
    )


def test_a_page_without_planned_work_costs_no_write():
    vendor = Vendor()

    vendor.minutes(3)

    assert vendor.ports.maintenance.read() == Windows()


def test_while_the_pages_store_is_down_windows_stay_and_the_snapshot_goes_out(vendor):
    [before] = vendor.tells(work())
    published = vendor.world.wired.situations.read(vendor.world.clock.now()).version
    vendor.ports.pages.down = True

    ticked = vendor.world.wired.tick.minute()

    assert (vendor.windows(), ticked.snapshot > published) == ([before], True)
