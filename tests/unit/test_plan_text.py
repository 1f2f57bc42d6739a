"""From text to a document: what is refused as a whole, and what YAML's words mean here."""

import pytest

from chalicelib.domain.plan_document.reader import PlanRefused, read_plan
from chalicelib.domain.plan_document.text import document


def messages(text):
    with pytest.raises(PlanRefused) as caught:
        read_plan(text, 1)
    return {fault.path: fault.message for fault in caught.value.faults}


WHOLE = [
    ("a: &x 1\nb: *x", "anchors and aliases"),
    ("a: !!python/object/apply:os.system ['true']", "tags are not read"),
    ("a: {<<: {b: 1}}", "merge keys"),
    ("a: 1\n---\nb: 2", "one document"),
    ("a: [1", "is no YAML"),
    ("a: \x01", "is no YAML"),
    ("[" * 10_000, "nested too deeply"),
    ('{"a":' + "[" * 200_000, "nested too deeply"),
    ('{"panic": NaN}', "NaN is no number"),
    ('{"panic": 1' + "0" * 5_000 + "}", "begins like JSON"),
    ("{schema: 1}", "begins like JSON"),
    ("? [a]\n: 1", "a name that is no text"),
    ("#" * (4 * 1024 * 1024 + 1), "larger than 4 MB"),
    ("", "the plan is empty"),
    ("- a", "must be a mapping, not a list"),
]


@pytest.mark.parametrize(("text", "message"), WHOLE)
def test_a_text_that_is_no_document_is_refused_as_a_whole(text, message):
    assert message in messages(text)[""]


@pytest.mark.parametrize(
    "text", ["schema: 1\nmarket: fr\nmarket: uk", '{"schema": 1, "market": "fr", "market": "uk"}']
)
def test_a_name_given_twice_is_a_fault(text):
    assert messages(text)["market"] == "is given twice"


def test_words_that_other_readers_of_yaml_twist_stay_what_they_are():
    text = "{a: no, b: 08:00, c: 2026-12-25, d: +331, e: 007, f: 1.5, g: 12, h: true, i: ~, j: '1', k: 0x10}".strip(
        "{}"
    )

    read = document("\n".join(text.split(", ")))

    assert read == {
        "a": "no", "b": "08:00", "c": "2026-12-25", "d": "+331", "e": "007", "f": 1.5, "g": 12, "h": True, "i": None,
        "j": "1", "k": "0x10",
    }  # fmt: skip


def test_json_and_yaml_say_the_same():
    assert document('{"a": [1, {"b": "é"}]}') == document("a:\n- 1\n- b: é\n") == {"a": [1, {"b": "é"}]}
