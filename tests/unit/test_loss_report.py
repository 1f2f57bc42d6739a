"""The loss report: a provider takes mail and loses some of it, and the report names exactly what, and whose it is."""

import json

import pytest

from chalicelib.domain.model import Outcome, ReceiptState
from chalicelib.domain.proof.dispatch import Dispatch
from chalicelib.domain.proof.proportion import wilson
from chalicelib.service.operate.evidence_case import MOST_SENDS
from chalicelib.web.loss_words import LOSS_WORDS
from tests.unit.evidence_side import HOST, PATH, Mails
from tests.unit.operations_side import ROLES, down
from tests.world import NotSent

BOX = "box#out#world"


@pytest.fixture
def api():
    return Mails()


def third_is_lost(api, count=30):
    """One in three is taken and never heard of again; the provider's ids of those."""
    sent = [api.send(number, receipt=number % 3 != 0) for number in range(count)]
    api.wait()
    return [id_ for number, id_ in enumerate(sent) if number % 3 == 0]


def test_silent_loss_is_named_exactly_with_both_references_and_times(api):
    lost = third_is_lost(api)

    report = api.report()

    assert sorted(one["provider_id"] for one in report["lost"]) == sorted(lost)
    assert {one["key"] for one in report["lost"]} == {api.world.row(f"m{n}").key for n in range(0, 30, 3)}
    assert all(one["fate"] == "missing" and one["sent_at"] < one["due_at"] for one in report["lost"])
    assert all(one["ledgered"] for one in report["lost"])
    assert report["counts"] == {
        "sent": 30, "arrived": 20, "missing": 10, "failed": 0, "refused": 0, "unfit": 0, "waiting": 0, "unknown": 0,
        "unconfirmed": 0,
    }  # fmt: skip


def test_the_share_its_interval_and_the_verdict_are_those_of_the_formulas(api):
    third_is_lost(api)

    report = api.report()

    low, high = wilson(10, 30)
    loss = report["loss"]
    assert (loss["lost"], loss["of"], loss["share"]) == (10, 30, 0.333333)
    assert (loss["low"], loss["high"]) == (round(low, 6), round(high, 6))
    verdict = report["verdict"]
    assert (verdict["says"], verdict["observations"]) == ("loss", 30)
    assert verdict["began_at"] == report["lost"][0]["sent_at"]
    assert (verdict["usual_share"], verdict["false_alarm_at_most"]) == (0.05, 0.001)


def test_a_path_that_is_well_has_nothing_to_report(api):
    for number in range(80):
        api.send(number)
    api.wait()

    report = api.report()

    assert (report["lost"], report["incidents"], report["unannounced"]) == ([], [], None)
    assert (report["verdict"]["says"], report["blame"]["because"]) == ("no_loss", "nothing_lost")
    assert report["recurrences"]["count"] == 0


def test_what_is_not_due_yet_is_no_loss(api):
    api.send(1, receipt=False)

    assert api.report()["counts"]["waiting"] == 1
    assert api.report()["lost"] == []


def test_a_receipt_that_comes_late_is_no_loss_any_more_and_said_to_be_late(api):
    lost = third_is_lost(api, 9)
    api.hear(lost[0])

    report = api.report()

    assert [one["provider_id"] for one in report["late"]] == [lost[0]]
    assert sorted(one["provider_id"] for one in report["lost"]) == lost[1:]
    assert api.verify(report)["whole"]


def test_the_path_that_opens_is_in_the_report_with_how_long_nobody_was_told(api):
    for number in range(40):
        api.send(number, receipt=number % 2 == 0)
    api.wait()

    report = api.report()

    assert [(one["class"], one["planned"]) for one in report["incidents"]] == [("silent", False)]
    told = report["unannounced"]
    assert told["began_at"] == report["lost"][0]["sent_at"]
    assert told["announced_at"] == report["incidents"][0]["opened_at"]
    assert 0 < told["seconds"] < 480
    recurrences = report["recurrences"]
    assert (recurrences["count"], recurrences["by_class"]) == (1, {"silent": 1})
    assert recurrences["away_seconds"] == pytest.approx(report["incidents"][0]["seconds"], abs=1)
    assert recurrences["away_share"] == pytest.approx(recurrences["away_seconds"] / (30 * 86_400), abs=1e-6)


def test_a_loss_that_nobody_was_told_of_lasts_until_its_end(api):
    sent = [api.send(number, receipt=number not in (2, 9)) for number in range(12)]
    api.wait()

    report = api.report()

    assert [one["provider_id"] for one in report["lost"]] == [sent[2], sent[9]]
    assert (report["unannounced"]["announced_at"], report["unannounced"]["seconds"]) == (None, 7)
    assert report["blame"]["because"] == "too_few"


class TestBlame:
    def test_missing_while_others_arrive_is_the_platforms(self, api):
        third_is_lost(api)

        assert blamed(api) == ("platform", "other_receipts_came")

    def test_refused_by_the_provider_is_the_platforms(self, api):
        api.world.desks.fault[HOST] = 503
        for number in range(4):
            api.world.say(id_=f"m{number}", person=f"p{number}")
            api.world.run()
            api.world.clock.advance(1)

        assert blamed(api) == ("platform", "platform_refused")
        assert api.report()["counts"]["refused"] == 4

    def test_taken_and_then_reported_as_failed_is_the_carriers(self, api):
        for number in range(6):
            id_ = api.send(number, receipt=number < 2)
            if number >= 2:
                api.hear(id_, ReceiptState.FAILED, outcome=Outcome.OUTAGE, detail="30008")

        assert blamed(api) == ("carrier", "reported_failed")
        assert [one["fate"] for one in api.report()["lost"]] == ["failed"] * 4

    def test_unrelated_providers_that_lose_at_once_are_our_webhooks(self, api):
        for number in range(8):
            api.send(number, receipt=False)
            api.send(100 + number, receipt=False, text="post")
        api.wait()

        report = api.report()

        assert (report["blame"]["segment"], report["blame"]["because"]) == ("our_webhook", "others_alike")
        assert report["blame"]["elsewhere"] == [{"provider": "other", "missing": 7, "of": 7}]

    def test_a_desk_that_refuses_is_the_desks_own(self, api):
        api.world.desks.fault["a.example"] = NotSent("refused")
        for number in range(5):
            api.world.say("box", id_=f"m{number}", person=f"p{number}")
            api.world.run()
            api.world.clock.advance(1)

        assert blamed(api, BOX) == ("desk", "desk_refused")

    def test_calls_that_our_own_door_turned_away_are_our_webhooks(self, api):
        for number in range(6):
            api.send(number, receipt=False)
            assert api.ask("POST", "/hooks/mail", {"Type": "Notification"}).code in (401, 403)
        api.wait()

        assert blamed(api) == ("our_webhook", "our_door_refused")
        assert api.report()["blame"]["minutes_our_door_refused"] == 1

    def test_no_word_at_all_blames_nobody(self, api):
        for number in range(6):
            api.send(number, receipt=False)
        api.wait()

        assert blamed(api) == ("cannot_say", "no_word_at_all")


def blamed(api, path=PATH):
    found = api.report(path)["blame"]
    return found["segment"], found["because"]


def page(state):
    """A status page as its vendor publishes it, with one component."""
    summary = {
        "page": {"id": "x", "name": "aws", "updated_at": "2026-03-02T08:59:00Z"},
        "components": [{"id": "c", "name": "SES", "status": state, "group": False}],
        "incidents": [], "scheduled_maintenances": [], "status": {"indicator": "none", "description": ""},
    }  # fmt: skip
    return json.dumps(summary).encode()


def watched(api, state):
    api.world.desks.bodies["status.example"] = page(state)
    api.world.wired.watcher.run('{"page": "aws"}')


def test_the_vendors_page_and_its_lag_are_told(api):
    watched(api, "operational")
    third_is_lost(api, 12)
    watched(api, "partial_outage")
    api.world.clock.advance(600)
    watched(api, "operational")

    report = api.report()

    told = report["pages"][0]
    assert (told["page"], told["known"]) == ("aws", True)
    assert [one["states"]["SES"] for one in told["changes"]] == ["ok", "partial", "ok"]
    assert 480 <= told["lag_seconds"] <= 520
    assert report["blame"]["page_admits"] is True


def test_a_page_that_stays_green_has_no_lag_and_one_never_read_is_unknown(api):
    assert api.report()["pages"] == [
        {"page": "aws", "known": False, "at_first": None, "lag_seconds": None, "changes": []}
    ]
    watched(api, "operational")
    third_is_lost(api, 12)

    told = api.report()["pages"][0]

    assert (told["known"], told["lag_seconds"]) == (True, None)


def test_agents_who_were_free_in_the_minutes_of_loss_are_told_and_unknown_where_nobody_said(api):
    api.ask("PUT", "/v1/desks/desk-mail/load", {"free": 4, "in_use": 1})
    third_is_lost(api, 12)

    with_reading = api.report()["agents"]

    assert [(one["desk"], one["free_least"], one["free_most"]) for one in with_reading] == [
        ("desk-mail", 4, 4)
    ]
    assert with_reading[0]["minutes"] == with_reading[0]["minutes_known"] == 1


def test_without_a_reading_free_agents_are_unknown(api):
    third_is_lost(api, 12)

    told = api.report()["agents"][0]

    assert (told["minutes"], told["minutes_known"], told["free_least"]) == (1, 0, None)


def test_a_reading_of_a_desk_is_kept_once_a_minute(api):
    for _ in range(5):
        api.ask("PUT", "/v1/desks/desk-mail/load", {"free": 4})
        api.world.clock.advance(5)

    entries = api.ports.ledger.entries("loads/desk-mail", api.world.clock.now())
    assert [dict(one.entry) for one in entries] == [{"free": "4"}]


class TestPage:
    def test_one_page_in_each_language_tells_what_the_report_tells(self, api):
        lost = third_is_lost(api)

        for language, words in LOSS_WORDS.items():
            page = api.asked(format="html", language=language)

            assert page.headers["Content-Type"] == "text/html; charset=utf-8"
            assert f'<html lang="{language}">' in page.text
            assert words["segment.platform"] in page.text
            assert all(f"<td>{id_}</td>" in page.text for id_ in lost)
            assert f"33{words['decimal']}33\u00a0%" in page.text
            assert "<td>2026-03-02 09:" in page.text

    def test_a_browser_gets_the_page_and_a_tool_the_json(self, api):
        assert api.asked(headers={"accept": "text/html,*/*"}).text.startswith("<!DOCTYPE html>")
        assert api.asked(headers={"accept": "application/json"}).json["path"] == PATH
        assert api.asked().json["path"] == PATH

    def test_nothing_on_it_runs_or_is_fetched_and_names_are_escaped(self, api):
        third_is_lost(api, 9)
        api.ticket({"ticket": "<script>alert(1)</script>"})

        page = api.asked(format="html").text

        assert "<script" not in page
        assert "&lt;script&gt;" in page
        assert not [word for word in ("http://", "https://", "src=", "@import", "url(") if word in page]

    def test_both_languages_have_the_same_words_for_the_same_things(self):
        assert set(LOSS_WORDS["fr"]) == set(LOSS_WORDS["en"])
        for key, words in LOSS_WORDS["fr"].items():
            assert fields(words) == fields(LOSS_WORDS["en"][key]), key


def fields(words):
    return {part.partition("}")[0] for part in words.split("{")[1:]}


class TestAsking:
    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ({"from": "yesterday"}, "from"),
            ({"until": "2026-03-02T09:00:00"}, "until"),
            ({"from": "2026-03-02T09:00:00Z", "until": "2026-03-02T09:00:00Z"}, "from"),
            ({"from": "2026-02-01T09:00:00Z", "until": "2026-03-02T09:00:00Z"}, "from"),
            ({"format": "pdf"}, "format"),
            ({"language": "de"}, "language"),
            ({"page": "2"}, "page"),
        ],
    )
    def test_what_cannot_be_asked_is_refused_by_name(self, api, query, field):
        reply = api.asked(**query)

        assert reply.code == 400
        assert field in reply.text

    @pytest.mark.parametrize(
        "path", ["mail", "nobody#out#world", "mail#up#world", "mail#out#mars", "%", "../x"]
    )
    def test_a_path_that_the_plan_does_not_have_is_absent(self, api, path):
        assert api.asked(path).code == 404

    def test_only_the_time_asked_for_counts(self, api):
        api.send(1, receipt=False)
        between = api.at(0.5)
        api.world.clock.advance(1)
        api.send(2, receipt=False)
        api.wait()

        early, late = api.report(until=between), api.report(**{"from": between})

        assert [one["provider_id"] for one in early["lost"]] == ["mail-1"]
        assert [one["provider_id"] for one in late["lost"]] == ["mail-2"]

    def test_more_sends_than_one_report_can_hold_are_refused_and_not_cut_off(self, api):
        for number in range(MOST_SENDS + 1):
            sent = Dispatch(
                path=PATH, key=f"{number}", attempt=1, at=api.world.clock.now(), outcome=Outcome.OK
            )
            api.ports.contacts.note_sent(sent)
        api.world.clock.advance(1)

        reply = api.asked()

        assert reply.code == 400
        assert "ask for less time" in reply.text

    def test_viewers_do_not_see_what_vendors_are_shown(self, api):
        codes = {role: api.ask("GET", "/v1/evidence/mail%23out%23world", role=role).code for role in ROLES}

        assert codes == {"viewer": 403, "operator": 200, "admin": 200}

    def test_while_the_stores_are_down_there_is_no_report(self, api):
        for port in (api.ports.contacts, api.ports.ledger):
            with down(port):
                assert api.asked().code == 503
