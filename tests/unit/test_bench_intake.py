"""The intake's benchmark: that it runs, what it promises to print, and the AWS calls it counts. No time is judged."""

import json
import subprocess
import sys
from math import isfinite
from pathlib import Path

import pytest

from bench.starting import imported_without_need

ROOT = Path(__file__).parents[2]
RATIOS = (
    "accept_ratio_to_noop",
    "accept_ratio_to_bare_put",
    "decision_microseconds",
    "cold_start_ratio_to_python",
    "cold_start_ratio_to_floor",
)
FOUNDING = ("chatwoot", "messenger", "ses_email", "twilio_sms", "twilio_voice", "webhook", "whatsapp")
COUNTS = {"writes_per_contact": 1, "sends_per_contact": 1, "reads_per_contact": 0}


@pytest.fixture(scope="module")
def found():
    command = [sys.executable, "-m", "bench.intake", "--quick", "--json"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_prints_one_object_with_exactly_the_published_names(found):
    assert set(found) == {*RATIOS, *COUNTS, "parse"}


def test_every_measured_figure_is_a_finite_positive_number(found):
    figures = [found[name] for name in RATIOS]
    figures += [row[name] for row in found["parse"] for name in ("microseconds", "sdk_microseconds")]

    assert all(isinstance(figure, float) and isfinite(figure) and figure > 0 for figure in figures)


def test_an_accepted_contact_costs_one_write_one_send_and_no_read(found):
    assert {name: found[name] for name in COUNTS} == COUNTS


def test_a_cold_start_imports_nothing_that_a_first_contact_does_not_need():
    assert imported_without_need() == ()


def test_the_founding_kinds_are_measured_beside_another_reader_of_the_same_bytes(found):
    rows = found["parse"]

    assert {row["kind"] for row in rows} == set(FOUNDING)
    assert all(set(row) == {"kind", "microseconds", "sdk", "sdk_microseconds"} and row["sdk"] for row in rows)
