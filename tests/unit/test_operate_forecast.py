"""The forecast of a desk: its figures, where they come from, and what it refuses."""

from time import process_time

import pytest

from chalicelib.domain.load_science.answered import answered
from chalicelib.domain.load_science.demand import Demand
from chalicelib.domain.load_science.redial import with_redials
from chalicelib.service.operate.forecast import MOST_LOAD
from tests.unit.operations_side import SAFETY, Operations, down
from tests.unit.test_operations_openapi import answer_schema, fits
from tests.world import CHANNELS, PURPOSES

DESKS = """desks:
  desk-a: {channel: box-a, agents: 12, handling: 4m, patience: 2m, capacity: {concurrent: 10}}
  desk-b: {channel: box-b, capacity: {concurrent: 10}}
"""
ROUTE = "/v1/desks/{desk}/forecast"


@pytest.fixture
def api():
    return Operations(CHANNELS + DESKS + PURPOSES + SAFETY)


def ask(api, desk="desk-a", role="viewer", **query):
    return api.ask(
        "GET", f"/v1/desks/{desk}/forecast", role=role, query={name: [str(v)] for name, v in query.items()}
    )


def test_the_example_of_the_manual_says_what_the_manual_says(api):
    found = ask(api, arrivals_per_hour=120, surge=3).json

    now, needed = found["with_agents"], found["with_agents_needed"]
    assert (found["offered_erlangs"], now["agents"], found["agents_needed"]) == (24, 12, 27)
    assert (now["waiting_share"], now["abandoned_share"]) == (
        pytest.approx(1, abs=1e-3),
        pytest.approx(2 / 3, abs=1e-3),
    )
    assert (now["attempts_per_contact"], now["never_served_share"]) == (1.5, 0.5)
    assert now["never_served_per_hour"] == 180
    assert needed["answered_in_time_share"] >= 0.8


def test_the_answer_has_the_shape_that_the_document_says(api):
    for reply in (
        ask(api, arrivals_per_hour=120),
        ask(api, "desk-b", arrivals_per_hour=1),
        ask(api, "desk-b", arrivals_per_hour=0, handling=60),
    ):
        fits(reply.json, answer_schema("GET", ROUTE, reply.code)["schema"])

    assert ask(api, "desk-b", arrivals_per_hour=0, handling=60).json["with_agents"] is None


def test_the_question_goes_before_the_reading_the_reading_before_the_plan(api):
    by_plan = ask(api, arrivals_per_hour=100).json
    api.ask("PUT", "/v1/desks/desk-a/load", {"in_use": 5, "free": 2})
    by_reading = ask(api, arrivals_per_hour=100).json
    asked = ask(api, arrivals_per_hour=100, agents=3, handling=60, patience=45, redial=0).json
    api.world.clock.advance(121)
    later = ask(api, arrivals_per_hour=100).json

    assert (by_plan["asked"]["agents"], by_plan["sources"]["agents"]) == (12, "plan")
    assert by_plan["sources"] == {
        "agents": "plan",
        "handling": "plan",
        "patience": "plan",
        "redial": "default",
    }
    assert (by_reading["asked"]["agents"], by_reading["sources"]["agents"]) == (7, "reading")
    assert asked["sources"] == dict.fromkeys(("agents", "handling", "patience", "redial"), "query")
    assert asked["asked"] == {
        "arrivals_per_hour": 100, "surge": 1, "agents": 3, "handling_seconds": 60, "patience_seconds": 45,
        "redial_share": 0, "target_share": 0.8, "target_seconds": 20,
    }  # fmt: skip
    assert later["sources"]["agents"] == "plan"


def test_a_patience_that_nobody_measured_is_declared_as_ours(api):
    found = ask(api, "desk-b", arrivals_per_hour=60, handling=120).json

    assert (found["asked"]["patience_seconds"], found["sources"]["patience"]) == (120, "default")
    assert (found["asked"]["agents"], found["sources"]["agents"]) == (None, "unknown")


def test_more_work_than_agents_is_told_and_no_share_is_above_one(api):
    for surge in (0.1, 1, 3, 30, 100):
        found = ask(api, arrivals_per_hour=180, surge=surge, redial=0.9).json["with_agents"]

        assert all(0 <= value <= 1 for name, value in found.items() if name.endswith("_share"))
        served = 180 * surge - found["never_served_per_hour"]
        assert served == pytest.approx(found["occupancy_share"] * 12 * 15, abs=0.1)


def test_one_agent_less_than_needed_misses_the_target(api):
    found = ask(api, arrivals_per_hour=400, share=0.9, within=30, redial=0.7).json
    first = Demand(arrivals=400, handling=240, patience=120)

    fewer = found["agents_needed"] - 1

    assert answered(with_redials(first, fewer, 0.7), fewer, 30) < 0.9
    assert found["with_agents_needed"]["answered_in_time_share"] >= 0.9


def test_it_is_told_while_the_health_table_does_not_answer(api):
    with down(api.ports.health):
        found = ask(api, arrivals_per_hour=100)

    assert (found.code, found.json["sources"]["agents"]) == (200, "plan")


@pytest.mark.parametrize(
    ("query", "paths"),
    [
        ({}, ["arrivals_per_hour"]),
        ({"arrivals_per_hour": "many", "surge": 0, "agents": 1.5, "within": -1, "redial": 1, "share": 1},
         ["arrivals_per_hour", "surge", "within", "redial", "share", "agents"]),
        ({"arrivals_per_hour": "nan"}, ["arrivals_per_hour"]),
        ({"arrivals_per_hour": "1e3"}, ["arrivals_per_hour"]),
        ({"arrivals_per_hour": 1, "handling": 1}, ["handling"]),
        ({"arrivals_per_hour": 1, "patience": 86_000}, ["patience"]),
        ({"arrivals_per_hour": 1, "colour": "red"}, ["colour"]),
        ({"arrivals_per_hour": 10_000_000}, ["arrivals_per_hour"]),
        ({"arrivals_per_hour": 10_000_000, "handling": 86_400, "surge": 100}, ["arrivals_per_hour"]),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_question_is_named_all_at_once(api, query, paths):
    answer = ask(api, **query)

    assert answer.problem == "bad-request"
    assert [fault["path"] for fault in answer.json["faults"]] == paths


def test_a_desk_that_says_no_handling_time_asks_for_it_and_an_unknown_one_is_not_found(api):
    assert "how long a contact takes" in ask(api, "desk-b", arrivals_per_hour=1).json["detail"]
    assert ask(api, "desk-z", arrivals_per_hour=1).problem == "unknown-desk"


def test_the_largest_question_is_answered_in_seconds(api):
    began = process_time()

    found = ask(
        api,
        arrivals_per_hour=MOST_LOAD * 60,
        handling=60,
        patience=1800,
        redial=0.95,
        share=0.99,
        agents=9950,
    )

    assert found.code == 200
    assert process_time() - began < 6
