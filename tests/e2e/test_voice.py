"""Calls, step by step as Twilio asks: each answer says what the caller hears next; action addresses as given."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from infra.local.fakes.vendors import post
from infra.local.scene import until
from tests.e2e import sides
from tests.e2e.watching import in_the_end, only_row, rejected, rows_of, settled

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

FIRST, SECOND = "+33155500001", "+33155500002"


def ring(scene, caller, sid, url="", **more):
    """The TwiML that answers a request of a call."""
    answer = post(sides.call(scene, caller, sid, url, **more))
    assert (answer.code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    return ET.fromstring(answer.text)  # noqa: S314 - our own answer


def dialled(twiml):
    """The number that is rung, or nothing."""
    return twiml.findtext("Dial/Number")


def force_down(scene, *lines):
    """Order lines down, and wait until a new call hears of it; one that was lifted a moment ago has to wait."""

    def given(line):
        tag = scene.ops("GET", "/v1/orders").headers["etag"]
        until_when = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
        order = {"kind": "force_down", "scope": f"desk:{line}", "until": until_when, "reason": "drill"}
        return scene.ops("POST", "/v1/orders", order, {"If-Match": tag}, role="operator").code == 201

    for line in lines:
        until(lambda line=line: given(line), f"{line} is ordered down", 15)
    settled(scene)  # that an order rings by itself is shown in test_front_door
    numbers = {"line-1": FIRST, "line-2": SECOND}
    gone = {numbers[line] for line in lines}
    until(lambda: dialled(ring(scene, sides.number(), sides.fresh("CA"))) not in gone, "the order holds", 15)


def test_with_the_first_line_down_the_very_response_dials_the_second(planning):
    caller = sides.number()
    force_down(planning, "line-1")

    answer = ring(planning, caller, sides.fresh("CA"))

    row = only_row(planning, "phone-fr", caller)
    assert dialled(answer) == SECOND
    assert row["decision"]["desk"] == "line-2"
    assert rejected(row["decision"])["line-1"] == "overridden"


def test_a_line_that_does_not_answer_is_followed_by_the_next_in_the_same_call(scene):
    caller, sid = sides.number(), sides.fresh("CA")
    first = ring(scene, caller, sid)

    second = ring(scene, caller, sid, first.find("Dial").get("action"), DialCallStatus="no-answer")
    end = ring(scene, caller, sid, second.find("Dial").get("action"), DialCallStatus="completed")

    assert (dialled(first), dialled(second), dialled(end)) == (FIRST, SECOND, None)
    until(lambda: states(scene, caller) == ["answered", "closed"], "both steps are told of", 20)
    answered = next(row for row in rows_of(scene, "phone-fr", caller) if row["state"] == "answered")
    assert answered["served_by"] == "line-2"


def test_with_both_lines_down_a_call_back_is_offered_and_key_one_brings_it_to_a_desk(planning):
    caller, sid = sides.number(), sides.fresh("CA")
    force_down(planning, "line-1", "line-2")

    offer = ring(planning, caller, sid)
    thanks = ring(planning, caller, sid, offer.find("Gather").get("action"), Digits="1")

    assert offer.findtext("Gather/Say")
    assert thanks.findtext("Say")
    in_the_end(
        planning, lambda: called_back(planning, caller) == ["paris"], "the call-back reaches a desk", 40
    )
    (asked,) = rows_of(planning, "phone-fr", caller, "callback")
    (taken,) = [entry for entry in planning.fakes.taken("desk-a") if entry.key == asked["key"]]
    assert caller in taken.text


def test_a_step_whose_state_was_changed_on_the_way_is_refused(scene):
    caller, sid = sides.number(), sides.fresh("CA")
    action = ring(scene, caller, sid).find("Dial").get("action")

    answer = post(sides.call(scene, caller, sid, action[:-4] + "AAAA", DialCallStatus="busy"))

    assert answer.code == 403


def test_the_same_request_of_a_call_twice_gets_the_same_answer_and_one_row(scene):
    caller, sid = sides.number(), sides.fresh("CA")

    first, again = ring(scene, caller, sid), ring(scene, caller, sid)

    assert dialled(first) == dialled(again) == FIRST
    assert len(rows_of(scene, "phone-fr", caller)) == 1


def states(scene, caller):
    return sorted(row["state"] for row in rows_of(scene, "phone-fr", caller))


def called_back(scene, caller):
    return [row["served_by"] for row in rows_of(scene, "phone-fr", caller, "callback")]
