"""Operators through the gateway: who may what, versions that guard each change, faults told all at once."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from infra.local.fakes.vendors import Signed, post
from tests.e2e import sides
from tests.e2e.watching import rejected

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

PROBLEM = "application/problem+json"


def tag(scene, path="/v1/plan"):
    return scene.ops("GET", path).headers["etag"]


def published(scene, text, role="admin", **headers):
    return scene.ops("PUT", "/v1/plan", text, {"X-Reason": "a test", **headers}, role)


@pytest.mark.parametrize("authorization", ["", "Bearer ", "Bearer bsc_admin_guess", "Basic YTpi", "é"])
@pytest.mark.parametrize("path", ["/v1/plan", "/v1/contacts", "/v1/health", "/v1/orders"])
def test_strangers_are_turned_away(scene, path, authorization):
    headers = {"Authorization": authorization.encode().decode("latin-1")} if authorization else {}

    assert post(Signed(url=scene.stack.api_url + path, method="GET", headers=headers)).code == 401


def test_a_viewer_reads_and_changes_nothing(scene):
    plan = scene.read("/v1/plan")["text"]

    read = scene.ops("GET", "/v1/plan", role="viewer")
    refused = [
        published(scene, plan, "viewer", **{"If-Match": read.headers["etag"]}),
        published(scene, plan, "operator", **{"If-Match": read.headers["etag"]}),
        scene.ops("POST", "/v1/orders", {}, {"If-Match": '"0"'}, "viewer"),
        scene.ops("DELETE", "/v1/orders/o1", headers={"If-Match": '"0"'}, role="viewer"),
        scene.ops("PUT", "/v1/desks/paris/load", {}, role="viewer"),
        scene.ops("POST", f"/v1/contacts/{'0' * 32}/redrive", role="viewer"),
    ]

    assert read.code == 200
    assert {(answer.code, answer.headers["content-type"]) for answer in refused} == {(403, PROBLEM)}
    assert scene.ops("GET", "/v1/plan").headers["etag"] == read.headers["etag"]


def test_a_change_must_say_which_version_it_is_meant_for(scene):
    plan = scene.read("/v1/plan")

    unguarded, stale = published(scene, plan["text"]), published(scene, plan["text"], **{"If-Match": '"999"'})

    assert unguarded.code == 428
    assert (stale.code, stale.headers["etag"]) == (412, f'"{plan["version"]}"')
    assert json.loads(stale.text)["current"] == plan["version"]


def test_of_two_operators_who_publish_at_once_one_wins_and_the_other_learns_the_version(planning):
    plan, meet = planning.read("/v1/plan"), Barrier(2)

    def publish(who):
        meet.wait(10)
        headers = {"If-Match": f'"{plan["version"]}"', "X-Reason": who}
        return planning.ops("PUT", "/v1/plan", f"{plan['text']}\n# {who}\n", headers)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(publish, ("anna", "bruno")))

    won = next(answer for answer in answers if answer.code == 200)
    lost = next(answer for answer in answers if answer.code != 200)
    assert lost.code == 412
    assert lost.headers["etag"] == won.headers["etag"] == f'"{plan["version"] + 1}"'
    assert planning.read("/v1/plan")["version"] == plan["version"] + 1


def test_of_two_operators_who_give_orders_at_once_none_overwrites_the_other(planning):
    seen, meet = tag(planning, "/v1/orders"), Barrier(2)

    def give(desk):
        meet.wait(10)
        order = {"kind": "drain", "scope": f"desk:{desk}", "until": 5, "reason": "a test"}
        return planning.ops("POST", "/v1/orders", order, {"If-Match": seen}, "operator").code

    with ThreadPoolExecutor(2) as pool:
        codes = sorted(pool.map(give, ("nantes", "line-2")))

    assert codes == [201, 412]
    assert len(planning.read("/v1/orders")["orders"]) == 1


def test_a_bad_plan_is_refused_with_all_its_faults_each_with_its_path(scene):
    before = scene.read("/v1/plan")
    text = before["text"].replace("[paris, lille, nantes]", "[pariss, lille, nantes]")
    text = text.replace("kind: chatwoot", "kind: chatwood").replace("{rate: 5}", "{rate: -5}")
    text = text.replace("schema: 1", "schema: 1\ncolour: blue")

    refused = published(scene, text, **{"If-Match": f'"{before["version"]}"'})
    checked = scene.ops("POST", "/v1/plan/check", text, role="viewer")

    paths = {fault["path"] for fault in json.loads(refused.text)["faults"]}
    assert (refused.code, refused.headers["content-type"]) == (422, PROBLEM)
    assert {"colour", "channels.chatwoot-eu.kind", "desks.nantes.capacity.rate"} <= paths
    assert "purposes.order.routes.fr[0]" in paths
    assert json.loads(checked.text)["faults"] == json.loads(refused.text)["faults"]
    assert scene.read("/v1/plan")["version"] == before["version"]


@pytest.mark.parametrize("text", ["", "- a list", "{", "a: &a [*a]", "schema: [1", "é: \x00"])
def test_what_is_no_plan_at_all_is_refused_likewise(scene, text):
    refused = published(scene, text, **{"If-Match": tag(scene)})

    assert refused.code in (400, 422)
    assert refused.headers["content-type"] == PROBLEM


def test_an_order_that_would_leave_too_few_channels_is_refused(planning):
    first = {"kind": "force_down", "scope": "desk:paris", "until": 5, "reason": "a test"}
    given = planning.ops("POST", "/v1/orders", first, {"If-Match": tag(planning, "/v1/orders")})
    second = {**first, "scope": "desk:lille"}

    refused = planning.ops("POST", "/v1/orders", second, {"If-Match": tag(planning, "/v1/orders")})

    assert given.code == 201
    assert refused.code == 409
    assert json.loads(refused.text)["rules"][0]["purpose"] == "order"


def test_what_does_not_exist_is_said_to_be_unknown_by_name(scene):
    asked = {
        "/v1/health/no-such": "unknown-channel",
        f"/v1/contacts/{'0' * 32}": "unknown-contact",
        "/v1/contacts?channel=no-such&party=a": "unknown-channel",
        "/v1/plan/versions/999999": "unknown-plan-version",
    }

    answers = {path: scene.ops("GET", path) for path in asked}

    assert {answer.code for answer in answers.values()} == {404}
    types = {path: json.loads(answer.text)["type"].rpartition("/")[2] for path, answer in answers.items()}
    assert types == asked


def test_a_dry_run_decides_as_the_real_thing_and_stores_nothing(scene):
    asked = {"channel": "shop", "text": "commande", "party": sides.person("form")}

    decided = json.loads(scene.ops("POST", "/v1/decisions", asked, role="viewer").text)

    decision = decided.get("decision", decided)
    assert decision["desk"] == "paris"
    assert rejected(decision) == {"lille": "lower_rank", "nantes": "lower_rank"}
    assert scene.read(f"/v1/contacts?channel=shop&party={asked['party']}")["contacts"] == []
