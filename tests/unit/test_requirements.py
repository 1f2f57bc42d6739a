"""The table of requirements: all are there once, and every test it names exists."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"\| (R\d\d) \| ([^|]+) \| ([^|]+) \|")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
NOT_YET = re.compile(r"not yet \((issue [B-E]|no issue)\)")
TABLE = (ROOT / "docs" / "requirements.md").read_text()
ROWS = [match.groups() for match in map(ROW.fullmatch, TABLE.splitlines()) if match]


def functions_of(path):
    tree = ast.parse((ROOT / path).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def named_tests(text):
    return [(match[1], match[2]) for match in TEST.finditer(text)]


def test_all_65_requirements_are_there_once_and_in_order():
    assert [name for name, _, _ in ROWS] == [f"R{number:02}" for number in range(1, 66)]
    assert len(re.findall(r"^\| R", TABLE, re.MULTILINE)) == len(ROWS)


@pytest.mark.parametrize(("name", "words", "state"), ROWS, ids=[row[0] for row in ROWS])
def test_a_requirement_has_a_test_that_exists_or_says_not_yet(name, words, state):
    assert words.strip(), name
    if NOT_YET.fullmatch(state):
        return
    assert TEST.fullmatch(state), f"{name}: neither a test nor 'not yet': {state}"
    [(path, test)] = named_tests(state)
    assert test in functions_of(path)


def test_the_count_of_those_that_are_met_is_right():
    met = sum(bool(TEST.fullmatch(state)) for _, _, state in ROWS)

    assert f"{met} of 65 are met" in TABLE


def test_every_test_that_the_threat_model_names_exists():
    text = (ROOT / "docs" / "threat-model.md").read_text()

    found = named_tests(text)

    assert len(found) >= 30
    assert [f"{path}::{test}" for path, test in found if test not in functions_of(path)] == []


def test_every_threat_in_the_table_names_its_test():
    text = (ROOT / "docs" / "threat-model.md").read_text()
    rows = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith("| threat")]

    assert [row for row in rows if not named_tests(row)] == []
