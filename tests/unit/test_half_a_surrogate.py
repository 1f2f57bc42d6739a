"""A text with half a surrogate pair, which is nobody's UTF-8, is refused as any other junk: it breaks no function."""

import pytest

from app import app
from chalicelib.handlers import workers
from chalicelib.wiring import use
from tests.fuzz.gallery import Gallery
from tests.fuzz.shots import Shot, event, record
from tests.fuzz.vendors import TOPIC, VENDORS

HALF = "\ud83d"


@pytest.mark.parametrize("channel", [vendor.channel for vendor in VENDORS])
def test_as_the_body_of_a_request_it_is_refused(channel):
    gallery = Gallery()
    shot = Shot(channel=channel, body=HALF.encode("utf-8", "surrogatepass"), encoded=False)

    with use(gallery.world.wired):
        answer = app(event(shot), None)

    assert 400 <= answer["statusCode"] < 500
    assert gallery.ports.contacts.page(9)[0] == []


def test_in_a_topics_message_it_costs_that_message_only():
    gallery = Gallery()
    shot = Shot(channel="mail-fr", topic=TOPIC, body=HALF.encode("utf-8", "surrogatepass"))

    with use(gallery.world.wired):
        workers.mail(record(shot), None)

    assert gallery.ports.contacts.page(9)[0] == []
