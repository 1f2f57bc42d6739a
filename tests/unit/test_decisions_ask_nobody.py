"""Taking a contact and deciding about it needs our own stores at most: no vendor is asked while somebody waits."""

import pytest

from chalicelib.http_types import Request
from infra.local.fakes.vendor_twilio import Twilio
from tests.world import PLAN, World

VOICE = PLAN.replace(
    "desks:\n",
    """\
  phone-fr: {kind: twilio_voice, account: "+33155500000", market: fr, settings: {account_sid: AC1}}
desks:
  waiting: {channel: phone-fr, target: {queue: all}, media: [voice]}
""",
    1,
).replace("purposes:\n", "purposes:\n  call: {match: [{channel: phone-fr}], routes: {fr: [waiting]}}\n")


@pytest.fixture
def world():
    return World(VOICE)


def test_taking_a_contact_and_deciding_about_it_calls_no_vendor(world):
    world.ports.secrets.channels["phone-fr"] = {"auth_token": ("t",)}
    line = Twilio(
        url="https://bascule.example/hooks/phone-fr", account_sid="AC1", number="+33155500000", auth_token="t"
    )
    signed = line.call("+33600000001", "CA1")
    request = Request(
        url="/hooks/phone-fr", headers={n.lower(): v for n, v in signed.headers.items()}, body=signed.body
    )
    world.desks.calls.clear()
    written = world.say()
    called = world.wired.acceptance.receive("phone-fr", request, world.clock.now()).answer

    assert written.code == 202
    assert "<Enqueue" in called.body
    assert world.desks.calls == []
