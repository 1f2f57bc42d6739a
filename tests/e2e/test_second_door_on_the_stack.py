"""The door that needs no function, on the gateway: held by the queue, proven at replay; and where vendors look else."""

import time
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chalicelib.channels import kind
from infra.local.fakes.vendors import post
from infra.local.fault_proxy import Fault, FaultProxy
from tests.e2e import sides
from tests.e2e.test_nothing_doubled import taken_texts
from tests.e2e.watching import (
    doubled,
    in_the_end,
    log_lines,
    overflow_empties,
    overflowing,
    replay_stopped,
    stored,
)

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]


def second(scene, channel):
    return scene.hook(channel).replace("/hooks/", "/second-door/")


def senders(scene):
    """A genuine request for the second door of each of three vendors, by the text."""
    shop, text, page = (sides.fresh(what) for what in ("shop", "sms", "page"))
    odd = f'{shop} & l\'été = 100 % $x #y "z" \\n'
    told = [
        ("From", sides.number()),
        ("To", scene.fakes["twilio"].provider.account),
        ("Body", f"{text} ça + va ?"),
    ]
    messenger = sides.messenger(scene).text(sides.person("messenger"), f"{page} ☎", page, datetime.now(UTC))
    return {
        odd: replace(sides.form(scene, shop, sides.number(), odd), url=second(scene, "shop")),
        f"{text} ça + va ?": sides.twilio(
            scene, second(scene, "sms-fr"), [("MessageSid", text), ("SmsStatus", "received"), *told]
        ),
        f"{page} ☎": replace(messenger, url=second(scene, "messenger-fr")),
    }


def taken_in(scene):
    """The front function's lines of contacts it took, held or refused: not what desks tell it of older ones."""
    told = ("Accepted", "Refused", "Overflowed")
    return [line for line in log_lines(scene, "APIHandler") if any(line.get(name) for name in told)]


@pytest.mark.timeout(600)
def test_without_any_function_requests_are_held_and_each_genuine_one_is_served_once(scene):
    made, eve = senders(scene), sides.fresh("eve")
    genuine = replace(sides.form(scene, eve, eve, "forged"), url=second(scene, "shop"))
    forged = replace(genuine, body=genuine.body.replace(b"forged", b"FORGED"))

    overflow_empties(scene)
    before = len(taken_in(scene))

    with replay_stopped(scene):
        answers = [post(one) for one in (*made.values(), forged)]
        held = overflowing(scene)

    assert [(answer.code, answer.text) for answer in answers] == [(200, "")] * 4
    assert held == 4
    assert taken_in(scene)[before:] == []
    in_the_end(scene, lambda: all(taken_texts(scene)[text] for text in made), "the replay", 60)
    assert [text for text in made if taken_texts(scene)[text] != 1] == []
    overflow_empties(scene)
    assert eve not in stored(scene, "shop")
    assert doubled(scene) == []
    assert "forged" in [line.get("refusal") for line in log_lines(scene, "ReplayOverflow")]
    assert post(replace(forged, url=scene.hook("shop"))).code == 401
    in_the_end(scene, lambda: len(taken_in(scene)) > before, "the front function's own line", 30)


def test_while_the_table_hangs_contacts_are_held_before_their_vendors_give_up(scene):
    names, waits = [sides.fresh("shop") for _ in range(4)], []

    with (
        FaultProxy(scene.stack.endpoint, {Fault.HANG: 1.0}) as proxy,
        scene.stack.changed_environment("APIHandler", AWS_ENDPOINT_URL_DYNAMODB=proxy.url),
    ):
        for name in names:
            began = time.monotonic()
            answer = post(sides.form(scene, name, sides.number(), name), patience=30)
            waits.append(time.monotonic() - began)
            assert answer.code in (200, 202)

    assert proxy.counted[Fault.HANG] >= 1
    assert sorted(waits)[2] < kind("webhook").deadline.total_seconds()
    in_the_end(scene, lambda: all(taken_texts(scene)[name] for name in names), "the replay", 90)
    assert [name for name in names if taken_texts(scene)[name] != 1] == []


def test_what_is_no_text_is_not_taken(scene):
    picture = replace(
        sides.form(scene, "k", "ann", "x"),
        url=second(scene, "shop"),
        headers={"Content-Type": "image/png"},
        body=b"\x89PNG\xff\x00",
    )

    assert post(picture).code == 415


def test_the_vendor_finds_a_document_where_it_looks_when_we_do_not_answer(scene):
    with urllib.request.urlopen(f"{scene.stack.front_door_url}/fallback/phone-fr.xml", timeout=10) as found:
        text, media_type = found.read().decode(), found.headers["Content-Type"]

    assert media_type == "text/xml; charset=utf-8"
    assert "<Dial" in text
    assert "+33155500001" in text
