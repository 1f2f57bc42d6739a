"""The capacity posture on the whole stack: what an order, or with BASCULE_DRILL=full a surge, sets at AWS's own API.

The stack asks its IAM for other actions than AWS does where triggers and provisioned concurrency are changed, and so
refuses them to the function's own role: those levers stay `pending` here, and it is seen that they are told so.
"""

import json
import os
import time
from collections import Counter
from datetime import UTC, datetime
from functools import partial

import pytest

from chalicelib.domain.detection.usual import HALVES, Usual, dump_usual
from infra.local.scene import until
from tests.e2e.watching import DESKS, HIDDEN_FOR, in_the_end

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket, pytest.mark.timeout(400)]

FULL = os.environ.get("BASCULE_DRILL") == "full"
CAPACITY = """
capacity:
  monthly_cost_cap: 50
  alert: {deliveries: {normal: 30}}
  crisis: {deliveries: {normal: 40}, requests: {rate: 3000, burst: 1500}, intake_provisioned: 2}
"""
CROWD = 60
COUNTED = 45
"""Of the crowd at least: a container writes every ten seconds, and keeps its last ones until its next contact."""
RATE = 50
"""What the local plan's fastest desks take in a second."""
STREAM, USUAL = "surge/order/fr", 3
"""Contacts a minute. The crowd is twenty times that, so that on a machine half as fast it is still ten times."""


@pytest.fixture
def ready(planning):
    """The scene with a plan that has postures; afterwards the plan without them takes everything back."""
    plan = planning.read("/v1/plan")
    named = {"If-Match": f'"{plan["version"]}"', "X-Reason": "postures"}
    assert planning.ops("PUT", "/v1/plan", plan["text"] + CAPACITY, named).code == 200
    return planning


def ordered(scene, posture):
    tag = scene.ops("GET", "/v1/orders").headers["etag"]
    order = {"kind": "posture", "scope": f"capacity:{posture}", "until": 10, "reason": "a test"}
    given = scene.ops("POST", "/v1/orders", order, {"If-Match": tag}, "operator")
    assert given.code == 201, given.text


def lifted(scene):
    for order in scene.read("/v1/orders")["orders"]:
        tag = scene.ops("GET", "/v1/orders").headers["etag"]
        assert scene.ops("DELETE", f"/v1/orders/{order['id']}", headers={"If-Match": tag}).code == 200


def at_aws(scene):
    """How many requests a second vendors' doors let through; the stack keeps what is patched beside what was there."""
    stage = scene.stack.client("apigateway").get_stage(
        restApiId=scene.stack.outputs["RestAPIId"], stageName="api"
    )
    doors = [each for key, each in stage["methodSettings"].items() if key.endswith("{channel}/POST")]
    return max(each["throttlingRateLimit"] for each in doors)


def throttled(scene, rate):
    """True once it is so; the minute's look is taken at once."""
    scene.tick()
    return at_aws(scene) == rate


def posture(scene):
    return scene.read("/v1/capacity")["posture"]


def test_an_order_opens_the_door_wider_and_another_takes_it_back(ready):
    before = at_aws(ready)

    ordered(ready, "crisis")
    until(lambda: throttled(ready, 3_000.0), "the door of a crisis", 60)
    told = ready.read("/v1/capacity")
    lifted(ready)
    ordered(ready, "calm")
    until(lambda: throttled(ready, before), "the door is as wide as before", 60)

    assert before == 2_000.0
    assert (told["posture"], told["because"], told["money"]["capped"]) == ("crisis", "order", False)
    assert told["money"]["hourly_usd"] > 0
    assert set(told["pending"]) <= {"deliveries.normal", "intake_provisioned"}
    until(lambda: posture(ready) == "calm", "it is calm again", 30)


@pytest.mark.skipif(not FULL, reason="a drill of three minutes: BASCULE_DRILL=full")
def test_ten_times_the_usual_moves_it_by_itself_and_nothing_is_lost(ready):
    seed(ready)

    began = time.monotonic()
    for person in range(CROWD):  # in a minute: one each second, or later where the machine is
        until(lambda second=began + person: time.monotonic() >= second, "their second", 2)
        until(partial(heard, ready, f"crowd-{person}"), "the door takes it", 60)
    until(lambda: posture(ready) == "crisis", "a surge is a crisis", 150)

    assert at_aws(ready) == 3_000.0
    assert stream(ready)["attempts"] >= COUNTED
    assert stream(ready)["people"] >= COUNTED
    in_the_end(ready, lambda: not missing(ready), "everybody is handed over", HIDDEN_FOR + 60)
    assert busiest_second(ready) <= RATE
    assert [word["after"] for word in written(ready)][-1] == "crisis"


def stream(scene):
    """What is counted of the crowd's stream."""
    [found] = [each for each in scene.read("/v1/capacity")["streams"] if each["purpose"] == "order"]
    return found


def busiest_second(scene):
    """The most that one desk was handed within a second of its clock."""
    taken = [(desk, int(entry.at)) for desk in DESKS for entry in scene.fakes.taken(desk)]
    return max(Counter(taken).values())


def written(scene):
    """The changes of posture in the ledger of this hour and the last, in order."""
    table, client = scene.stack.outputs["LedgerTable"], scene.stack.client("dynamodb")
    pages = client.get_paginator("scan").paginate(TableName=table)
    items = [item for page in pages for item in page["Items"] if item["pk"]["S"].startswith("capacity#")]
    ordered = sorted(items, key=lambda item: (item["pk"]["S"], int(item["seq"]["N"])))
    return [json.loads(item["entry"]["S"]) for item in ordered]


def heard(scene, person):
    """True when the door took it; whoever gets no answer asks again."""
    try:
        return scene.contact("form", person, "is it true?").code in (200, 202)
    except OSError:
        return False


def seed(scene):
    """What weeks would have taught."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    until_ = now.replace(minute=now.minute // 30 * 30)
    usual = Usual(
        path=STREAM, until=until_, version=1, learned=HALVES * 6, sums=(USUAL * 30.0 * 5,) * HALVES,
        weights=(5.0,) * HALVES, spread=0.02 * 1e6, spread_weight=1e6,
    )  # fmt: skip
    item = {"pk": {"S": f"traffic/usual#{STREAM}"}, "version": {"N": "1"}, "text": {"S": dump_usual(usual)}}
    scene.stack.client("dynamodb").put_item(TableName=scene.stack.outputs["HealthTable"], Item=item)


def missing(scene):
    """Who of the crowd was not handed over yet, if only because a bell or an answer was lost."""
    served = {row["party"] for row in scene.contacts() if row["channel"] == "shop" and row["served_by"]}
    return {f"crowd-{person}" for person in range(CROWD)} - served
