"""Every fault that the service tells of plans, orders and planned work is told in French, too, by the command."""

import re
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bascule_cli.faults import VALUE, catalogue, spoken
from tests.unit.cli_side import commanding
from tests.unit.fault_words import templates

TEMPLATES = templates()


def told(template, value="x7"):
    return template.replace(VALUE, value)


def test_the_faults_of_the_service_are_found_in_its_code():
    assert len(TEMPLATES) > 140
    assert "is shared by desks that take other media: {}" in TEMPLATES, (
        "also those that another function makes"
    )


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_every_fault_of_the_service_has_a_french_sentence_with_the_same_values(template):
    french = spoken(told(template), "fr")

    assert french != told(template), TEMPLATES[template]
    assert french.count("x7") == template.count(VALUE)
    assert not re.search(r"\b(must|the|which|with|needs)\b", french)


def test_each_french_sentence_has_the_fields_of_its_english_one():
    wrong = [
        one.french
        for kind in (catalogue().begin, catalogue().fault, catalogue().end)
        for one in kind
        if len([1 for _, field, _, _ in Formatter().parse(one.french) if field is not None])
        != one.pattern.groups
    ]

    assert wrong == []


@pytest.mark.parametrize("template", sorted(one for one in TEMPLATES if VALUE not in one))
def test_a_fault_without_values_is_told_by_its_own_sentence_and_no_wider_one(template):
    mine = [one for one in catalogue().fault if one.pattern.pattern == re.escape(template)]

    assert [one.french for one in mine] == [spoken(template, "fr")]


@pytest.mark.parametrize(
    ("message", "french"),
    [
        ("must be a list, not a mapping", "doit être une liste, et non un tableau de noms et de valeurs"),
        (
            "must be text, not a number: put it in quotes",
            "doit être un texte, et non un nombre : mettez-le entre guillemets",
        ),
        ("is not known here; did you mean 'routes'?", "n'est pas connu ici ; vouliez-vous dire 'routes' ?"),
        (
            "there is no desk 'pariss'; did you mean 'paris'?",
            "il n'y a pas de bureau 'pariss' ; vouliez-vous dire 'paris' ?",
        ),
        ("there is no opening hours 'x'", "il n'y a pas d'horaires 'x'"),
        ("line 3: tags are not read", "ligne 3 : les étiquettes ne sont pas lues"),
        ("something that a later release says", "something that a later release says"),
        ("", ""),
    ],
)
def test_values_that_are_words_are_told_in_french_and_what_is_unknown_stays(message, french):
    assert spoken(message, "fr") == french
    assert spoken(message, "en") == message


def test_a_message_without_an_end_is_told_as_it_is_and_at_once():
    assert spoken("line 1: " * 50_000, "fr") == "line 1: " * 50_000
    assert spoken("line 1: " * 200, "fr").startswith("ligne 1 : line 1: ")


@given(st.text(max_size=300))
def test_no_message_whatever_it_says_is_an_error(message):
    assert isinstance(spoken(message, "fr"), str)
    assert isinstance(spoken(f"there is no desk {message!r}", "fr"), str)


BAD = "schema: 1\nmarket: fr\ncolour: blue\npublic_base_url: http://a.example\nlanguages: [fr]\n"


@pytest.mark.enable_socket
def test_the_faults_of_a_plan_are_read_in_french_and_by_scripts_as_the_service_says_them(tmp_path):
    plan = tmp_path / "bad.yaml"
    plan.write_text(BAD)
    with commanding(str(tmp_path)) as command:
        command.language = "fr_FR.UTF-8"
        checked = command.run("plan", "check", str(plan))
        refused = command.run("plan", "publish", str(plan), "--after", "1", "--reason", "x", "--yes")
        script = command.run("plan", "check", str(plan), "--json")

    assert "colour" in checked.out
    assert "n'est pas connu ici" in checked.out
    assert "public_base_url: doit commencer par https://" in refused.err
    assert "is not known here" in script.out
    assert "doit" not in script.out
