"""`forward_to`: a vendor's request goes on to the present way as it came, and the vendor never waits for that."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.plan_document.faults import PlanRefused
from chalicelib.domain.plan_document.reader import read_plan
from chalicelib.http_types import Call, MaybeSent, NotSent, Request
from chalicelib.service.forward import ORIGINAL, call_of, passed_on
from chalicelib.service.forward_rows import SLICE, keep_forward
from chalicelib.service.operate.roles import Role
from chalicelib.service.operate.telling import contact
from chalicelib.service.wire import Held
from tests.world import PLAN, World

OLD = "old.example"
BESIDE = PLAN.replace(
    "kind: webhook, market: fr,", f'kind: webhook, market: fr, forward_to: "https://{OLD}/in",'
)
OBSERVED = BESIDE.replace("schema: 1", "schema: 1\nmode: observe", 1)


def forwards(world: World) -> list:
    return [row for row in world.ports.contacts.page(1000)[0] if row.kind.value == "forward"]


def passed(world: World) -> list:
    return [call for call in world.desks.calls if f"//{OLD}/" in call.url]


def killed(_: Call) -> None:
    raise SystemExit("the function was ended")


def test_the_body_goes_on_byte_for_byte_and_once():
    world = World(OBSERVED)
    body = {"type": "contact.message", "data": {"customer": {"id": "zoé"}, "text": "😀 \u2028 ok"}}
    request = world.signed(body, "m1")

    world.wired.acceptance.receive("shop", request, world.clock.now())
    world.run()

    assert [call.body for call in passed(world)] == [request.body]
    assert [call.url for call in world.desks.calls] == [f"https://{OLD}/in"]
    assert forwards(world)[0].work.state.value == "delivered"
    assert forwards(world)[0].work.attempts[0].detail == "http 200"


def test_where_the_plan_routes_both_ways_get_it():
    world = World(BESIDE)

    world.say()
    world.run()

    assert len(passed(world)) == 1
    assert len(world.desks.contacts("a.example")) == 1


@pytest.mark.parametrize("fault", [500, 503, 429, NotSent("no"), MaybeSent("late")], ids=str)
def test_a_target_that_fails_gets_it_until_it_takes_it(fault):
    world = World(OBSERVED)
    world.desks.fault[OLD] = fault
    answer = world.say()
    world.run()
    failed = forwards(world)[0].work.state.value

    world.desks.fault.clear()
    for _ in range(3):
        world.minute()

    assert (answer.code, failed) == (202, "deferred")
    assert forwards(world)[0].work.state.value == "delivered"
    assert len({call.body for call in passed(world)}) == 1


def test_a_target_that_refuses_the_request_itself_is_shown_to_a_person():
    world = World(OBSERVED)
    world.desks.fault[OLD] = 404
    world.say()
    world.run()

    for _ in range(6):
        world.minute()

    row = forwards(world)[0]
    assert (row.work.state.value, row.due_at) == ("dead", None)
    assert [one.detail for one in row.work.attempts] == ["http 404"] * 5


def test_after_a_day_it_is_over():
    world = World(OBSERVED)
    world.desks.fault[OLD] = 500
    world.say()
    world.run()

    world.clock.advance(86_400)
    world.wired.tick.minute()
    world.run()

    assert forwards(world)[0].work.state.value == "expired"


def test_a_sender_that_died_leaves_it_to_be_sent_again():
    world = World(OBSERVED)
    world.say()
    world.desks.on_call = killed
    with pytest.raises(SystemExit):
        world.run()
    world.desks.on_call = lambda _: None

    world.clock.advance(61)
    world.wired.tick.minute()
    world.run()

    assert forwards(world)[0].work.state.value == "delivered"
    assert len(passed(world)) == 2


def test_the_largest_body_that_we_take_goes_on_whole():
    world = World(OBSERVED)
    body = {"type": "contact.message", "data": {"customer": {"id": "ann"}, "text": "é" * 340_000}}
    request = world.signed(body, "m1")

    answer = world.wired.acceptance.receive("shop", request, world.clock.now()).answer
    world.run()

    assert (answer.code, len(request.body) > 2 * SLICE) == (202, True)
    assert [call.body for call in passed(world)] == [request.body]
    assert len(forwards(world)) == 4


def test_its_bytes_are_wiped_once_it_was_taken():
    world = World(OBSERVED)
    body = {"type": "contact.message", "data": {"customer": {"id": "ann"}, "text": "x" * 400_000}}

    world.wired.acceptance.receive("shop", world.signed(body, "m1"), world.clock.now())
    world.run()

    assert {row.contact.text for row in forwards(world)} == {""}
    assert all(row.work.state.final and row.due_at is None for row in forwards(world))


def test_what_the_stores_could_not_take_is_held_and_passed_on_once():
    world = World(OBSERVED)
    world.ports.contacts.down = True
    answer = world.say()
    world.ports.contacts.down = False

    world.run()

    assert answer.code == 200
    assert len(passed(world)) == 1
    assert world.row().work.state.value == "observed"


@pytest.mark.parametrize("again", [{"proven": True}, {"proven": True, "late": timedelta(minutes=3)}])
def test_what_was_kept_and_then_held_for_its_size_is_passed_on_once(again):
    world = World(OBSERVED)
    request = world.signed({"type": "contact.message", "data": {"customer": {"id": "a"}, "text": "t"}}, "m1")
    came = Held(channel="shop", request=request, at=world.clock.now(), proven=False)

    for held in (came, replace(came, **again)):
        keep_forward(world.ports.contacts, world.ports.queues, held)
    world.run()

    assert len(passed(world)) == 1


def test_what_is_passed_on_is_no_promise_to_a_person():
    world = World(OBSERVED)
    world.say()
    key = forwards(world)[0].key

    answered = world.wired.delivery.answered(key)

    assert (answered.came.value, answered.unserved) == ("delivered", None)


def test_a_repetition_by_the_vendor_goes_on_as_a_repetition():
    world = World(OBSERVED)
    request = world.signed({"type": "contact.message", "data": {"customer": {"id": "a"}, "text": "t"}}, "m1")

    for _ in range(2):
        world.wired.acceptance.receive("shop", request, world.clock.now())
        world.clock.advance(1)
    world.run()

    assert len(passed(world)) == 2


def test_receipts_and_what_is_nothing_to_us_go_on_too():
    world = World(OBSERVED)

    world.wired.acceptance.receive("shop", world.signed({"type": "hologram"}, "m1"), world.clock.now())
    world.run()

    assert [json.loads(call.body) for call in passed(world)] == [{"type": "hologram"}]


def test_the_address_that_was_called_is_told_for_schemes_that_sign_it():
    request = Request(url="https://bascule.example/hooks/sms?a=1&b=2", body=b"x", headers={"x-a": "1"})

    call = call_of("https://old.example/in", request)

    assert (call.url, call.headers[ORIGINAL]) == ("https://old.example/in?a=1&b=2", request.url)


def test_headers_of_the_connection_and_of_our_gateway_stay_behind():
    headers = {
        "host": "x", "connection": "close, x-hop", "x-hop": "1", "x-forwarded-for": "10.0.0.1", "via": "1.1 x",
        "x-amzn-trace-id": "t", "content-length": "3", "x-hub-signature-256": "s", "content-type": "c",
        "user-agent": "facebook", "cloudfront-viewer-country": "FR",
    }  # fmt: skip

    kept = passed_on(headers)

    assert kept == {"x-hub-signature-256": "s", "content-type": "c", "user-agent": "facebook"}


@pytest.mark.parametrize(
    "bad", ["http://old.example/in", "ftp://x", "https://u:p@old.example/", "https://x/?t=1"]
)
def test_only_plain_https_addresses_may_be_told(bad):
    with pytest.raises(PlanRefused) as refused:
        read_plan(BESIDE.replace(f"https://{OLD}/in", bad), 1)

    assert [fault.path for fault in refused.value.faults] == ["channels.shop.forward_to"]


def test_an_operator_sees_the_code_and_not_the_bytes():
    world = World(OBSERVED)
    world.desks.fault[OLD] = 500
    world.say(text="the-persons-words")
    world.run()

    told = contact(forwards(world)[0], Role.ADMIN)

    assert told["attempts"][0]["detail"] == "http 500"
    assert "the-persons-words" not in json.dumps(told)
