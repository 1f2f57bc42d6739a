"""Orders: they change routing at once, end by themselves, and cannot take away what a safety rule keeps."""

import pytest

from chalicelib.domain.orders import Orders
from chalicelib.ports import Stale
from tests.unit.operations_side import PLAN, Operations, down, give


@pytest.fixture
def api():
    return Operations()


def test_an_order_changes_routing_and_lifting_it_changes_it_back(api):
    assert api.routed() == "desk-a"

    given = give(api)
    api.refresh()
    assert api.routed() == "desk-b"

    lifted = api.ask(
        "DELETE", f"/v1/orders/{given.json['order']['id']}", headers={"if-match": given.headers["ETag"]}
    )
    api.refresh()
    assert lifted.code == 200
    assert api.routed() == "desk-a"


def test_an_order_ends_by_itself_even_if_nobody_publishes_any_more(api):
    give(api, until=10)
    api.refresh()
    assert api.routed() == "desk-b"

    api.world.clock.advance(601)

    assert api.routed() == "desk-a"
    assert api.ask("GET", "/v1/orders").json["orders"] == []


def test_orders_are_listed_with_owner_reason_and_end(api):
    give(api)

    reply = api.ask("GET", "/v1/orders", role="viewer")

    [one] = reply.json["orders"]
    assert reply.headers["ETag"] == '"1"'
    assert one == {
        "id": "o1", "kind": "force_down", "scope": "desk:desk-a", "since": "2026-03-02T09:00:03.000Z", "holds": True,
        "until": "2026-03-02T10:00:03.000Z", "owner": "o1", "reason": "agents have no sound",
    }  # fmt: skip


def test_orders_given_and_lifted_are_written_down_with_who(api):
    give(api)
    api.ask("DELETE", "/v1/orders/o1", role="admin", headers={"if-match": '"1"'})

    told = [entry.entry for entry in api.ports.ledger.entries("operations", api.world.clock.now())]
    assert [(one["what"], one["who"], one["order"], one["version"]) for one in told] == [
        ("give order", "o1", "o1", "1"),
        ("lift order", "a1", "o1", "2"),
    ]


def test_a_change_for_another_version_is_refused_with_the_current_one(api):
    give(api)

    late = give(api, version=0, scope="desk:desk-b")
    blind = api.ask("POST", "/v1/orders", {}, headers={})
    lift = api.ask("DELETE", "/v1/orders/o1", headers={"if-match": '"0"'})

    assert (late.code, late.json["current"]) == (412, 1)
    assert (lift.code, lift.json["current"]) == (412, 1)
    assert blind.code == 428


def test_losing_the_race_within_the_store_is_told_with_the_current_version(api):
    genuine = api.ports.orders.write

    def overtaken(orders: Orders) -> None:
        genuine(orders)
        raise Stale("somebody wrote first")

    api.ports.orders.write = overtaken

    assert give(api).json["current"] == 1


@pytest.mark.parametrize(
    ("scope", "problem"),
    [
        ("desk:desk-z", "unknown-desk"), ("channel:desk-a", "unknown-channel"), ("path:box-a#up#fr", "unknown-path"),
        ("path:box-z#out#fr", "unknown-path"), ("path:box-a#out#mars", "unknown-path"), ("path:box-a", "unknown-path"),
        ("everything", "unknown-scope"), ("DESK:desk-a", "unknown-scope"), ("desk:", "unknown-desk"),
    ],
)  # fmt: skip
def test_a_scope_that_the_plan_does_not_have_is_not_found(api, scope, problem):
    reply = give(api, scope=scope)

    assert (reply.code, reply.problem) == (404, problem)


@pytest.mark.parametrize(
    "scope", ["desk:desk-a", "channel:box-a", "path:box-a#out#world", "path:box-a#out#fr"]
)
def test_an_order_on_a_desk_its_channel_or_one_of_its_paths_takes_it_out(api, scope):
    assert give(api, scope=scope).code == 201
    api.refresh()

    assert api.routed() == "desk-b"


@pytest.mark.parametrize(
    "until",
    [0, -5, 1441, 1.5, True, None, "", "soon", "2026-03-02", "2026-03-02T10:00:00", "2026-03-02T08:59:59Z",
     "2026-03-03T09:00:04Z", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", [], {}],
)  # fmt: skip
def test_an_order_ends_within_24_hours(api, until):
    reply = give(api, until=until)

    assert reply.code == 400
    assert reply.json["faults"][0]["path"] == "until"


@pytest.mark.parametrize(
    "until", [1, 1440, "2026-03-02T10:00:00Z", "2026-03-02T12:00:00+02:00", "2026-03-03T09:00:03Z"]
)
def test_an_end_is_minutes_or_a_time_with_its_offset(api, until):
    assert give(api, until=until).code == 201


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": "crisis"},
        {"kind": "posture"},
        {"kind": ""},
        {"reason": " "},
        {"reason": None},
        {"owner": "me"},
    ],
)
def test_an_order_needs_a_kind_that_routing_obeys_a_reason_and_nothing_else(api, changed):
    reply = give(api, **changed)

    assert reply.code == 400
    assert reply.json["faults"][0]["path"] in changed


def test_an_order_that_would_leave_too_little_is_refused_naming_the_rule(api):
    give(api, scope="desk:desk-a")

    reply = give(api, version=1, scope="channel:box-b", kind="maintenance")

    assert (reply.code, reply.problem) == (409, "unsafe")
    [rule] = reply.json["rules"]
    assert (rule["path"], rule["purpose"], rule["market"], rule["min_channels"]) == (
        "safety[0]",
        "order",
        "fr",
        1,
    )
    assert api.ports.orders.read().version == 1


def test_an_order_that_leaves_a_channel_but_too_little_capacity_is_refused(api):
    tight = Operations(PLAN.replace("min_capacity: 4", "min_capacity: 6"))

    assert give(tight, scope="desk:desk-b").code == 201
    assert (
        give(Operations(PLAN.replace("min_capacity: 4", "min_capacity: 6")), scope="desk:desk-a").code == 409
    )


def test_a_lifted_or_ended_order_is_not_found(api):
    give(api, until=1)
    api.world.clock.advance(61)

    assert api.ask("DELETE", "/v1/orders/o1", headers={"if-match": '"1"'}).problem == "unknown-order"


def test_an_order_stands_even_while_the_ledger_and_the_queue_are_down(api):
    with down(api.ports.ledger, api.ports.queues):
        reply = give(api)

    assert reply.code == 201
    assert reply.json["announced"] is False
    assert api.ports.orders.read().version == 1
