"""Health, loads and dry runs as operators read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.model import Outcome, Signal, row_key
from chalicelib.domain.routing import read_decision
from chalicelib.http_types import NotSent
from tests.unit.operations_side import PLAN, Operations, down


@pytest.fixture
def api():
    return Operations()


def paths(reply):
    return {one["path"]: one for one in reply.json["paths"]}


def break_path(api, path="box-a#out#world", times=5):
    for _ in range(times):
        signal = Signal(
            outcome=Outcome.OUTAGE, at=api.world.clock.now(), detail="connect timeout", latency=3000
        )
        known = api.ports.health.read([path]).get(path)
        api.world.wired.believer.learn(path, signal, known)


def test_a_path_nobody_ever_heard_of_is_unknown_and_never_up(api):
    found = paths(api.ask("GET", "/v1/health", role="viewer"))

    assert set(found) == {"shop#in#fr", "shop#out#fr", "box-a#out#world", "box-b#out#world"}
    assert {(one["state"], one["weight"], one["last_at"]) for one in found.values()} == {
        ("unknown", 1.0, None)
    }


def test_a_path_that_is_down_shows_why_since_when_and_the_evidence_behind_it(api):
    break_path(api)

    one = paths(api.ask("GET", "/v1/health"))["box-a#out#world"]

    assert (one["state"], one["weight"], one["worst"]) == ("down", 0.0, "hard")
    assert one["because"] == "open: connect timeout"
    hard = one["evidence"]["hard"]
    assert (hard["state"], hard["last_outcome"], hard["detail"], hard["latency_ms"]) == (
        "open",
        "outage",
        "connect timeout",
        3000,
    )
    assert hard["since"] == one["last_at"] == "2026-03-02T09:00:03.000Z"
    assert hard["until"] > hard["since"]


def test_orders_on_a_path_are_shown_beside_the_belief_and_do_not_change_it(api):
    order = {"kind": "force_down", "scope": "channel:box-a", "until": 5, "reason": "r"}
    api.ask("POST", "/v1/orders", order, headers={"if-match": '"0"'})

    one = paths(api.ask("GET", "/v1/health"))["box-a#out#world"]

    assert [held["kind"] for held in one["orders"]] == ["force_down"]
    assert one["state"] == "unknown"


def test_the_age_of_what_routing_goes_by_is_told(api):
    api.world.clock.advance(300)

    told = api.ask("GET", "/v1/health").json

    assert told["source"] == "store"
    assert (told["snapshot"]["age_seconds"], told["snapshot"]["stale"]) == (300, True)


def test_one_channel_is_read_alone_and_an_unknown_one_is_not_found(api):
    assert set(paths(api.ask("GET", "/v1/health/shop"))) == {"shop#in#fr", "shop#out#fr"}

    reply = api.ask("GET", "/v1/health/nope")

    assert (reply.code, reply.problem) == (404, "unknown-channel")


def test_while_the_health_store_is_down_the_last_snapshot_is_told(api):
    break_path(api)
    api.refresh()

    ports = api.ports
    with down(ports.health, ports.plans, ports.orders, ports.snapshots):
        reply = api.ask("GET", "/v1/health")

    assert reply.json["source"] == "snapshot"
    assert paths(reply)["box-a#out#world"]["state"] == "down"


def test_a_full_desk_is_passed_over_at_once_and_taken_again_when_it_has_room(api):
    full = api.ask("PUT", "/v1/desks/desk-a/load", {"in_use": 10, "waiting": 4}, role="operator")
    api.refresh()
    assert (full.json["full"], full.json["announced"], api.routed()) == (True, True, "desk-b")

    room = api.ask("PUT", "/v1/desks/desk-a/load", {"in_use": 9})
    api.refresh()
    assert (room.json["full"], api.routed()) == (False, "desk-a")


def test_a_load_is_shown_with_its_age_and_says_nothing_after_two_minutes(api):
    api.ask("PUT", "/v1/desks/desk-a/load", {"free": 0})
    api.world.clock.advance(121)

    load = api.ask("GET", "/v1/health").json["loads"]["desk-a"]

    assert (load["free"], load["age_seconds"], load["fresh"], load["full"]) == (0, 121, False, False)


def test_a_reading_that_turns_nothing_rings_nobody_and_fills_no_ledger(api):
    api.ask("PUT", "/v1/desks/desk-a/load", {"free": 3})
    api.ask("PUT", "/v1/desks/desk-a/load", {"free": 2})

    assert api.ports.queues.notes == []
    assert api.ports.ledger.entries("operations", api.world.clock.now()) == ()


def test_the_load_of_an_unknown_desk_is_not_found(api):
    assert api.ask("PUT", "/v1/desks/nope/load", {"free": 1}).problem == "unknown-desk"


def test_a_dry_run_says_who_would_get_the_contact_and_stores_nothing(api):
    reply = api.ask("POST", "/v1/decisions", {"channel": "shop", "text": "ma commande"}, role="viewer")

    assert reply.json["decision"]["desk"] == "desk-a"
    assert (reply.json["purpose"], reply.json["market"], reply.json["options"]) == (
        "order",
        "fr",
        ["desk-a", "desk-b"],
    )
    assert reply.json["snapshot"]["plan"] == 1
    assert api.ports.contacts.page(10)[0] == []
    assert api.ports.queues.rung == []


def test_a_dry_run_of_what_was_tried_and_of_another_market(api):
    tried = api.ask("POST", "/v1/decisions", {"channel": "shop", "tried": ["desk-a", "desk-b"]}).json
    abroad = api.ask("POST", "/v1/decisions", {"channel": "shop", "market": "jp"}).json

    assert tried["decision"]["because"] == "last_rank"
    assert {one["reason"] for one in tried["decision"]["rejected"]} == {"already_tried"}
    assert (abroad["decision"]["desk"], abroad["options"]) == (None, [])


def test_a_proposed_plan_is_tried_without_being_published(api):
    proposed = PLAN.replace("fr: [desk-a, desk-b]", "fr: [desk-b]")

    reply = api.ask("POST", "/v1/decisions", {"channel": "shop", "plan": proposed})
    bad = api.ask("POST", "/v1/decisions", {"channel": "shop", "plan": "schema: 9"})

    assert (reply.json["decision"]["desk"], reply.json["proposed_plan"]) == ("desk-b", True)
    assert (bad.code, bad.problem) == (422, "bad-plan")
    assert api.ports.plans.current().version == 1


@pytest.mark.parametrize(
    ("asked", "problem"),
    [({"channel": "nope"}, "unknown-channel"), ({"channel": "shop", "tried": ["nope"]}, "unknown-desk")],
)
def test_a_dry_run_on_what_the_plan_does_not_have_is_not_found(api, asked, problem):
    assert api.ask("POST", "/v1/decisions", asked).problem == problem


@given(
    st.lists(st.text("abcdef0123456789", min_size=1, max_size=12), unique=True, max_size=12),
    st.integers(0, 8),
)
def test_a_dry_run_answers_what_is_decided_at_acceptance_also_within_a_trial(ids, failures):
    api = Operations()
    break_path(api, times=failures)
    api.world.clock.advance(60)
    api.world.wired.tick.flip()

    for id_ in ids:
        told = api.ask("POST", "/v1/decisions", {"channel": "shop", "provider_id": id_}).json["decision"]
        api.world.say(id_=id_)
        decided = read_decision(api.ports.contacts.get(row_key("shop", "", id_)).decision)

        assert (told["desk"], told["because"]) == (decided.desk, decided.because)
        assert [(one["desk"], one["reason"]) for one in told["rejected"]] == [
            (d, r.value) for d, r in decided.rejected
        ]


def test_a_dead_desk_is_seen_in_health_and_in_the_next_dry_run(api):
    api.world.desks.fault["a.example"] = NotSent("refused")
    for number in range(5):
        api.world.say(id_=f"m{number}", person=f"p{number}")
    api.refresh()

    assert paths(api.ask("GET", "/v1/health"))["box-a#out#world"]["state"] == "down"
    decision = api.ask("POST", "/v1/decisions", {"channel": "shop"}).json["decision"]
    assert (decision["desk"], decision["because"]) == ("desk-b", "next")
    assert decision["rejected"][0]["reason"] == "down"
