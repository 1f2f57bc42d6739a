"""What the document says of words, hours and pages is what the API takes: no more, no less."""

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.plan_document.faults import Place
from chalicelib.domain.proof.report_seal import FIELDS
from chalicelib.handlers.operate.supposing import STATES, plan_text
from tests.unit.operations_side import Operations

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())
SCHEMAS = DOCUMENT["components"]["schemas"]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(
    ("", " ", "\t", "\n", "\u00a0", "\u2003 ", "\x1c", "\x7f", "a\x00", "\u3000x", "é\n", "x" * 201)
)


@pytest.fixture
def api():
    return Operations()


def taken(schema, text):
    short = len(text) <= schema.get("maxLength", 10**9) and len(text) >= schema.get("minLength", 0)
    return short and bool(re.search(schema["pattern"].replace("$", r"\Z"), text))


@given(text=TEXTS)
def test_words_are_taken_exactly_as_the_document_says(text):
    place = Place(value=text)

    place.text(None, most=200)

    assert (place.faults == []) == taken(SCHEMAS["Words"], text)


@given(text=TEXTS)
def test_a_supposed_plan_has_some_text_exactly_as_the_document_says(text):
    place = Place(value=text)

    plan_text(place)

    assert (place.faults == []) == taken(SCHEMAS["SupposedPlan"], text)


@pytest.mark.parametrize(
    ("hour", "code"),
    [
        ("2026-03-02T08", 200), ("2026-13-02T08", 400), ("2026-03-32T08", 400), ("2026-03-02T24", 400),
        ("", 400), ("2026-03-02", 400), ("2026-3-2T8", 400), ("2026-03-02T08:00", 400),
    ],
)  # fmt: skip
def test_an_hour_is_written_as_the_document_says(api, hour, code):
    assert bool(re.search(SCHEMAS["Hour"]["pattern"], hour)) == (code == 200)
    assert api.ask("GET", "/v1/audit", query={"hour": [hour]}).code == code
    assert api.ask("POST", "/v1/audit/verify", {"hour": hour}).code == code


@pytest.mark.parametrize(
    ("cursor", "code"), [("", 200), ("7", 200), ("7" * 10, 400), ("é", 400), ("-1", 400)]
)
def test_a_place_in_the_ledger_is_a_number_as_the_document_says(api, cursor, code):
    pattern = DOCUMENT["components"]["parameters"]["place"]["schema"]["pattern"]

    assert bool(re.search(pattern, cursor)) == (code == 200)
    assert api.ask("GET", "/v1/audit/anchors", query={"cursor": [cursor]}).code == code


def test_any_report_may_be_given_to_be_verified_and_no_other_names(api):
    given_report = SCHEMAS["GivenReport"]

    odd = api.ask("POST", "/v1/evidence/shop%23in%23fr/verify", {name: [name] for name in FIELDS})
    more = api.ask("POST", "/v1/evidence/shop%23in%23fr/verify", {"colour": "blue"})

    assert set(given_report["properties"]) == set(FIELDS)
    assert (odd.code, odd.json["whole"]) == (200, False)
    assert given_report["additionalProperties"] is False
    assert more.code == 400


@pytest.mark.parametrize("health", [{"shop#in#fr": "green"}, {"shop#in#fr": {}}, {"shop#in#fr": {"mood": 1}}])
def test_a_supposed_belief_has_one_of_the_states_of_the_document(api, health):
    refused = api.ask("POST", "/v1/decisions/batch", {"health": health})

    belief = SCHEMAS["SupposedHealth"]["additionalProperties"]
    assert refused.code == 400
    assert belief["required"] == ["state"]
    assert [state for state in (*STATES, "green") if re.search(belief["pattern"], state)] == list(STATES)


def nullable(schema):
    while "$ref" in schema:
        schema = SCHEMAS[schema["$ref"].rpartition("/")[2]]
    kinds = schema.get("type", ())
    return kinds == "null" or "null" in kinds or None in schema.get("enum", ())


def every_choice(node):
    """Each list below a oneOf."""
    if isinstance(node, dict):
        yield from ([node["oneOf"]] if "oneOf" in node else [])
        node = list(node.values())
    for one in node if isinstance(node, list) else ():
        yield from every_choice(one)


def test_of_a_choice_of_shapes_at_most_one_takes_null():
    found = list(every_choice(DOCUMENT))

    assert len(found) >= 4
    assert [one for one in found if sum(map(nullable, one)) > 1] == []


@pytest.mark.parametrize(
    ("method", "path", "body", "fault"),
    [
        ("POST", "/v1/decisions/batch", {"plan": None}, "plan"),
        (
            "POST",
            "/v1/decisions",
            {"channel": "shop", "load": {"desk-a": {"free": None}}},
            "load.desk-a.free",
        ),
        ("POST", "/v1/decisions", {"channel": "shop", "tried": ["desk-a", None]}, "tried[1]"),
        ("PUT", "/v1/desks/desk-a/load", {"free": 1, "waiting": None}, "waiting"),
        ("POST", "/v1/people/erase", {"address": "a", "channel": None}, "channel"),
        ("POST", "/v1/channels/shop/attach", {"force": None}, "force"),
    ],
)
def test_null_is_none_of_the_documents_types_and_is_refused_where_it_stands(api, method, path, body, fault):
    refused = api.ask(method, path, body)

    assert refused.code == 400
    assert [one["path"] for one in refused.json["faults"]] == [fault]


def test_a_deep_document_is_looked_through_without_a_fault_of_ours(api):
    deep = "[" * 400 + "null" + "]" * 400
    refused = api.ask("POST", "/v1/decisions", f'{{"channel": "shop", "traits": {{"a": {deep}}}}}')

    assert refused.code == 400
