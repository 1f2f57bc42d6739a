"""The command's catalogue: both languages say everything, with the same fields, and nothing is said beside it."""

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

from bascule_cli.kit import build
from bascule_cli.speech import LANGUAGES, Words, catalogue, wanted_language
from bascule_cli.tables import columns
from bascule_cli.verbs import VERBS
from bascule_cli.verdicts import HINTED
from chalicelib.domain.decision import Reason
from chalicelib.domain.orders import OrderKind
from chalicelib.domain.outbox import RowState
from chalicelib.domain.shares.in_force import ORDER, PLAN, SHIFT
from chalicelib.domain.shares.shift import Fitness
from chalicelib.web.explain_words import EXPLAIN_WORDS

SOURCES = sorted((Path(__file__).resolve().parents[2] / "cli" / "bascule_cli").rglob("*.py"))
SECTIONS = "verb|option|say|ask|event|trouble|next|problem|state|column|why"
BY_NAME = ("problem", "state", "why")
"""Sections that are looked up by a word of the service: what it may say is checked below."""
KEY = re.compile(rf"(?:{SECTIONS})\.[\w-]+")


def strings():
    """Every text in the code that is no docstring."""
    for path in SOURCES:
        tree = ast.parse(path.read_text())
        documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents:
                yield path.name, node.value


def used():
    keys = {text for _, text in strings() if KEY.fullmatch(text)}
    for verb in VERBS:
        keys.add(verb.key)
        parts = verb.path.split()
        keys |= {f"verb.{'_'.join(parts[:n]).replace('-', '_')}" for n in range(1, len(parts))}
        keys |= {
            f"option.{one.name.strip('-').replace('-', '_')}"
            for one in verb.given
            if one.name.startswith("-")
        }
    shown = [
        call for path in SOURCES for call in re.findall(r'columns\(\s*((?:"[^"]*"\s*)+)\)', path.read_text())
    ]
    for call in shown:
        keys |= {column.head for column in columns(" ".join(re.findall(r'"([^"]*)"', call)))}
    return (
        keys
        | {"say.panic", "say.stale"}
        | {f"event.{name}" for name in ("left", "back", "order", "ended", "plan")}
    )


def fields(sentence):
    return sorted(name for _, name, _, _ in Formatter().parse(sentence) if name is not None)


def test_every_sentence_is_there_in_every_language_with_the_same_fields():
    wrong = [
        key
        for key, both in catalogue().items()
        if len(both) != len(LANGUAGES) or not all(map(str.strip, both)) or fields(both[0]) != fields(both[1])
    ]

    assert len(catalogue()) > 300
    assert wrong == []


def test_every_sentence_that_is_used_is_there():
    hinted = {f"next.{name}" for name in HINTED}

    assert sorted((used() | hinted) - set(catalogue())) == []


def test_every_sentence_that_is_there_is_used():
    known = {key for key in catalogue() if key.partition(".")[0] not in BY_NAME}
    hinted = {f"next.{name}" for name in HINTED}

    assert sorted(known - used() - hinted) == []


def test_the_closed_lists_of_the_service_are_known_in_both_languages():
    wanted = [
        f"state.{word.value}"
        for word in (*RowState, *(kind for kind in OrderKind if kind.value not in ("crisis", "expected")))
    ]
    wanted += [f"state.{word}" for word in (*Fitness, PLAN, SHIFT, ORDER)]
    wanted += [f"why.{word}" for word in (*Reason, "preferred", "drawn", "next", "panic", "last_rank")]

    assert [key for key in wanted if key not in catalogue()] == []


def test_a_desk_has_one_name_in_french_also_where_the_service_explains():
    """`le service` is the product itself."""
    both = [pair for pair in catalogue().values() if re.search(r"\bdesks?\b(?!:)", pair[0])]

    assert len(both) > 12
    assert [french for _, french in both if "service" in french.lower()] == []
    assert "bureau" in EXPLAIN_WORDS["fr"]["someone"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verb_and_option_is_explained(language):
    root = build(VERBS, Words(language=language))
    left = [root]
    while left:
        one = left.pop()
        left += getattr(one, "commands", {}).values()
        assert one.help
        for param in one.params:
            assert param.param_type_name == "argument" or param.help, (one.name, param.name)


def test_no_sentence_stands_in_the_code():
    """A sentence has a capital and three words; the gateway's own words are read, not said."""
    said = [text for _, text in strings() if re.search(r"[A-Z][a-z]* [a-z]+ [a-z]+", text)]

    assert said == ["No method matches"]


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        ((), {}, "en"),
        ((), {"LANG": "fr_FR.UTF-8"}, "fr"),
        ((), {"LANG": "de_DE.UTF-8"}, "en"),
        ((), {"LANG": "fr_FR.UTF-8", "LC_ALL": "C"}, "en"),
        ((), {"LANG": "en_GB.UTF-8", "BASCULE_LANG": "fr"}, "fr"),
        (("--lang", "en", "health"), {"LANG": "fr_FR.UTF-8"}, "en"),
        (("health", "--lang=fr"), {}, "fr"),
        (("--lang",), {}, "en"),
    ],
)
def test_the_language_is_asked_for_or_that_of_the_environment(arguments, environment, language):
    assert wanted_language(arguments, environment) == language
