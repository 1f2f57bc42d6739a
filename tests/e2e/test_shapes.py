"""What vendors really send: escapes, emoji, blank and repeated fields, batches, one bad element among good ones."""

from datetime import UTC, datetime

import pytest

from infra.local.fakes.vendors import post
from tests.e2e import sides
from tests.e2e.watching import in_the_end, rows_of, served

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

TEXTS = (
    "Où est ma commande\u202f? Ça m'inquiète… 日本語 שלום",
    "🚨👩🏽‍🚒 urgent 🇫🇷",
    'http://shop.example/a\\b?c=d&e="f" <b>gras</b> %2F {"json": null}',
    "ligne 1\r\nligne 2\ttabulation",
)


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_reaches_the_desk_as_it_was_written_by_json_and_by_form(scene, text):
    anne, bob, chloe = sides.person("form"), sides.number(), sides.person("messenger")
    page = sides.messenger(scene)

    codes = [
        post(sides.form(scene, sides.fresh("shop"), anne, text)).code,
        post(sides.sms(scene, bob, text, sides.fresh("SM"))).code,
        post(sides.meta(page.text(chloe, text, sides.fresh("m"), datetime.now(UTC)), page.app_secret)).code,
    ]

    assert codes == [202, 200, 200]
    for channel, person in (("shop", anne), ("sms-fr", bob), ("messenger-fr", chloe)):
        row = served(scene, channel, person)
        (taken,) = [entry for entry in scene.fakes.taken("desk-a") if entry.key == row["key"]]
        assert row["text"] == taken.text == text


def test_blank_and_repeated_form_fields_are_signed_and_read_as_they_came(scene):
    sender = sides.number()
    odd = [("Addons", ""), ("Note", "a"), ("Note", "b"), ("Note", "a"), ("FromZip", " ")]

    answer = post(sides.sms(scene, sender, "", sides.fresh("SM"), *odd))

    row = served(scene, "sms-fr", sender)
    assert answer.code == 200
    assert row["text"] == ""


def test_of_a_batch_the_good_elements_are_kept_whatever_stands_beside_them(scene):
    page, at = sides.messenger(scene), datetime.now(UTC)
    good = [sides.person("messenger") for _ in range(2)]
    first, second = (page.message(person, "in a batch", sides.fresh("m"), at) for person in good)
    malformed = {"sender": {"id": [1]}, "message": "no object", "timestamp": "soon"}
    receipt = {
        "sender": {"id": "9"},
        "recipient": {"id": page.page},
        "delivery": {"mids": [], "watermark": 1},
    }
    foreign = page.message(sides.person("messenger"), "of another page", sides.fresh("m"), at)
    foreign["recipient"] = {"id": "999"}
    entries = [
        {"id": page.page, "time": 1, "messaging": [first, malformed, receipt, None, {"reaction": {"x": 1}}]},
        {"id": "999", "time": 1, "messaging": [foreign]},
        "no entry",
        {"id": page.page, "time": 1, "messaging": [second], "standby": [{}], "changes": [{"field": "feed"}]},
    ]

    answer = post(sides.page_entries(scene, entries))

    assert answer.code == 200
    assert [served(scene, "messenger-fr", person)["text"] for person in good] == ["in a batch"] * 2
    assert rows_of(scene, "messenger-fr", foreign["sender"]["id"]) == []
    assert rows_of(scene, "messenger-fr", foreign["sender"]["id"], account="999") == []


def test_several_messages_of_one_person_in_a_batch_are_handed_over_in_their_order(scene):
    side, at, person = sides.whatsapp(scene), datetime.now(UTC), sides.person("whatsapp")
    texts = [sides.fresh(f"{place}.") for place in range(6)]

    answer = post(side.batch([side.message(person, text, f"wamid.{text}", at) for text in texts]))

    in_the_end(scene, lambda: len(told(scene, person)) == 6, "all of them", 60)
    assert answer.code == 200
    assert told(scene, person) == texts


def told(scene, person):
    return [entry.text for entry in scene.fakes.taken("desk-a") if entry.party == person]
