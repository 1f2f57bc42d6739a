"""The formulas' trial by simulation: how it judges, and that its record is of the formulas as they are now."""

import json
from pathlib import Path

import pytest

from bench.science.cases import CASES, expected
from bench.science.verdict import RUNS, row, table

ROOT = Path(__file__).resolve().parents[2]
RECORD = max((ROOT / "bench" / "results").glob("science-*.json"))
FOUND = [0.24, 0.22, 0.25, 0.23, 0.24, 0.23, 0.22, 0.25, 0.24, 0.23, 0.24, 0.23]


@pytest.fixture(scope="module")
def rows():
    return json.loads(RECORD.read_text())["rows"]


def test_a_formula_in_the_interval_of_the_runs_is_inside_and_one_beside_it_is_not():
    near, far = (row("erlang C", "a line", "delayed", formula, FOUND) for formula in (0.2387, 0.2600))

    assert (near["inside"], far["inside"]) == (True, False)
    assert near["simulated"] == pytest.approx(0.235)
    assert near["half"] == pytest.approx(4.437 * 0.01 / 12**0.5, rel=0.05)
    assert "**OUTSIDE**" in list(table([far]))[-1]


def test_a_limit_is_allowed_its_own_error_and_no_more():
    close, off = (row("limit", "a line", "delayed", formula, FOUND, 0.02) for formula in (0.26, 0.28))

    assert (close["inside"], off["inside"]) == (True, False)


def test_fewer_runs_make_no_interval():
    with pytest.raises(ValueError, match="12 runs"):
        row("erlang C", "a line", "delayed", 0.2, FOUND[:-1])


def test_the_record_is_of_every_line_and_of_the_formulas_as_they_are(rows):
    wanted = [(case.model, case.name, figure) for case in CASES for figure in expected(case)]
    formulas = [formula for case in CASES for formula in expected(case).values()]

    assert [(each["model"], each["case"], each["figure"]) for each in rows] == wanted
    assert [each["formula"] for each in rows] == pytest.approx(formulas, abs=2e-6)


def test_in_the_record_no_formula_lies_outside_and_every_interval_says_something(rows):
    assert all(each["runs"] == RUNS >= 12 for each in rows)
    assert [
        each for each in rows if abs(each["formula"] - each["simulated"]) > each["half"] + each["slack"]
    ] == []
    wide = [each for each in rows if each["half"] > 0.2 * max(abs(each["formula"]), 0.04)]
    assert {each["figure"] for each in wide} == {"wait less estimate"}


def test_the_page_shows_the_record_that_it_names(rows):
    page = (ROOT / "docs" / "load.md").read_text()

    assert f"bench/results/{RECORD.name}" in page
    assert "\n".join(table(rows)) in page
