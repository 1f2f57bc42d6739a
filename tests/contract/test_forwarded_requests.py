"""Whatever a vendor signs is passed on so that the vendor's own check takes it at the other end, byte for byte."""

from random import Random
from urllib.parse import urlsplit

import pytest

from tests.fuzz.gallery import Gallery
from tests.fuzz.shots import Shot
from tests.fuzz.vendors import VENDORS, plan
from tests.soak.soaking import quiet
from tests.unit.test_observe_mode import settle

OLD = "https://old.example/webhooks"
BY_WEB = [vendor for vendor in VENDORS if vendor.kind != "ses_email"]
WRITTEN = [vendor for vendor in BY_WEB if vendor.kind != "twilio_voice"]
SIGNED = [vendor for vendor in WRITTEN if vendor.channel != "bot-fr"]
"""A bot's updates are proven by a word, which covers no body."""


def dice() -> Random:
    return Random(3)  # noqa: S311 - repeatable by its seed


def beside(mode: str = "observe") -> Gallery:
    """A world of all kinds, each channel with the address that it had before."""
    text = plan().replace("schema: 1", f"schema: 1\nmode: {mode}")
    for vendor in VENDORS:
        begin = f"  {vendor.channel}: {{kind: {vendor.kind}, "
        text = text.replace(begin, f"{begin}forward_to: {OLD}/{vendor.channel}, ")
    gallery = Gallery()
    gallery.world.publish(text)
    gallery.world.desks.calls.clear()
    gallery.world.desks.fault["old.example"] = 204
    return gallery


def passed_on(gallery: Gallery, vendor) -> list:
    return [call for call in gallery.world.desks.calls if call.url.startswith(f"{OLD}/{vendor.channel}")]


@pytest.mark.parametrize("vendor", WRITTEN, ids=lambda vendor: vendor.channel)
def test_what_is_passed_on_verifies_under_the_vendors_own_scheme(vendor):
    gallery, random = beside(), dice()
    now = gallery.world.clock.now()
    shots = [vendor.sign(vendor, body, now, random) for body in vendor.bodies]

    with quiet():
        for shot in shots:
            gallery.fire(shot)
            gallery.world.clock.advance(1)
        settle(gallery)

    calls = passed_on(gallery, vendor)
    assert sorted(call.body for call in calls) == sorted(shot.body for shot in shots)
    for call in calls:
        query = urlsplit(call.url).query
        again = Shot(channel=vendor.channel, body=call.body, headers=tuple(call.headers.items()), query=query)
        assert vendor.vouches(again, now)
        assert call.method == "POST"


@pytest.mark.parametrize("vendor", SIGNED, ids=lambda vendor: vendor.channel)
def test_one_byte_more_and_the_other_end_would_refuse_it(vendor):
    gallery, random = beside(), dice()
    now = gallery.world.clock.now()

    with quiet():
        gallery.fire(vendor.sign(vendor, vendor.bodies[0], now, random))
        settle(gallery)

    call = passed_on(gallery, vendor)[0]
    query = urlsplit(call.url).query
    changed = Shot(
        channel=vendor.channel, body=call.body + b" ", headers=tuple(call.headers.items()), query=query
    )
    assert not vendor.vouches(changed, now)


def test_the_vendor_of_a_caller_is_led_on_to_the_present_address_itself():
    gallery = beside()
    phone = next(vendor for vendor in VENDORS if vendor.kind == "twilio_voice")

    with quiet():
        hit = gallery.fire(phone.sign(phone, phone.bodies[0], gallery.world.clock.now(), dice()))
        settle(gallery)

    assert hit.handled.answer.body.endswith(
        f'<Response><Redirect method="POST">{OLD}/phone-fr</Redirect></Response>'
    )
    assert gallery.world.desks.calls == []


def test_a_call_without_a_present_address_goes_where_the_vendor_looks_without_us():
    gallery = Gallery()
    gallery.world.publish(plan().replace("schema: 1", "schema: 1\nmode: observe"))
    phone = next(vendor for vendor in VENDORS if vendor.kind == "twilio_voice")

    with quiet():
        hit = gallery.fire(phone.sign(phone, phone.bodies[0], gallery.world.clock.now(), dice()))

    assert hit.code == 503
    assert hit.rows == 1


def test_what_the_vendor_did_not_sign_is_not_passed_on():
    gallery = beside()
    meta = next(vendor for vendor in VENDORS if vendor.kind == "messenger")
    genuine = meta.sign(meta, meta.bodies[0], gallery.world.clock.now(), dice())

    with quiet():
        hit = gallery.fire(Shot(channel=genuine.channel, body=genuine.body + b" ", headers=genuine.headers))
        settle(gallery)

    assert hit.code == 401
    assert gallery.world.desks.calls == []
