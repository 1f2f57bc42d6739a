"""Attach leads a vendor's webhook to us, detach gives the former address back byte for byte; a third is not overrun."""

import pytest

from chalicelib.http_types import MaybeSent
from tests.unit.doctor_side import PUBLIC, practice

OLD = "https://old.example/hook?tenant=7&word=s%2Fx"
LED = {
    "messenger-fr": "page",
    "whatsapp-fr": "whatsapp_business_account",
    "sms-fr": "SmsUrl",
    "phone-fr": "VoiceUrl",
    "bot-fr": "bot",
    "desk-eu": "chatwoot",
}


def world(name: str, before: str = OLD):
    api, accounts, vendors = practice()
    accounts.hooks[LED[name]] = before
    return api, accounts, vendors


def ask(api, name: str, verb: str, body: object = None):
    return api.ask("POST", f"/v1/channels/{name}/{verb}", body)


@pytest.mark.parametrize("name", LED)
@pytest.mark.parametrize("before", [OLD, ""], ids=["led elsewhere", "led nowhere"])
def test_the_former_address_comes_back_byte_for_byte(name, before):
    api, accounts, _ = world(name, before)

    attached = ask(api, name, "attach")
    led = accounts.hooks[LED[name]]
    detached = ask(api, name, "detach")

    assert (attached.code, detached.code) == (200, 200)
    assert led == f"{PUBLIC}/hooks/{name}"
    assert accounts.hooks[LED[name]] == before


@pytest.mark.parametrize("name", LED)
def test_twice_is_as_good_as_once(name):
    api, accounts, _ = world(name)

    answers = [ask(api, name, verb).json["changed"] for verb in ("attach", "attach", "detach", "detach")]

    assert answers == [True, False, True, False]
    assert accounts.hooks[LED[name]] == OLD


def test_what_somebody_else_changed_meanwhile_is_not_overrun():
    api, accounts, _ = world("bot-fr")
    ask(api, "bot-fr", "attach")
    accounts.hooks["bot"] = "https://third.example/t?key=1"

    refused = [ask(api, "bot-fr", verb) for verb in ("attach", "detach")]

    assert [(one.code, one.problem) for one in refused] == [(409, "unfit")] * 2
    assert "https://third.example/t" in refused[0].json["detail"]
    assert "key=1" not in refused[0].text
    assert accounts.hooks["bot"] == "https://third.example/t?key=1"


def test_force_overrules_and_the_third_address_becomes_the_former():
    api, accounts, _ = world("bot-fr")
    ask(api, "bot-fr", "attach")
    accounts.hooks["bot"] = "https://third.example/t"

    ask(api, "bot-fr", "attach", {"force": True})
    ask(api, "bot-fr", "detach")

    assert accounts.hooks["bot"] == "https://third.example/t"


def test_a_vendor_that_fails_half_way_leaves_the_former_address_known():
    api, accounts, vendors = world("bot-fr")
    answer = vendors.send
    vendors.send = lambda call: answer(call) if "setWebhook" not in call.url else failing()

    failed = ask(api, "bot-fr", "attach")
    vendors.send = answer
    again = ask(api, "bot-fr", "attach")
    ask(api, "bot-fr", "detach")

    assert (failed.code, again.json["changed"]) == (503, True)
    assert accounts.hooks["bot"] == OLD


def test_a_vendor_that_acted_and_whose_answer_was_lost_is_led_back_all_the_same():
    api, accounts, vendors = world("bot-fr")
    answer = vendors.send

    def lost(call):
        told = answer(call)
        return told if "setWebhook" not in call.url else failing()

    vendors.send = lost
    failed = ask(api, "bot-fr", "attach")
    vendors.send = answer
    again = ask(api, "bot-fr", "attach")
    ask(api, "bot-fr", "detach")

    assert (failed.code, again.json["changed"]) == (503, False)
    assert accounts.hooks["bot"] == OLD


def failing():
    raise MaybeSent("no answer")


@pytest.mark.parametrize("name", ["mail-fr", "box-0"])
def test_a_kind_that_cannot_says_what_to_do_by_hand(name):
    api, _, _ = practice()

    refused = ask(api, name, "attach")

    assert (refused.code, refused.problem) == (409, "unfit")
    assert f"{PUBLIC}/hooks/{name}" in refused.json["detail"]


def test_what_we_never_attached_we_do_not_detach():
    api, accounts, _ = world("bot-fr")

    refused = ask(api, "bot-fr", "detach")

    assert refused.code == 409
    assert accounts.changed == []


def test_it_works_while_the_channel_only_observes():
    api, accounts, _ = world("bot-fr")
    text = api.ask("GET", "/v1/plan").text.replace("schema: 1", "schema: 1\nmode: observe")
    api.world.publish(text)

    attached = ask(api, "bot-fr", "attach")

    assert attached.code == 200
    assert accounts.hooks["bot"] == f"{PUBLIC}/hooks/bot-fr"


def test_each_change_is_in_the_ledger_without_the_query():
    api, _, _ = world("bot-fr")

    ask(api, "bot-fr", "attach")
    ask(api, "bot-fr", "detach")

    now = api.world.clock.now()
    entries = [one.entry for one in api.ports.ledger.entries("operations", now)]
    told = [
        (one["what"], one["channel"], one["former"]) for one in entries if one["what"] in ("attach", "detach")
    ]
    assert told == [(what, "bot-fr", "https://old.example/hook") for what in ("attach", "detach")]


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_only_admins_lead_webhooks(role):
    api, _, _ = practice()

    assert api.ask("POST", "/v1/channels/bot-fr/attach", role=role).code == 403


@pytest.mark.parametrize("body", [{"force": "yes"}, {"strength": 1}])
def test_an_odd_body_is_refused(body):
    api, _, _ = practice()

    assert ask(api, "bot-fr", "attach", body).code == 400
