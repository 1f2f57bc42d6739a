"""One contact on each medium arrives, becomes one row, is handed over once, and is explained."""

from urllib.parse import urlencode

import pytest

from infra.local.scene import until
from tests.e2e import sides
from tests.e2e.watching import handed_over, only_row, rejected, rows_of, served

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

CHANNELS = {
    "messenger": "messenger-fr",
    "whatsapp": "whatsapp-fr",
    "sms": "sms-fr",
    "email": "mail-fr",
    "form": "shop",
}
TEXT = "Où est ma commande ? 📦"


@pytest.mark.parametrize("medium", CHANNELS)
def test_a_contact_becomes_one_row_handed_over_once_and_explained(scene, medium):
    person = sides.person(medium)

    answered = scene.contact(medium, person, TEXT)

    row = served(scene, CHANNELS[medium], person)
    (taken,) = handed_over(scene, row["key"])
    assert answered.code in (200, 202)
    assert len(rows_of(scene, CHANNELS[medium], person)) == 1
    assert taken.text.strip() == row["text"].strip() == TEXT
    assert (row["served_by"], row["purpose"]) == ("paris", "order")
    assert row["decision"]["because"] == "preferred"
    assert rejected(row["decision"]) == {"lille": "lower_rank", "nantes": "lower_rank"}
    assert [(each["desk"], each["outcome"]) for each in row["attempts"]] == [("paris", "ok")]


def test_the_agents_words_end_the_contact(scene):
    person = sides.person("form")

    scene.contact("form", person, TEXT)

    until(lambda: only_row(scene, "shop", person)["state"] == "closed", "the desk's word", 60)
    assert only_row(scene, "shop", person)["served_by"] == "paris"


def test_a_call_becomes_one_row_that_says_which_line_rings_and_who_served_it(scene):
    caller = sides.number()

    answered = scene.contact("voice", caller, "")

    row = only_row(scene, "phone-fr", caller)
    assert "+33155500001" in answered.text
    assert (row["decision"]["desk"], row["purpose"], row["medium"]) == ("line-1", "hotline", "voice")
    assert rejected(row["decision"])["line-2"] == "lower_rank"


def test_a_feed_names_every_way_in_with_its_state(scene):
    scene.tick()

    until(lambda: set(scene.feed().values()) == {"open"}, "every way open", 20)

    doors = {"messenger-fr", "whatsapp-fr", "sms-fr", "phone-fr", "mail-fr"}
    assert set(scene.feed("en")) == doors == set(scene.feed("fr"))


def test_a_viewer_sees_the_contact_without_the_person(scene):
    person = sides.person("sms")
    scene.contact("sms", person, TEXT)
    row = served(scene, "sms-fr", person)
    asked = urlencode({"channel": "sms-fr", "party": person})

    shown = scene.ops("GET", f"/v1/contacts/{row['key']}", role="viewer")
    listed = scene.ops("GET", f"/v1/contacts?{asked}", role="viewer")

    assert (shown.code, listed.code) == (200, 200)
    assert person not in shown.text + listed.text
    assert TEXT not in shown.text
