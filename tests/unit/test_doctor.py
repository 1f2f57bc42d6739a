"""The doctor names what is planted, says what to do about it in two languages, and changes nothing."""

from datetime import timedelta

import pytest

from chalicelib.domain.doctor.finding import (
    Finding,
    Ill,
    Severity,
    changed,
    document,
    read_finding,
    worst_first,
)
from chalicelib.handlers import probing
from chalicelib.http_types import NotSent
from chalicelib.service.checkup_turns import due
from chalicelib.service.read_only import READS
from chalicelib.service.turned import TURNED
from chalicelib.web.doctor_words import DO, LANGUAGES, WHAT
from chalicelib.wiring import use
from tests.unit.doctor_side import MORE, OWN, codes, practice

PLANTED = {
    "token": {("token_expires", "messenger-fr"), ("token_expires", "whatsapp-fr")},
    "secret": {("signature_fails", "messenger-fr"), ("signature_fails", "whatsapp-fr")},
    "scope": {("permission_missing", "messenger-fr")},
    "unsubscribed": {("not_subscribed", "messenger-fr"), ("not_subscribed", "whatsapp-fr")},
    "template": {("template_refused", "whatsapp-fr")},
    "twilio": {("signature_fails", "sms-fr"), ("signature_fails", "phone-fr")},
    "balance": {("balance_low", "sms-fr"), ("balance_low", "phone-fr")},
    "number": {("number_unregistered", "sms-fr"), ("number_unregistered", "phone-fr")},
    "fallback": {("fallback_missing", "phone-fr")},
    "bot": {("leads_elsewhere", "bot-fr")},
    "sandbox": {("account_limited", "mail-fr")},
    "clock": {
        ("clock_skew", name)
        for name in ("messenger-fr", "whatsapp-fr", "sms-fr", "phone-fr", "bot-fr", "mail-fr", "desk-eu")
    },
}


def test_nothing_is_found_where_all_is_well():
    api, _, _ = practice()

    assert codes(api) == set()


@pytest.mark.parametrize("fault", PLANTED)
def test_each_planted_fault_is_named_where_it_is_and_no_other(fault):
    api, accounts, _ = practice()

    accounts.planted.add(fault)

    assert codes(api) == PLANTED[fault]


def test_twelve_of_twelve_are_named_at_once_in_twenty_channels():
    api, accounts, _ = practice(weak=True)
    accounts.planted |= {
        "token",
        "unsubscribed",
        "template",
        "balance",
        "number",
        "fallback",
        "bot",
        "sandbox",
    }
    accounts.hooks["chatwoot"] = "https://old.example/c"
    api.ports.surroundings.queues.append("bulk")
    api.ports.surroundings.topics.append("Alarms")

    found = {code for code, _ in codes(api)}

    wanted = {
        "token_expires", "not_subscribed", "template_refused", "balance_low", "number_unregistered", "fallback_missing",
        "leads_elsewhere", "account_limited", "queue_unread", "alarm_unheard", "plan_weak",
    }  # fmt: skip
    assert wanted <= found
    assert len(OWN) + len(MORE) == 20


def test_it_reads_and_changes_nothing():
    api, accounts, vendors = practice()
    accounts.planted |= set(PLANTED)
    before = api.ports.contacts.page(10)[0]

    codes(api)

    assert {call.method for call in vendors.calls} <= READS
    assert accounts.changed == []
    assert api.ports.contacts.page(10)[0] == before


def test_a_missing_secret_is_named_with_the_place_to_set_it():
    api, _, _ = practice()
    api.ports.secrets.channels["sms-fr"] = {}

    found = api.ask("GET", "/v1/doctor/sms-fr", role="operator").json["findings"]

    assert [(one["code"], one["severity"]) for one in found] == [("setting_missing", "error")]
    assert "secret sms-fr.auth_token" in found[0]["about"]


def test_requests_refused_as_forged_again_and_again_speak_of_a_secret():
    api, _, _ = practice()
    for minute in range(3):
        api.world.clock.advance(60)
        TURNED.away(api.ports.contacts, f"box-{1}", api.world.clock.now())
        assert minute < 3
    api.world.clock.advance(1)

    assert codes(api) == {("signature_fails", "box-1")}


def test_a_silent_provider_is_told_and_the_others_are_still_asked():
    api, accounts, vendors = practice()
    accounts.planted.add("sandbox")
    answer = vendors.send

    def deaf(call):
        if "/bot" in call.url:
            raise NotSent("refused")
        return answer(call)

    vendors.send = deaf

    assert codes(api) == {("unreachable", "bot-fr"), ("account_limited", "mail-fr")}


def test_a_fallback_that_did_nothing_well_for_a_week_is_unproven():
    api, _, _ = practice()
    api.world.minute()

    api.world.clock.advance(8 * 86_400)

    assert ("fallback_unproven", "desks.b") in codes(api)


def test_what_the_function_may_not_look_at_is_a_missing_permission():
    api, _, _ = practice()
    api.ports.surroundings.down = True

    found = api.ask("GET", "/v1/doctor", role="operator").json["findings"]

    assert {one["where"] for one in found} == {"surroundings"}


def test_the_doctor_is_for_operators():
    api, _, _ = practice()

    assert api.ask("GET", "/v1/doctor", role="viewer").code == 403
    assert api.ask("GET", "/v1/doctor/nobody", role="operator").problem == "unknown-channel"


def test_each_channel_and_the_plan_have_one_checkup_an_hour():
    api, _, _ = practice()
    plan, now = api.world.wired.situations.read(api.world.clock.now()).plan, api.world.clock.now()

    notes = [note for minute in range(60) for note in due(plan, now + timedelta(minutes=minute))]

    assert sorted(note.body for note in notes) == sorted(
        f'{{"checkup": "{name}"}}' for name in ("", *plan.channels)
    )


def test_a_checkup_is_kept_and_what_changed_is_told_once():
    api, accounts, _ = practice()
    told = []
    for planted in (set(), {"sandbox"}, {"sandbox"}, set()):
        accounts.planted = planted
        with use(api.world.wired):
            probing.probed(api.world.wired, '{"checkup": "mail-fr"}')
        told.append(len(api.ports.queues.take_notes("flips")))

    kept = api.ask("GET", "/v1/doctor", role="operator").json["channels"]

    assert told == [0, 1, 0, 1]
    assert next(one for one in kept if one["channel"] == "mail-fr")["at"] is not None


def test_every_finding_has_words_and_a_remedy_in_both_languages():
    for ill in Ill:
        assert all(len(each) == len(LANGUAGES) and all(each) for each in (WHAT[ill], DO[ill]))
        assert len({*WHAT[ill], *DO[ill]}) == 4


@pytest.mark.parametrize("ill", Ill)
def test_a_finding_is_kept_as_it_was(ill):
    one = Finding(ill=ill, about="a", where="b")

    assert read_finding(document(one)) == one


def test_the_worst_comes_first_and_a_new_figure_is_no_news():
    low, off = (
        Finding(ill=Ill.BALANCE_LOW, about="3 left", where="c"),
        Finding(ill=Ill.TOKEN_INVALID, where="c"),
    )

    assert worst_first([low, off, low]) == (off, low)
    assert changed([low], [Finding(ill=Ill.BALANCE_LOW, about="2 left", where="c"), off]) == ((off,), ())
    assert (low.severity, off.severity) == (Severity.WARNING, Severity.ERROR)
