"""Idempotency-Key: what was done is not done again, whoever asks again gets the first answer, and little is kept."""

import json
from dataclasses import replace

import pytest

from chalicelib.domain.access.repeats import MOST_BYTES, RUNNING, answered
from chalicelib.domain.model import row_key
from chalicelib.handlers.admission import admitted
from chalicelib.handlers.asked import Asked, Said
from chalicelib.handlers.operations import VIEWS
from chalicelib.handlers.repeats import keeps, once
from chalicelib.service.operate.refusals import Unkept
from chalicelib.service.operate.roles import LEAST, Role
from tests.unit.operations_side import Operations, down, operator

ORDER = {"kind": "drain", "scope": "desk:desk-a", "until": "2026-03-02T12:00:00Z", "reason": "a test"}
KEY = {"idempotency-key": "order-2026-03-02-1"}
MATCH = {"if-match": '"0"'}


@pytest.fixture
def api():
    return Operations()


def give(api, order=ORDER, *, key=KEY, role="operator", version=0):
    return api.ask("POST", "/v1/orders", order, role=role, headers={"if-match": f'"{version}"', **key})


def test_the_same_request_again_is_answered_as_at_first_and_not_done_again(api):
    first = give(api)
    api.world.clock.advance(3600)
    again = give(api)

    assert (first.code, again.code) == (201, 201)
    assert again.text == first.text
    assert again.headers["ETag"] == first.headers["ETag"]
    assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (
        None,
        "true",
    )
    assert api.ask("GET", "/v1/orders").json["version"] == 1


def test_without_the_key_the_second_is_told_that_somebody_was_faster(api):
    give(api, key={})

    assert give(api, key={}).code == 412


@pytest.mark.parametrize(
    "other",
    [
        ORDER | {"until": "2026-03-02T12:30:00Z"},
        ORDER | {"reason": "another"},
        ORDER | {"scope": "desk:desk-b"},
    ],
)
def test_the_same_key_for_another_request_is_refused(api, other):
    give(api)

    refused = give(api, other)

    assert (refused.code, refused.problem) == (422, "key-reused")
    assert api.ask("GET", "/v1/orders").json["version"] == 1


def test_the_same_key_for_another_version_or_route_is_another_request(api):
    give(api)

    assert give(api, version=1).problem == "key-reused"
    assert (
        api.ask("POST", "/v1/maintenance", ORDER, headers=MATCH | KEY, role="operator").problem
        == "key-reused"
    )


def test_the_same_key_of_another_caller_is_another_key(api):
    api.ports.secrets.tokens["o2"] = operator("operator")
    give(api)

    other = give(api, role="o2", version=1)

    assert other.code == 201
    assert other.json["order"]["owner"] == "o2"


def test_while_the_first_runs_the_second_is_told_to_wait(api):
    seen = []
    inner = api.ports.orders.write

    def meanwhile(orders):
        seen.append(give(api))
        inner(orders)

    api.ports.orders.write = meanwhile
    first = give(api)
    api.ports.orders.write = inner

    assert first.code == 201
    assert [(one.code, one.problem, one.headers["Retry-After"]) for one in seen] == [
        (409, "still-running", "5")
    ]
    assert give(api).text == first.text


def test_a_refused_request_did_nothing_and_leaves_its_key_free(api):
    assert give(api, ORDER | {"scope": "desk:no-such"}).code == 404

    assert give(api).code == 201


def test_a_request_that_a_store_kept_from_its_work_can_be_sent_again(api):
    with down(api.ports.orders):
        assert give(api).code == 503

    assert give(api).code == 201


def test_a_request_whose_function_died_can_be_sent_again_after_a_minute(api):
    inner = api.ports.orders.write
    api.ports.orders.write = lambda _: 1 / 0
    died = give(api)
    api.ports.orders.write = inner

    assert died.code == 500
    assert give(api).problem == "still-running"
    api.world.clock.advance(RUNNING.total_seconds())
    assert give(api).code == 201


def test_when_keys_cannot_be_remembered_nothing_is_done(api):
    with down(api.ports.repeats):
        assert give(api).problem == "unavailable"

    assert api.ask("GET", "/v1/orders").json["version"] == 0


def test_an_answer_that_cannot_be_kept_is_given_all_the_same(api):
    inner = api.ports.orders.write

    def and_then_down(orders):
        inner(orders)
        api.ports.repeats.down = True

    api.ports.orders.write = and_then_down
    first = give(api)
    api.ports.repeats.down = False

    assert first.code == 201
    assert give(api).problem == "still-running"


def test_a_day_later_the_key_is_free(api):
    give(api)
    api.world.clock.advance(86_400)

    assert give(api, ORDER | {"until": 5}, version=1).code == 201


@pytest.mark.parametrize("key", ["", "short", "a" * 129, "white space here", "é" * 10, '""', "a\nb-c-d-e-f"])
def test_what_is_no_key_is_named(api, key):
    refused = give(api, key={"idempotency-key": key})

    assert refused.code == 400
    assert [fault["path"] for fault in refused.json["faults"]] == ["Idempotency-Key"]


def test_a_key_in_quotes_is_the_same_key(api):
    give(api)

    assert (
        give(api, key={"idempotency-key": f'"{KEY["idempotency-key"]}"'}).headers["Idempotency-Replayed"]
        == "true"
    )


def test_every_post_that_changes_something_takes_a_key_and_no_other_route_does():
    takes = {(method, path) for method, path in VIEWS if keeps(method, path)}

    assert takes == {route for route in VIEWS if route[0] == "POST" and LEAST[route] is not Role.VIEWER}
    assert ("POST", "/v1/orders") in takes
    assert ("POST", "/v1/people/erase") in takes
    assert ("POST", "/v1/decisions") not in takes


@pytest.mark.parametrize("what", ["redrive", "settle"])
def test_nothing_of_a_person_is_kept_and_who_asks_again_sees_what_a_viewer_sees(api, what):
    api.world.say(id_="m1", person="+33612345678", text="ma carte")
    key = row_key("shop", "", "m1")
    work = api.ports.contacts.get(key).work
    api.ports.contacts.save(key, replace(work, state=type(work.state)("unknown"), version=work.version + 1))

    first = api.ask("POST", f"/v1/contacts/{key}/{what}", {"went": False}, headers=KEY)
    again = api.ask("POST", f"/v1/contacts/{key}/{what}", {"went": False}, headers=KEY)

    assert first.code == again.code == 202
    assert "+33612345678" in first.text
    assert again.json["contact"].keys() == first.json["contact"].keys()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "612345678" not in again.text + str(api.ports.repeats.kept)
    assert KEY["idempotency-key"] not in str(api.ports.repeats.kept)


def test_an_answer_beyond_a_hundred_kilobytes_is_not_kept_and_said_so(api):
    asked = Asked(method="POST", route="/v1/orders", headers=KEY)
    done = []

    def long(asked, post):
        done.append(asked)
        return Said(body={"text": "é" * MOST_BYTES}, code=202)

    with_post = posted(api)
    first = once(asked, with_post, long)
    with pytest.raises(Unkept, match="202"):
        once(asked, with_post, long)

    assert first.code == 202
    assert len(done) == 1


def posted(api):
    return admitted(api.world.wired, Asked(method="GET", route="/v1/whoami"), "a1")


def test_an_answer_just_within_the_bound_is_kept():
    assert answered("r", 200, "a" * (MOST_BYTES - 2), {}).text == json.dumps("a" * (MOST_BYTES - 2))
    assert answered("r", 200, "a" * (MOST_BYTES - 1), {}).text is None
