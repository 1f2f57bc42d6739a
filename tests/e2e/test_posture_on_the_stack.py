"""The capacity posture on the whole stack: what an order, or with BASCULE_DRILL=full a surge, sets at AWS's own API.

The stack asks its IAM for other actions than AWS does where triggers and provisioned concurrency are changed, and so
refuses them to the function's own role: those levers stay `pending` here, and it is seen that they are told so.
"""

import json
import os
import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest

from chalicelib.domain.detection.usual import HALVES, Usual, dump_usual
from chalicelib.domain.surge.posture import Stance
from chalicelib.domain.surge.record import read_stance, stance_text
from infra.local.fakes.subscriber import events_of
from infra.local.scene import until
from tests.e2e.pacing import arrivals, overrun, slower
from tests.e2e.watching import DESKS, HIDDEN_FOR, in_the_end, publish, undone

FULL = os.environ.get("BASCULE_DRILL") == "full"
pytestmark = [pytest.mark.stack, pytest.mark.enable_socket, pytest.mark.timeout(3600 if FULL else 400)]

CAPACITY = """
capacity:
  monthly_cost_cap: 50
  alert: {deliveries: {normal: 30}}
  crisis: {deliveries: {normal: 40}, requests: {rate: 3000, burst: 1500}, intake_provisioned: 2}
"""
CROWD = 60
COUNTED = 45
"""Of the crowd at least: a container writes every ten seconds, and keeps its last ones until its next contact."""
RATE = 1
"""What each of two desks takes in a second: less than the crowd is."""
WIDE = 2_000.0
"""Requests a second that the vendors' doors let through on a calm day."""
STREAM, USUAL = "surge/order/fr", 3
"""Contacts a minute. The crowd is twenty times that, so that on a machine half as fast it is still ten times."""
ON_TARGET, TARGET = 0.95, 30.0
"""The share of urgent contacts that a desk has within so many seconds of our answer, whoever else waits."""
URGENT = """  fire:
    match: [{channel: shop, keywords: [fire]}]
    lane: urgent
    deadline: 4h
    routes: {fr: [paris, lille]}
"""
CAP = 0.05
"""USD: a plan's cap must pay for a first hour of its crisis; the test then writes that it is all spent."""
BACK_WITHIN = 45 * 60
"""Seconds: a crisis and then an alert each end after a quarter of an hour of quiet, and no sooner than they may."""


@pytest.fixture
def ready(planning):
    """The scene with a plan that has postures; afterwards the plan without them takes everything back."""
    publish(planning, planning.read("/v1/plan")["text"] + CAPACITY)
    return planning


def ordered(scene, posture):
    tag = scene.ops("GET", "/v1/orders").headers["etag"]
    order = {"kind": "posture", "scope": f"capacity:{posture}", "until": 10, "reason": "a test"}
    given = scene.ops("POST", "/v1/orders", order, {"If-Match": tag}, "operator")
    assert given.code == 201, given.text


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
    undone(ready, "/v1/orders", "orders")
    ordered(ready, "calm")
    until(lambda: throttled(ready, before), "the door is as wide as before", 60)

    assert before == WIDE
    assert (told["posture"], told["because"], told["money"]["capped"]) == ("crisis", "order", False)
    assert told["money"]["hourly_usd"] > 0
    assert set(told["pending"]) <= {"deliveries.normal", "intake_provisioned"}
    until(lambda: posture(ready) == "calm", "it is calm again", 30)


def test_without_money_nothing_that_costs_is_raised_and_that_is_told(ready):
    publish(ready, ready.read("/v1/plan")["text"].replace("monthly_cost_cap: 50", f"monthly_cost_cap: {CAP}"))
    until(lambda: spent(ready), "the month's money is gone", 30)
    before = ready.read("/v1/capacity")
    ready.fakes["subscriber"].stage.journal.clear()

    ordered(ready, "crisis")
    until(lambda: throttled(ready, 3_000.0), "the door of a crisis, which is free", 60)
    told = ready.read("/v1/capacity")
    until(lambda: moves(ready), "a subscriber hears of it", 60)
    entry = written(ready)[-1]
    undone(ready, "/v1/orders", "orders")
    ordered(ready, "calm")
    until(lambda: throttled(ready, WIDE), "the door is as wide as before", 60)

    assert (told["posture"], told["money"]["capped"]) == ("crisis", True)
    assert told["money"]["hourly_usd"] <= before["money"]["hourly_usd"]
    assert told["settings"]["intake_provisioned"] <= before["settings"]["intake_provisioned"]
    assert told["settings"]["requests.rate"] == 3_000
    assert (entry["after"], entry["capped"]) == ("crisis", "true")
    assert [(each["after"], each["capped"]) for each in moves(ready)][:1] == [("crisis", True)]


def spent(scene):
    """Write into the stance that the cap is used up; True once the product says so, whoever wrote meanwhile."""
    table, client = scene.stack.outputs["PlansTable"], scene.stack.client("dynamodb")
    key = {"pk": {"S": "stance"}, "version": {"N": "0"}}
    item = client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
    before = read_stance(item["text"]["S"]) if item else Stance()
    month = f"{datetime.now(UTC):%Y-%m}"
    after = replace(before, version=before.version + 1, month=month, spent=CAP)
    text = {"text": {"S": stance_text(after)}, "revision": {"N": str(after.version)}}
    client.put_item(TableName=table, Item=key | text)
    return scene.read("/v1/capacity")["money"]["spent_usd"] >= CAP


def heard_of(scene):
    """Where to, and why, of each of these changes."""
    return [(each["after"], each["because"]) for each in moves(scene)]


def moves(scene):
    """The changes of posture that the subscriber has heard of."""
    events = events_of(scene.fakes.taken("subscriber"))
    return [event["data"] for event in events if event["type"] == "capacity.posture.changed"]


@pytest.mark.skipif(not FULL, reason="a drill of forty minutes: BASCULE_DRILL=full")
def test_ten_times_the_usual_moves_it_by_itself_nothing_is_lost_and_it_comes_back(ready):
    publish(
        ready, slower(ready.read("/v1/plan")["text"], RATE).replace("  order:\n", f"{URGENT}  order:\n", 1)
    )
    seed(ready)

    began, urgent = time.monotonic(), {}
    for person in range(CROWD):  # in a minute: one each second, or later where the machine is
        until(lambda second=began + person: time.monotonic() >= second, "their second", 2)
        until(partial(heard, ready, f"crowd-{person}", "is it true?"), "the door takes it", 60)
        if person % 5 == 4:
            until(partial(heard, ready, f"fire-{person}", "fire!"), "the door takes this, too", 60)
            urgent[f"fire-{person}"] = time.time()
    until(lambda: posture(ready) == "crisis", "a surge is a crisis", 150)

    assert at_aws(ready) == 3_000.0
    assert stream(ready)["attempts"] >= COUNTED
    assert stream(ready)["people"] >= COUNTED
    in_the_end(ready, lambda: not missing(ready, urgent), "everybody is handed over", HIDDEN_FOR + 60)
    assert overrun(arrivals(ready, ("fire!", "is it true?")), RATE) == {}
    assert [word["after"] for word in written(ready)][-1] == "crisis"
    assert on_target(ready, urgent) >= ON_TARGET

    until(lambda: posture(ready) == "calm", "it comes back by itself", BACK_WITHIN)
    assert at_aws(ready) == WIDE
    came_back = [("alert", "quiet"), ("calm", "quiet")]
    assert [(word["after"], word["because"]) for word in written(ready)][-2:] == came_back
    until(lambda: heard_of(ready)[-2:] == came_back, "a subscriber hears of both", 60)


def on_target(scene, answered):
    """The share of these people's contacts that a desk had in time."""
    taken = {entry.key: entry.at for desk in DESKS for entry in scene.fakes.taken(desk)}
    waits = [
        taken[row["key"]] - answered[row["party"]] for row in scene.contacts() if row["party"] in answered
    ]
    return sum(wait <= TARGET for wait in waits) / len(waits)


def stream(scene):
    """What is counted of the crowd's stream."""
    [found] = [each for each in scene.read("/v1/capacity")["streams"] if each["purpose"] == "order"]
    return found


def written(scene):
    """The changes of posture in the ledger of this hour and the last, in order."""
    table, client = scene.stack.outputs["LedgerTable"], scene.stack.client("dynamodb")
    pages = client.get_paginator("scan").paginate(TableName=table)
    items = [item for page in pages for item in page["Items"] if item["pk"]["S"].startswith("capacity#")]
    ordered = sorted(items, key=lambda item: (item["pk"]["S"], int(item["seq"]["N"])))
    return [json.loads(item["entry"]["S"]) for item in ordered]


def heard(scene, person, words):
    """True when the door took it; whoever gets no answer asks again."""
    try:
        return scene.contact("form", person, words).code in (200, 202)
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


def missing(scene, urgent):
    """Who of the crowd, or of those in haste, was not handed over yet, if only because a bell or an answer was lost."""
    served = {row["party"] for row in scene.contacts() if row["channel"] == "shop" and row["served_by"]}
    return {*(f"crowd-{person}" for person in range(CROWD)), *urgent} - served
