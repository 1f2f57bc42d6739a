"""However often a vendor delivers a webhook, at once and from many sides: one row, one hand-over."""

import secrets
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from infra.local.fakes.vendors import post
from tests.e2e import sides
from tests.e2e.watching import DESKS, doubled, in_the_end, overflow_empties, stored

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

CONTACTS, SENDERS = 30, 20
PATIENCE, TRIES = 60, 5
"""Seconds: twenty containers start at once on the machine that also plays the vendors."""


def taken_texts(scene):
    return Counter(entry.text for desk in DESKS for entry in scene.fakes.taken(desk))


def many_contacts(scene):
    """Contacts of two vendors, each of another person: the vendor's id, which is the text too -> channel, request."""
    made = {}
    for _ in range(CONTACTS // 2):
        form, text = sides.fresh("shop"), sides.fresh("SM")
        made[form] = ("shop", sides.form(scene, form, sides.person("form"), form))
        made[text] = ("sms-fr", sides.sms(scene, sides.number(), text, text))
    return made


def delivered(request):
    """One delivery, repeated as vendors do until somebody says 2xx; True when that was said."""
    return any(post(request, patience=PATIENCE).code in (200, 202) for _ in range(TRIES))


def delivered_by_many(made):
    """Deliver each one to five times from parallel senders; how often each id got a 2xx, and the deliveries."""
    turns = [name for name in made for _ in range(1 + secrets.randbelow(5))]
    secrets.SystemRandom().shuffle(turns)
    with ThreadPoolExecutor(SENDERS) as pool:
        answers = list(pool.map(lambda name: (name, delivered(made[name][1])), turns))
    return Counter(name for name, acknowledged in answers if acknowledged), len(turns)


@pytest.mark.timeout(600)
def test_thirty_contacts_of_many_deliveries_are_thirty_rows_and_thirty_hand_overs(scene):
    made = many_contacts(scene)

    acknowledged, deliveries = delivered_by_many(made)

    in_the_end(scene, lambda: all(taken_texts(scene)[name] for name in made), "thirty hand-overs", 90)
    overflow_empties(scene)
    assert (set(acknowledged), acknowledged.total()) == (set(made), deliveries)
    assert [name for name, (channel, _) in made.items() if name not in stored(scene, channel)] == []
    assert [name for name in made if taken_texts(scene)[name] != 1] == []
    assert doubled(scene) == []


def test_a_repeated_webhook_gets_the_vendors_answer_to_a_duplicate(scene):
    once = sides.form(scene, sides.fresh("shop"), sides.person("form"), "encore")

    first, second = post(once), post(once)

    assert (first.code, second.code) == (202, 200)
    assert '"duplicate":true' in second.text.replace(" ", "")
