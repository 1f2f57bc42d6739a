"""What docs/capacity.md says in figures is what the code does and the record holds."""

import json
import re
from math import log
from pathlib import Path

import pytest

from chalicelib.domain.plan_document.peaks import LEAD
from chalicelib.domain.plan_document.reader import read_plan
from chalicelib.domain.surge.levers import SHIPPED, Lever, Posture, most_pollers
from chalicelib.domain.surge.posture import LASTING_TIMES, QUIET, SEVERE
from chalicelib.domain.surge.prices import DATED, hourly, once
from chalicelib.domain.surge.sums import ENOUGH, RISE, STEEP, Due, Sums, added
from chalicelib.domain.surge.verdict import GOING_ON
from infra.tracking import BUSY
from tests.world import PLAN, START

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "capacity.md").read_text()
RECORD = json.loads((ROOT / re.search(r"`(bench/results/surge-[\d-]+\.json)`", PAGE)[1]).read_text())
NAMES = {
    "x1.5": "x1.5", "x2 (at most 3: met)": "x2", "x3, growing for 15 min": "x3 in 15 min", "x5 (same slot: met)": "x5",
    "half": "half", "silence": "silence",
}  # fmt: skip


def recorded(detector, change, looks_for=None):
    [one] = [
        row
        for row in RECORD["rows"]
        if (row["detector"], row["change"]) == (detector, change)
        and looks_for in (None, row.get("looks_for"))
    ]
    return one


def cells(name):
    [line] = [line for line in PAGE.splitlines() if line.startswith(f"| {name} |")]
    return [cell.strip() for cell in line.strip("|").split("|")][1:]


def said(slots):
    return "never" if slots is None else f"{slots:g}"


@pytest.mark.parametrize(("name", "change"), NAMES.items())
def test_each_line_of_the_table_is_that_of_the_record(name, change):
    one, plain = recorded("bascule", change), recorded("plain poisson", change)

    caught, same, middle, late, floor = cells(name)

    assert float(caught.rstrip(" %")) == round(100 * one["caught_share"], 1)
    assert float(same.rstrip(" %")) == round(100 * one["same_slot_share"], 1)
    assert (middle, late, floor) == (
        said(one["median_slots"]),
        said(one["p95_slots"]),
        said(plain["median_slots"]),
    )


@pytest.mark.parametrize(
    ("name", "looks_for"),
    [("nothing: days with a false alarm", "surges"), ("nothing: days with a false drop", "drops")],
)
def test_the_false_days_are_those_of_the_record(name, looks_for):
    ours, plain = (recorded(each, "none", looks_for) for each in ("bascule", "plain poisson"))

    assert cells(name)[0] == f"{ours['false_days']} of {ours['days']}"
    assert cells(name)[-1] == f"{plain['false_days']} of {plain['days']}"


def test_the_example_by_hand_is_what_the_code_reckons():
    ratio = 2 + 60 / 50
    due = Due(most=3.0, least=3.0, most_ratio=ratio, least_ratio=ratio)
    first = added(Sums(), 30, due, START)

    assert f"/ {ratio:g} = {first.steep:.1f} for R = {STEEP:g}" in PAGE
    assert f"it is {2 * first.steep:.1f}: surge" in PAGE
    assert first.steep < ENOUGH < 2 * first.steep
    assert f"less than {(RISE - 1) / log(RISE):.2f} times the usual" in PAGE
    assert round((RISE - 1) / log(RISE), 2) == GOING_ON


def test_prices_and_limits_are_those_of_the_code():
    write, read = (once(lever, 0, 1) for lever in (Lever.CONTACT_WRITES, Lever.CONTACT_READS))

    assert f"USD {hourly({**SHIPPED, Lever.INTAKE_PROVISIONED: 1}):.3f} an hour each" in PAGE
    assert f"once: USD {write:.4f} a write unit, {read:.4f} a read unit" in PAGE
    polled = {**SHIPPED, Lever.NORMAL_POLLERS: 2}
    assert (
        f"USD {hourly(polled) / most_pollers(polled, Lever.NORMAL_POLLERS):.3f} an hour each, of as many"
        in PAGE
    )
    assert f"`lead` ({LEAD.seconds // 60} min)" in PAGE
    assert f"at {BUSY:.0%} busy".replace("%", " %") in PAGE
    assert DATED == "2026-11-22"
    assert "22 November 2026" in PAGE
    assert (SEVERE, LASTING_TIMES, QUIET.total_seconds()) == (5.0, 2.5, 900.0)
    assert "a surge of five times the usual; one of 2.5 times for ten minutes" in PAGE


def test_the_example_of_a_peak_is_a_plan_that_can_be_published():
    example = re.search(r"```yaml\n(capacity:.*?)```", PAGE, re.DOTALL)[1]

    [peak] = read_plan(PLAN + example, 1).capacity.peaks

    assert (peak.posture, peak.repeats) == (Posture.ALERT, "FREQ=WEEKLY;BYDAY=MO")
