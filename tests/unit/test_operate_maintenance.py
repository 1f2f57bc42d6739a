"""Planned work through the API: planned, refused with its edge, extended, dropped, imported; due notices are told."""

import pytest

from chalicelib.domain.planned_work.windows import Windows
from chalicelib.ports import Stale
from tests.unit.operations_side import PLAN, Operations, down, give

WANTED = {
    "title": "Desk software update", "scopes": ["desk:desk-a"], "start": "2026-03-08T02:00:00+01:00",
    "end": "2026-03-08T04:00:00+01:00", "alternatives": {"order": ["desk:desk-b"]}, "drain_before": "30m",
    "reason": "vendor change 42",
}  # fmt: skip
EVENT = """BEGIN:VCALENDAR
BEGIN:VEVENT
UID:desk-update
SUMMARY:Desk update
DTSTART;TZID=Europe/Paris:20260308T020000
DURATION:PT2H
RRULE:FREQ=WEEKLY;COUNT=6
DESCRIPTION:bascule-scope: desk:desk-a\\nbascule-alternative order: desk:desk-b\\nbascule-drain: 30m
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def api():
    return Operations()


def plan(api, version=0, role="operator", **changed):
    return api.ask(
        "POST", "/v1/maintenance", WANTED | changed, role=role, headers={"if-match": f'"{version}"'}
    )


def put(api, text=EVENT, version=0, **query):
    headers = {"if-match": f'"{version}"', "content-type": "text/calendar; charset=utf-8"}
    return api.ask("PUT", "/v1/maintenance/calendar", text, headers=headers, query=query or None)


def test_a_window_is_planned_and_listed_with_its_due_notices(api):
    planned = plan(api)

    reply = api.ask("GET", "/v1/maintenance", role="viewer")

    assert (planned.code, planned.headers["ETag"], reply.headers["ETag"]) == (201, '"1"', '"1"')
    assert reply.json["windows"] == planned.json["windows"]
    assert reply.json["windows"] == [{
        "id": "w1", "title": "Desk software update", "source": "api", "owner": "o1", "reason": "vendor change 42",
        "scopes": ["desk:desk-a"], "alternatives": {"order": ["desk:desk-b"]}, "reply": {}, "phase": "planned",
        "effect": "divert", "task": [],
        "drain_before_seconds": 1800, "spans": 1, "planned_until": "2026-03-08T03:00:00.000Z",
        "next": [{"drain_from": "2026-03-08T00:30:00.000Z", "start": "2026-03-08T01:00:00.000Z",
                  "end": "2026-03-08T03:00:00.000Z", "promised_end": "2026-03-08T03:00:00.000Z"}],
        "notices": [{"notice": "D-7", "due": "2026-03-01T01:00:00.000Z"},
                    {"notice": "D-1", "due": "2026-03-07T01:00:00.000Z"},
                    {"notice": "H-1", "due": "2026-03-08T00:00:00.000Z"}],
    }]  # fmt: skip


def test_a_series_keeps_its_local_hour_and_leaves_out_exceptions(api):
    planned = plan(
        api, zone="Europe/Paris", repeat="FREQ=WEEKLY;COUNT=5", **{"except": ["2026-03-15T02:00:00+01:00"]}
    )

    starts = [span["start"][:16] for span in planned.json["windows"][0]["next"]]
    assert starts == ["2026-03-08T01:00", "2026-03-22T01:00", "2026-03-29T01:00", "2026-04-05T00:00"]


def test_a_window_without_an_alternative_is_refused_with_the_purpose_and_the_edge(api):
    reply = plan(api, alternatives={})

    assert (reply.code, reply.problem) == (409, "clashing")
    [rule] = reply.json["rules"]
    assert (rule["rule"], rule["window"], rule["purpose"], rule["at"]) == (
        "alternative_missing", "w1", "order", "2026-03-08T00:30:00.000Z",
    )  # fmt: skip
    assert api.ports.maintenance.read() == Windows()


def test_overlapping_work_on_the_alternative_is_refused_also_at_a_far_edge(api):
    planned = plan(api, repeat="FREQ=WEEKLY", zone="Europe/Paris").json["windows"][0]

    late = plan(
        api, 1, scopes=["channel:box-b"], alternatives={"order": ["channel:shop"]},
        start="2026-10-25T03:00:00+01:00", end="2026-10-25T05:00:00+01:00",
    )  # fmt: skip

    rules = {(rule["rule"], rule["window"], rule["at"]) for rule in late.json["rules"]}
    assert (late.code, planned["scopes"], planned["alternatives"]) == (
        409,
        ["desk:desk-a"],
        {"order": ["desk:desk-b"]},
    )
    assert [one["notice"] for one in planned["notices"]] == ["D-7", "D-1", "H-1"]
    assert ("alternative_overlaps", "w1", "2026-10-25T01:30:00.000Z") in rules
    assert {name for name, _, _ in rules} == {"alternative_overlaps", "safety"}


def test_checking_a_window_tells_the_same_and_stores_nothing(api):
    good = api.ask("POST", "/v1/maintenance/check", WANTED)
    bad = api.ask("POST", "/v1/maintenance/check", WANTED | {"alternatives": {}})

    assert (good.json["valid"], good.json["affected"], good.json["conflicts"]) == (True, ["order"], [])
    assert (bad.code, bad.json["valid"], bad.json["conflicts"][0]["rule"]) == (
        200,
        False,
        "alternative_missing",
    )
    assert api.ports.maintenance.read().version == 0


def test_an_order_may_not_take_the_last_alternative_of_work_under_way(api):
    plan(api, start=0, end=120, drain_before="1m")

    reply = give(api, scope="desk:desk-b")

    assert reply.code == 409
    assert reply.problem == "unsafe"
    assert give(Operations(PLAN.replace("min_channels: 1, min_capacity: 4", "min_channels: 0"))).code == 201


def test_without_a_safety_rule_an_order_is_still_kept_from_the_last_alternative():
    api = Operations(PLAN.replace("min_channels: 1, min_capacity: 4", "min_channels: 0"))
    plan(api, start=0, end=120)

    reply = give(api, scope="channel:box-b")

    assert (reply.code, reply.problem) == (409, "clashing")
    assert reply.json["rules"][0]["rule"] == "alternative_forbidden"


def test_a_plan_that_takes_the_alternative_away_is_not_published(api):
    plan(api)
    lost = PLAN.replace("[desk-a, desk-b]", "[desk-a]")

    reply = api.ask(
        "PUT", "/v1/plan", lost,
        headers={"content-type": "application/yaml", "if-match": '"1"', "x-reason": "r"},
    )  # fmt: skip

    assert (reply.code, reply.problem) == (409, "clashing")
    assert reply.json["rules"][0]["window"] == "w1"


def test_work_under_way_may_be_extended_but_not_over_its_alternatives_own_work(api):
    plan(api, start=0, end=60, drain_before="1m")
    plan(
        api,
        1,
        scopes=["desk:desk-b"],
        alternatives={"order": ["desk:desk-a"]},
        start=180,
        end=240,
        drain_before="1m",
    )

    longer = api.ask("POST", "/v1/maintenance/w1/extend", {"until": 120}, headers={"if-match": '"2"'})
    too_long = api.ask("POST", "/v1/maintenance/w1/extend", {"until": 200}, headers={"if-match": '"3"'})
    idle = api.ask("POST", "/v1/maintenance/w2/extend", {"until": 200}, headers={"if-match": '"3"'})

    assert longer.json["windows"][0]["planned_until"] == "2026-03-02T11:00:03.000Z"
    assert (too_long.code, too_long.problem) == (409, "clashing")
    assert (idle.code, idle.problem) == (409, "unfit")


def test_a_dropped_window_is_gone_at_once(api):
    plan(api, start=0, end=60)
    api.refresh()
    assert api.routed() == "desk-b"

    dropped = api.ask("DELETE", "/v1/maintenance/w1", headers={"if-match": '"1"'})
    api.refresh()

    assert dropped.json == {"version": 2, "windows": [], "announced": True}
    assert api.routed() == "desk-a"
    assert api.ask("DELETE", "/v1/maintenance/w1", headers={"if-match": '"2"'}).problem == "unknown-window"


def test_a_calendar_takes_the_place_of_the_one_before_and_leaves_other_windows(api):
    plan(api, start="2026-03-03T02:00:00Z", end="2026-03-03T03:00:00Z")

    first = put(api, version=1)
    again = put(api, EVENT.replace("COUNT=6", "COUNT=2"), version=2)

    listed = api.ask("GET", "/v1/maintenance").json["windows"]
    assert (first.code, first.json["windows"][0]["spans"]) == (200, 6)
    assert first.json["windows"][0]["id"] == again.json["windows"][0]["id"]
    assert [(one["source"], one["spans"]) for one in listed] == [("api", 1), ("ical", 2)]


def test_an_extension_under_way_outlives_the_next_import_of_the_calendar(api):
    event = EVENT.replace("20260308T020000", "20260302T100000")
    put(api, event)
    [window] = api.ask("GET", "/v1/maintenance").json["windows"]
    api.ask("POST", f"/v1/maintenance/{window['id']}/extend", {"until": 300}, headers={"if-match": '"1"'})

    put(api, event, version=2)

    [span, *_] = api.ask("GET", "/v1/maintenance").json["windows"][0]["next"]
    assert span["end"] == "2026-03-02T14:00:03.000Z"


def test_a_calendar_with_faults_is_refused_with_all_of_them(api):
    odd = EVENT.replace("desk:desk-a", "desk:nowhere").replace("order: desk:desk-b", "orders: desk:desk-b")

    reply = put(api, odd)
    junk = put(api, "hello")
    wrong = api.ask("PUT", "/v1/maintenance/calendar", "{}", headers={"if-match": '"0"'})

    assert [fault["path"] for fault in reply.json["faults"]] == [
        "event 'Desk update' scopes", "event 'Desk update' alternatives.orders",
    ]  # fmt: skip
    assert (junk.code, junk.problem) == (400, "bad-request")
    assert (wrong.code, wrong.problem) == (415, "media-type")
    assert put(api, zone=["Mars/Olympus"]).json["faults"][0]["path"] == "zone"


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"title": ""}, "title"), ({"reason": None}, "reason"), ({"scopes": []}, "scopes"),
        ({"scopes": "desk:desk-a"}, "scopes"),
        ({"scopes": ["desk:x"]}, "scopes"), ({"start": "soon"}, "start"), ({"start": None}, "start"),
        ({"start": "9999-12-31T23:59:59-23:59"}, "start"),
        ({"end": "2026-03-08T01:00:00Z"}, "end"), ({"end": 1e300}, "end"), ({"start": True}, "start"),
        ({"end": "2026-03-08T02:00:00"}, "end"), ({"end": "2026-05-08T02:00:00Z"}, "end"), ({"zone": "Mars"}, "zone"),
        ({"repeat": "FREQ=HOURLY"}, "repeat"), ({"repeat": "FREQ=DAILY", "end": "2026-03-10T02:00:00Z"}, "repeat"),
        ({"repeat": "FREQ=WEEKLY;BYDAY=MO"}, "repeat"), ({"except": ["2026-03-08T02:00:00Z"]}, "except"),
        ({"drain_before": "2d"}, "drain_before"), ({"drain_before": 5}, "drain_before"),
        ({"alternatives": {"ordre": ["desk:desk-b"]}}, "alternatives.ordre"),
        ({"alternatives": {"order": ["desk-b"]}}, "alternatives.order"),
        ({"alternatives": {"order": ["reply"]}}, "reply"), ({"reply": {"de": "Guten Tag"}}, "reply.de"),
        ({"owner": "me"}, "owner"),
        ({"scopes": ["desk:desk-a"] * 2 + [f"desk:{n}" for n in range(60)]}, ""),
    ],
)  # fmt: skip
def test_a_window_that_makes_no_sense_is_refused_where_it_makes_none(api, changed, path):
    reply = plan(api, **changed)

    assert (reply.code, reply.problem) == (400, "bad-request")
    assert reply.json["faults"][0]["path"] == path


def test_changes_name_the_version_that_they_are_meant_for(api):
    plan(api)

    late, blind = plan(api, 0), api.ask("POST", "/v1/maintenance", WANTED)
    dropped = api.ask("DELETE", "/v1/maintenance/w1", headers={"if-match": '"9"'})

    assert (late.code, late.json["current"]) == (412, 1)
    assert (dropped.code, dropped.json["current"], blind.code) == (412, 1, 428)


def test_losing_the_race_within_the_store_is_told_with_the_current_version(api):
    genuine = api.ports.maintenance.write

    def overtaken(windows):
        genuine(windows)
        raise Stale("somebody wrote first")

    api.ports.maintenance.write = overtaken

    assert plan(api).json["current"] == 1


def test_changes_are_written_down_with_who_and_stand_while_ledger_and_queue_are_down(api):
    plan(api)
    with down(api.ports.ledger, api.ports.queues):
        reply = api.ask("DELETE", "/v1/maintenance/w1", headers={"if-match": '"1"'})

    [told] = [entry.entry for entry in api.ports.ledger.entries("operations", api.world.clock.now())]
    assert (told["what"], told["who"], told["windows"]) == ("plan maintenance", "o1", "w1")
    assert (reply.code, reply.json["announced"]) == (200, False)


def test_more_than_the_store_can_hold_is_refused(api):
    event = EVENT[EVENT.index("BEGIN:VEVENT") : EVENT.index("END:VCALENDAR")].replace("COUNT=6", "COUNT=1")
    days = [f"2026{4 + number // 28:02}{1 + number % 28:02}" for number in range(200)]
    many = "".join(event.replace("desk-update", day).replace("20260308", day) for day in days)
    plan(api)

    reply = put(api, f"BEGIN:VCALENDAR\n{many}END:VCALENDAR\n", version=1)

    assert reply.code == 400
    assert "201 windows" in reply.json["faults"][0]["message"]
