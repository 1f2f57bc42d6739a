"""Differences between versions through the API, and going back: byte for byte, under the same rules."""

import pytest

from chalicelib.domain.plan_document.reader import dump_plan, read_plan
from tests.unit.operations_side import PLAN, Operations, give

WHY = {"x-reason": "it went wrong"}
YAML = {"content-type": "application/yaml"}
OTHER = PLAN.replace("fr: [desk-a, desk-b]", "fr: [desk-b, desk-a]")


@pytest.fixture
def api():
    found = Operations(f"# the first one\n{PLAN}")
    found.world.publish(OTHER)
    return found


def back(api, number, version, **more):
    headers = WHY | {"if-match": f'"{version}"'} | more.pop("headers", {})
    return api.ask("POST", "/v1/plan/rollback", {"version": number}, headers=headers, **more)


def test_two_versions_are_compared_for_machines_and_for_people(api):
    told = api.ask("GET", "/v1/plan/diff", query={"from": ["1"], "to": ["2"]}, role="viewer")
    read = api.ask("GET", "/v1/plan/diff", query={"from": ["1"]}, headers={"accept": "text/plain"})

    assert (told.json["from"], told.json["to"], told.json["same"]) == (1, 2, False)
    assert told.json["changes"] == [
        {"path": "purposes.order.routes.fr", "kind": "moved", "before": 1, "after": 0, "item": "desk-b"}
    ]
    assert read.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert read.text == "1 moved\n> purposes.order.routes.fr: desk-b from place 2 to place 1\n"


def test_a_proposed_text_is_compared_with_the_newest_version_and_nothing_is_stored(api):
    same = api.ask("POST", "/v1/plan/diff", f"# only a comment\n{OTHER}", headers=YAML)
    unlike = api.ask("POST", "/v1/plan/diff", OTHER.replace("deadline: 4h", "deadline: 2h"), headers=YAML)
    bad = api.ask("POST", "/v1/plan/diff", "schema: 7", headers=YAML)

    assert (same.json["same"], same.json["in_words"], same.json["to"]) == (True, "both mean the same", None)
    assert [one["path"] for one in unlike.json["changes"]] == ["purposes.order.deadline"]
    assert (bad.code, bad.problem) == (422, "bad-plan")
    assert api.ports.plans.current().version == 2


def test_a_version_that_there_is_not_is_named(api):
    for query in ({"from": ["9"]}, {"from": ["1"], "to": ["nine"]}):
        refused = api.ask("GET", "/v1/plan/diff", query=query)

        assert (refused.code, refused.problem) == (404, "unknown-plan-version")


def test_going_back_publishes_the_same_bytes_as_a_new_version_and_routes_by_it(api):
    first = api.ports.plans.version(1)
    assert api.routed() == "desk-b"

    reply = back(api, 1, 2)
    api.refresh()

    made = api.ports.plans.current()
    assert (reply.code, reply.json["version"], reply.headers["ETag"]) == (200, 3, '"3"')
    assert (made.text, made.compiled) == (first.text, first.compiled)
    assert (made.author, made.reason) == ("a1", "rollback to 1: it went wrong")
    assert api.routed() == "desk-a"


def test_going_back_twice_has_one_digest_and_the_compiled_form_of_its_time(api):
    """A later release may compile the same text otherwise: what ran then runs again."""
    compiled = dump_plan(read_plan(PLAN, 1)).replace('"panic":0.5', '"panic": 0.4')
    old = api.ports.plans.version(1)
    api.ports.plans._versions[0] = type(old)(
        **{n: getattr(old, n) for n in old.__slots__} | {"compiled": compiled}
    )

    digests = [back(api, 1, 2).json["digest"], back(api, 2, 3).json["digest"], back(api, 1, 4).json["digest"]]

    assert digests[0] == digests[2] != digests[1]
    assert api.ports.plans.version(3).compiled == api.ports.plans.version(5).compiled == compiled


def test_going_back_is_meant_for_a_version_and_needs_a_reason(api):
    blind = api.ask("POST", "/v1/plan/rollback", {"version": 1}, headers=WHY)
    mute = api.ask("POST", "/v1/plan/rollback", {"version": 1}, headers={"if-match": '"2"'})

    assert (blind.code, blind.problem) == (428, "version-required")
    assert (mute.code, mute.json["faults"][0]["path"]) == (400, "reason")
    assert (back(api, 1, 1).code, back(api, 1, 7).code) == (409, 412)
    assert (back(api, 9, 2).code, back(api, 2, 2).code) == (404, 409)
    assert back(api, 1, 2, role="operator").code == 403
    for body in ({}, {"version": "1"}, {"version": 0}, {"version": 1, "x": 1}):
        headers = WHY | {"if-match": '"2"'}
        assert api.ask("POST", "/v1/plan/rollback", body, headers=headers).code == 400
    assert api.ports.plans.current().version == 2


def test_going_back_keeps_to_tonights_orders_and_needs_its_secrets(api):
    api.world.publish(
        PLAN.replace("[desk-a, desk-b]", "[desk-b]").replace("min_capacity: 4", "min_capacity: 0")
    )
    api.world.publish(OTHER)
    assert give(api, 0, scope="desk:desk-b").code == 201

    unsafe = back(api, 3, 4)
    api.ports.secrets.channels.pop("box-a")
    bare = back(api, 1, 4)

    assert (unsafe.code, unsafe.problem) == (409, "unsafe")
    assert (bare.code, bare.json["faults"][0]["path"]) == (422, "channels.box-a")
    assert api.ports.plans.current().version == 4
