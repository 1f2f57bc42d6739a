"""A shared route on the running product: drawn at the door, shifted by a tick, fixed by an order, back as planned."""

import json
from collections import Counter

import pytest

from infra.local.scene import until
from tests.e2e.watching import only_row, settled

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

ROUTE = "{fr: [paris, lille, nantes]}"
SHARED = "{fr: [{desk: paris, share: 70}, {desk: lille, share: 30}, nantes]}"
FIGURES = "shares: {slow: 1m, step: 20, every: 1h}\n"
SCOPE = "route:order#fr"
CONTACTS = 10


def change(scene, method, path, body, shelf):
    tag = scene.ops("GET", shelf).headers["etag"]
    answer = scene.ops(method, path, body, {"If-Match": tag, "X-Reason": "shares"})
    assert answer.code in (200, 201), answer.text
    return json.loads(answer.text)


def route(scene):
    (found,) = scene.read("/v1/shares")["shares"]
    return found["by"], [one["now"] for one in found["desks"]]


def drawn(scene, word, by):
    """The draws of so many contacts that come once the door goes by these shares."""
    asked = {"channel": "shop", "provider_id": word}

    def told():
        answer = scene.ops("POST", "/v1/decisions", asked)
        return json.loads(answer.text)["decision"]["draw"] or {}

    until(lambda: told().get("by") == by, f"shares by {by} are published", 30)
    people = [f"{word}-{number}" for number in range(CONTACTS + 1)]
    until(lambda: by_the_door(scene, people[0], by), f"the door goes by {by}", 30)
    settled(scene)  # its other containers, too
    for person in people[1:]:
        assert scene.contact("form", person, "Where is my order?").code == 202
    return [only_row(scene, "shop", person)["decision"] for person in people[1:]]


def by_the_door(scene, person, by):
    """True once the door decides by these shares; each try is another person's."""
    by_the_door.tries = getattr(by_the_door, "tries", 0) + 1
    one = f"{person}-{by_the_door.tries}"
    try:
        if scene.contact("form", one, "Where is my order?").code != 202:
            return False
    except OSError:
        return False
    return (only_row(scene, "shop", one)["decision"]["draw"] or {}).get("by") == by


def test_shares_are_drawn_shift_when_a_desk_is_slow_and_are_fixed_by_an_order(planning):
    text = planning.read("/v1/plan")["text"]
    staffed = text.replace("paris: {channel: box-a,", "paris: {channel: box-a, agents: 2, handling: 4m,")
    change(planning, "PUT", "/v1/plan", staffed.replace(ROUTE, SHARED) + FIGURES, "/v1/plan")
    planned = drawn(planning, "planned", "plan")

    assert planning.ops("PUT", "/v1/desks/paris/load", {"waiting": 50}).code == 200
    planning.tick()
    until(lambda: route(planning) == ("shift", [50, 50]), "the shares have shifted", 60)
    planning.tick()
    shifted = drawn(planning, "shifted", "shift")
    assert route(planning) == ("shift", [50, 50]), "one step in an hour"

    assert planning.ops("PUT", "/v1/desks/paris/load", {"waiting": 0}).code == 200
    wanted = {
        "kind": "shares",
        "scope": SCOPE,
        "until": 5,
        "reason": "drill",
        "shares": {"paris": 1, "lille": 99},
    }
    order = change(planning, "POST", "/v1/orders", wanted, "/v1/orders")["order"]
    fixed = drawn(planning, "fixed", "order")
    change(planning, "DELETE", f"/v1/orders/{order['id']}", None, "/v1/orders")

    assert {dict(pairs(one))["paris"] for one in planned} == {70}
    assert {dict(pairs(one))["paris"] for one in shifted} == {50}
    assert {dict(pairs(one))["paris"] for one in fixed} == {1}
    assert Counter(one["desk"] for one in fixed)["lille"] >= CONTACTS - 2  # less by chance in 1 of 9,000 runs
    assert all(one["desk"] == one["draw"]["shares"][0]["desk"] for one in (*planned, *shifted, *fixed))
    until(
        lambda: planning.tick() or route(planning) == ("plan", [70, 30]), "the plan's shares hold again", 60
    )


def pairs(decision):
    return [(one["desk"], one["share"]) for one in decision["draw"]["shares"]]
