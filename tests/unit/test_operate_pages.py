"""Vendors' pages as operators read them in /v1/health, and in a plan that is checked."""

import pytest

from chalicelib.http_types import NotSent
from tests.fakes_http import ScriptedHttp, reply
from tests.unit.operations_side import PLAN, Operations, down
from tests.unit.test_operations_openapi import answer_schema, fits

PAGES = """
pages:
  alpha:
    {format: statuspage, url: "https://status.alpha.example/summary.json", every: 60s,
     components: {Inbox: [box-a], Missing: [box-b]}, markets: {Europe: fr}}
  shops:
    {format: slackstatus, url: "https://status.shop.example/current", components: {Messaging: [shop]}}
"""
SUMMARY = {
    "page": {"updated_at": "2026-03-02T08:58:30Z"},
    "components": [
        {"id": "g", "name": "Europe", "status": "partial_outage"},
        {"id": "c", "name": "Inbox", "status": "major_outage", "group_id": "g"},
    ],
    "incidents": [
        {"id": "i1", "name": "Inbox is away", "status": "identified", "impact": "critical",
         "created_at": "2026-03-02T08:40:00Z", "components": [{"name": "Inbox"}, {"name": "Other"}]},
        {"id": "i2", "name": "Other is away", "status": "identified", "impact": "critical",
         "created_at": "2026-03-02T08:40:00Z", "components": [{"name": "Other"}]},
    ],
    "scheduled_maintenances": [
        {"id": "m1", "name": "Inbox work", "status": "scheduled", "scheduled_for": "2026-03-04T01:00:00Z",
         "scheduled_until": "2026-03-04T02:00:00Z", "components": [{"name": "Inbox"}]},
    ],
}  # fmt: skip


@pytest.fixture
def api():
    made = Operations(PLAN + PAGES)
    made.world.wired.http = ScriptedHttp()
    return made


def read(api, *responses, page="alpha"):
    api.world.wired.http.waiting += responses
    return api.world.wired.watcher.run(f'{{"page": "{page}"}}')


def test_a_page_never_read_is_unknown_in_every_component(api):
    pages = api.ask("GET", "/v1/health", role="viewer").json["pages"]

    assert set(pages) == {"alpha", "shops"}
    assert (pages["alpha"]["unknown_because"], pages["alpha"]["age_seconds"]) == ("never read", None)
    assert {one["state"] for page in pages.values() for one in page["components"]} == {"unknown"}


def test_a_page_shows_states_age_lag_incidents_and_planned_work(api):
    read(api, reply(body=SUMMARY))
    api.world.clock.advance(40)

    answer = api.ask("GET", "/v1/health")

    page = answer.json["pages"]["alpha"]
    assert (page["unknown_because"], page["age_seconds"], page["lag_seconds"]) == ("", 40, 93)
    assert page["components"] == [
        {"name": "Inbox", "state": "down", "regions": {"europe": "down"}, "channels": ["box-a"]},
        {"name": "Missing", "state": "unknown", "regions": {}, "channels": ["box-b"]},
    ]
    assert [(i["id"], i["state"], i["components"]) for i in page["incidents"]] == [("i1", "down", ["inbox"])]
    assert [(m["id"], m["start"], m["end"]) for m in page["planned"]] == [
        ("m1", "2026-03-04T01:00:00.000Z", "2026-03-04T02:00:00.000Z")
    ]
    fits(answer.json, answer_schema("GET", "/v1/health", 200)["schema"])


def test_what_a_page_plans_is_no_order_of_ours_and_routes_nothing(api):
    read(api, reply(body=SUMMARY))
    api.refresh()

    health = api.ask("GET", "/v1/health").json

    assert [one["orders"] for one in health["paths"] if one["orders"]] == []
    assert api.routed() == "desk-a"


def test_the_vendors_word_is_among_the_evidence_of_its_path_and_makes_no_state(api):
    read(api, reply(body=SUMMARY))

    one = next(p for p in api.ask("GET", "/v1/health").json["paths"] if p["path"] == "box-a#out#fr")

    vendor = one["evidence"]["vendor"]
    assert (one["state"], vendor["score"], vendor["detail"]) == ("unknown", 6_900, "alpha: Inbox is down")


def test_a_page_that_errs_goes_stale_or_stands_still_is_unknown_and_says_why(api):
    read(api, reply(body=SUMMARY))
    api.world.clock.advance(60)
    read(api, NotSent("refused"))
    erred = api.ask("GET", "/v1/health").json["pages"]["alpha"]
    api.world.clock.advance(601)
    stale = api.ask("GET", "/v1/health").json["pages"]["alpha"]
    api.world.clock.advance(8 * 86_400)
    read(api, reply(body=SUMMARY))
    frozen = api.ask("GET", "/v1/health").json["pages"]["alpha"]

    assert [page["unknown_because"] for page in (erred, stale, frozen)] == [
        "no answer: refused",
        "stale",
        "frozen",
    ]
    assert {one["state"] for page in (erred, stale, frozen) for one in page["components"]} == {"unknown"}
    assert (erred["age_seconds"], frozen["planned"]) == (60, [])


def test_one_channel_shows_the_pages_that_speak_for_it(api):
    assert set(api.ask("GET", "/v1/health/shop").json["pages"]) == {"shops"}
    assert set(api.ask("GET", "/v1/health/box-b").json["pages"]) == {"alpha"}


def test_while_the_stores_are_down_no_page_is_told(api):
    with down(api.ports.health, api.ports.pages):
        assert api.ask("GET", "/v1/health").json["pages"] == {}


def test_a_plan_with_a_format_that_nobody_reads_is_refused(api):
    reply_ = api.ask("POST", "/v1/plan/check", {"schema": 1}, role="viewer")
    told = api.ask("POST", "/v1/plan/check", (PLAN + PAGES).replace("slackstatus", "slak"), role="viewer")

    assert reply_.json["valid"] is False
    assert "pages.shops.format" in {fault["path"] for fault in told.json["faults"]}
