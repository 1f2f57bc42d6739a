"""Why a contact went there and why not elsewhere: from the stored record alone, in French and English."""

import re
from pathlib import Path
from string import Formatter

import pytest

from chalicelib.domain.decision import Reason, kept, to_person
from chalicelib.domain.model import ContactKind, Outcome, row_key
from chalicelib.domain.outbox import Attempt, Row, RowState, Work
from chalicelib.http_types import NotSent
from chalicelib.service.operate.explain import explained
from chalicelib.web.explain_words import EXPLAIN_WORDS
from tests.unit.operations_side import Operations, down, give
from tests.unit.schema_examples import ROW

OPERATING = Path(__file__).resolve().parents[2] / "docs" / "operating.md"
KEY = row_key("shop", "", "m1")
BECAUSE = ("preferred", "next", "panic", "last_rank")


@pytest.fixture
def api():
    return Operations()


def explain(api, **query):
    return api.ask(
        "GET", f"/v1/contacts/{KEY}/explain", query={n: [v] for n, v in query.items()}, role="viewer"
    )


def lines(api, **query):
    return explain(api, **{"language": "en"} | query).json["lines"]


def test_both_languages_have_the_same_sentences_with_the_same_blanks():
    def blanks(text):
        return sorted(name for _, name, _, _ in Formatter().parse(text) if name)

    french, english = EXPLAIN_WORDS["fr"], EXPLAIN_WORDS["en"]
    assert french.keys() == english.keys()
    assert [name for name in french if blanks(french[name]) != blanks(english[name])] == []
    assert [name for name in french if "." not in name and french[name] == english[name]] == []


def test_every_reason_outcome_state_and_choice_has_its_words():
    named = [f"reason.{one.value}" for one in Reason] + [f"outcome.{one.value}" for one in Outcome]
    named += [f"state.{one.value}" for one in RowState] + [f"because.{one}" for one in BECAUSE]

    assert [name for name in named if name not in EXPLAIN_WORDS["en"]] == []


def test_the_way_of_a_contact_is_told_from_arrival_to_now(api):
    api.world.desks.fault["a.example"] = NotSent("refused")
    api.world.say(id_="m1")
    api.world.run()
    api.world.clock.advance(20)
    api.world.run()

    told = lines(api)

    assert "```text\n" + "".join(f"{line}\n" for line in told) + "```" in OPERATING.read_text()
    assert told[0].startswith(
        "Contact accepted on 2026-03-02 09:00:03 UTC through shop, purpose order, market fr."
    )
    assert told[1:3] == [
        "On arrival desk-a was chosen: it is the first choice, and it was able.",
        "Why not desk-b: a better one was able.",
    ]
    assert "Decided by plan 1, orders 0 and health 1772442003000, taken on 2026-03-02 09:00:03 UTC." in told
    assert "Attempt 1, on 2026-03-02 09:00:03 UTC, to desk-a: failed, the provider was out." in told
    assert any(line.endswith("to desk-b: taken.") for line in told)
    assert told[-1] == "Now: handed to desk-b."


def test_why_not_a_desk_is_answered_also_for_one_that_was_no_option(api):
    give(api, 0, scope="desk:desk-a")
    api.refresh()
    api.world.say(id_="m1")

    assert lines(api, desk="desk-a") == ["On arrival desk-a was rejected: an operator had forced it down."]
    assert lines(api, desk="desk-b") == ["desk-b was chosen on arrival."]
    assert lines(api, desk="phone") == [
        "phone was no option: in plan 1 the purpose order did not lead there in market fr."
    ]
    assert explain(api, desk="phone").json["lines"][0].startswith("phone n'était pas une option")


def test_french_is_spoken_unless_english_is_asked_for_and_text_where_it_is_accepted(api):
    api.world.say(id_="m1")

    plain = api.ask("GET", f"/v1/contacts/{KEY}/explain", headers={"accept": "text/plain"})

    assert explain(api).json["language"] == "fr"
    assert plain.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert plain.text.splitlines() == explain(api, language="fr").json["lines"]
    assert explain(api).json["versions"] == {"plan": 1, "orders": 0, "snapshot": 1772442003000}


def test_it_is_told_from_the_record_alone_when_everything_else_is_out_of_reach(api):
    api.world.say(id_="m1")
    before = lines(api)

    with down(api.ports.plans, api.ports.health, api.ports.orders, api.ports.snapshots):
        assert lines(api) == before


def test_nothing_of_the_person_is_in_the_words(api):
    api.world.say("my secret order", id_="m1", person="ann-of-green-gables")
    api.world.run()

    for language in ("fr", "en"):
        assert not re.search("secret|gables|m1", explain(api, language=language).text)


@pytest.mark.parametrize("state", RowState)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_stored_form_of_a_decision_is_told(state, language):
    forms = (
        "desk-b|desk-a:dn|ps|3.2.1772442003000", "||s|1.0.0",
        "desk-b|desk-a:lrk||1.2.3|shift:desk-b=30,desk-a=70", "desk-a|desk-b:lrk|p|1.2.3", to_person("sms-fr"),
        kept("sms-fr", Reason.WINDOW_CLOSED), "", "of a later release",
    )  # fmt: skip
    attempts = tuple(
        Attempt(at=ROW.accepted_at, decision=form, desk=desk, outcome=outcome)
        for form in forms
        for desk, outcome in (("desk-a", Outcome.OUTAGE), ("", None))
    )
    for form in forms:
        row = Row(**{name: getattr(ROW, name) for name in ROW.__slots__} | {
            "decision": form, "kind": ContactKind.CONTACT, "work": Work(state=state, attempts=attempts, attempt=14),
        })  # fmt: skip

        whole, one = explained(row, language), explained(row, language, "desk-a")

        assert len(whole["lines"]) > len(attempts)
        assert one["lines"]
        assert "{" not in whole["text"] + one["text"]
        assert (whole["versions"] is None) == (form in ("", "of a later release", forms[4], forms[5]))


@pytest.mark.parametrize(
    ("query", "path"), [({"language": "de"}, "language"), ({"desk": "a b"}, "desk"), ({"desk": ""}, "desk")]
)
def test_what_cannot_be_asked_is_named(api, query, path):
    api.world.say(id_="m1")

    refused = explain(api, **query)

    assert (refused.code, refused.json["faults"][0]["path"]) == (400, path)


def test_a_contact_that_there_is_not_is_not_found(api):
    assert (explain(api).code, explain(api).problem) == (404, "unknown-contact")
