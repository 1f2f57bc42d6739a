"""/v1/capacity: what stands and why; an order of kind posture moves it, and is refused where nothing would obey it."""

import pytest

from chalicelib.domain.surge.streams import slot_of
from tests.unit.operations_side import PLAN, Operations, give
from tests.unit.posture_side import CAPACITY, STREAM, flat


@pytest.fixture
def api():
    return Operations(PLAN + CAPACITY)


def posture(api, **changed):
    return give(api, **{"kind": "posture", "scope": "capacity:crisis", **changed})


def test_before_anything_happened_it_is_calm_and_nothing_is_known_to_be_usual(api):
    reply = api.ask("GET", "/v1/capacity", role="viewer")

    assert reply.code == 200
    assert (reply.json["posture"], reply.json["because"], reply.json["planned"]) == ("calm", "begun", True)
    assert (reply.json["streams"], reply.json["pending"], reply.json["ordered"]) == ([], [], None)
    assert reply.json["money"]["cap_usd"] == 200


def test_an_order_moves_it_with_the_next_ring_and_is_shown(api):
    given = posture(api)
    api.refresh()

    told = api.ask("GET", "/v1/capacity").json

    assert given.code == 201
    assert (told["posture"], told["because"], told["ordered"]) == ("crisis", "order", "crisis")
    assert (told["settings"]["intake_provisioned"], told["money"]["hourly_usd"]) == (100, 1.8)


def test_lifting_the_order_lets_quiet_take_it_back_in_its_time(api):
    given = posture(api)
    api.refresh()
    api.ask("DELETE", f"/v1/orders/{given.json['order']['id']}", headers={"if-match": given.headers["ETag"]})
    api.refresh()

    told = api.ask("GET", "/v1/capacity").json

    assert (told["posture"], told["ordered"]) == ("crisis", None)


def test_streams_are_told_with_people_and_attempts(api):
    now = api.world.clock.now()
    api.ports.traffic.keep(flat(60))
    slots = range(slot_of(now) - 20, slot_of(now) + 1)
    api.ports.traffic.add(STREAM, {slot: 30 if slot < slots[-9] else 150 for slot in slots})

    [stream] = api.ask("GET", "/v1/capacity").json["streams"]

    assert (stream["purpose"], stream["market"], stream["surging"], stream["dropping"]) == (
        "order",
        "fr",
        True,
        False,
    )
    assert stream["multiple"] == pytest.approx(5, rel=0.05)
    assert stream["attempts"] > 1_000
    assert stream["people"] == 0


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"scope": "desk:desk-a"}, 400),
        ({"kind": "force_down"}, 400),
        ({"scope": "capacity:panic"}, 404),
        ({"scope": "capacity:"}, 404),
    ],
)
def test_a_posture_needs_its_scope_and_its_scope_a_posture(api, changed, code):
    assert posture(api, **changed).code == code


def test_where_the_plan_sets_nothing_an_order_is_refused():
    reply = posture(Operations())

    assert (reply.code, reply.problem) == (404, "unknown-plan-section")


def test_a_viewer_reads_and_may_not_order(api):
    assert api.ask("GET", "/v1/capacity", role="viewer").code == 200
    assert posture(api, role="viewer").code == 403
