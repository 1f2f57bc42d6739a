"""What lies in object storage for a vendor that gets no answer: always there, never secret, true to plan and orders."""

from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

from chalicelib.channels import Capability, kind, kinds
from chalicelib.domain.orders import Order, OrderKind, Orders
from tests.world import PLAN, World

VOICE = PLAN.replace(
    "desks:\n",
    """\
  phone-fr: {kind: twilio_voice, account: "+33155500000", market: fr, settings: {account_sid: AC1}}
  phone-uk: {kind: twilio_voice, account: "+44155500000", market: uk, settings: {account_sid: AC1, language: en}}
  sms-fr: {kind: twilio_sms, account: "+33155500000", market: fr, settings: {account_sid: AC1}}
desks:
  waiting: {channel: phone-fr, target: {queue: all}, media: [voice]}
  line-1: {channel: phone-fr, target: {number: "+33155500001"}, media: [voice], ring: 15}
  line-2: {channel: box-b, target: {number: "+33155500002"}, media: [voice]}
""",
    1,
).replace(
    "purposes:\n",
    "purposes:\n  call: {match: [{channel: phone-fr}], routes: {fr: [waiting, line-1, line-2]}}\n",
)
DESKS = ("waiting", "line-1", "line-2")


@pytest.fixture
def world():
    return World(VOICE)


def said(world, channel="phone-fr"):
    """What the document does, in its order: the names and texts of its verbs."""
    verbs = ET.fromstring(world.ports.snapshots.read_feed(f"fallback/{channel}.xml"))  # noqa: S314 - our own
    return [(verb.tag, "".join(verb.itertext())) for verb in verbs]


def order(world, scopes, which=OrderKind.FORCE_DOWN, reply=None):
    now = world.clock.now()
    given = tuple(
        Order(
            id=f"o-{scope}", kind=which, scope=scope, owner="ada", reason="r", since=now,
            until=now + timedelta(hours=2), reply=reply or {},
        )
        for scope in scopes
    )  # fmt: skip
    version = world.ports.orders.read().version + 1
    world.ports.orders.write(Orders(version=version, given=given))
    world.clock.advance(1)
    world.wired.tick.flip()


def test_a_caller_is_put_through_to_the_first_number_of_the_plan(world):
    assert said(world) == [
        ("Say", "Un instant, nous vous mettons en relation."),
        ("Dial", "+33155500001"),
    ]


def test_a_number_that_is_forced_down_is_left_out(world):
    order(world, ["desk:line-1"])

    assert said(world)[-1] == ("Dial", "+33155500002")


def test_without_any_number_the_caller_hears_words_in_the_channels_language(world):
    (verb, words), hangup = said(world, "phone-uk")

    assert (verb, hangup[0]) == ("Say", "Hangup")
    assert words.startswith("A technical fault")


def test_while_a_window_closes_every_desk_its_own_words_are_said(world):
    reply = {"fr": "Nous déménageons, rappelez lundi.", "en": "We are moving, call on Monday."}
    order(world, [f"desk:{desk}" for desk in DESKS], OrderKind.MAINTENANCE, reply)

    assert said(world) == [("Say", "Nous déménageons, rappelez lundi."), ("Hangup", "")]


def test_who_texts_is_told_that_nobody_read_it(world):
    ((verb, words),) = said(world, "sms-fr")

    assert verb == "Message"
    assert "renvoyer" in words


def test_a_document_is_written_again_only_when_it_changes(world):
    written = []
    feed = world.ports.snapshots.feed
    world.ports.snapshots.feed = lambda name, text: (written.append(name), feed(name, text))
    world.clock.advance(60)
    world.wired.tick.flip()
    before = [name for name in written if name.startswith("fallback/")]
    order(world, ["desk:line-1"])

    assert before == []
    assert [name for name in written if name.startswith("fallback/")] == ["fallback/phone-fr.xml"]


def test_there_is_one_for_each_channel_whose_vendor_looks_elsewhere(world):
    names = {name for name in world.ports.snapshots._feeds if name.startswith("fallback/")}

    assert names == {"fallback/phone-fr.xml", "fallback/phone-uk.xml", "fallback/sms-fr.xml"}
    assert [name for name in kinds() if Capability.FALLBACK in kind(name).capabilities] == [
        "twilio_sms",
        "twilio_voice",
    ]


def test_no_document_holds_a_secret_or_a_person(world):
    world.ports.secrets.channels["phone-fr"] = {"auth_token": ("the-token",)}
    world.say("my secret words", person="ann@example.org")
    world.minute()
    texts = " ".join(
        text for name, text in world.ports.snapshots._feeds.items() if name.startswith("fallback/")
    )

    assert "the-token" not in texts
    assert "ann@example.org" not in texts
    assert "AC1" not in texts
