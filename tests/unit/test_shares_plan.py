"""Shares in the plan: how they are written, what is wrong and where, warnings, differences, there and back."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from chalicelib.domain.plan_diff.changes import changes
from chalicelib.domain.plan_diff.words import lines
from chalicelib.domain.plan_document.lint import warnings
from chalicelib.domain.plan_document.reader import PlanRefused, dump_plan, read_plan
from chalicelib.domain.shares.share import Shifting
from tests.unit.shares_side import DESKS, ROUTE, shared_plan

ROOT = Path(__file__).resolve().parents[2]
PATH = "purposes.order.routes.fr"


def faults(route=ROUTE, more=""):
    with pytest.raises(PlanRefused) as refused:
        read_plan(shared_plan(route, more), 1)
    return [str(fault) for fault in refused.value.faults]


def warned(text):
    return {fault.message for fault in warnings(read_plan(text, 1)) if fault.path == PATH}


def test_a_route_may_name_shares_and_plain_desks_after_them():
    plan = read_plan(shared_plan(), 1)

    assert plan.purposes["order"].routes["fr"] == ("desk-a", "desk-b", "desk-c")
    assert plan.purposes["order"].shares == {"fr": {"desk-a": 70, "desk-b": 30}}
    assert plan.shared("order", "fr").scope == "route:order#fr"
    assert plan.shifting == Shifting()


def test_the_example_in_the_documentation_is_read_as_it_stands():
    (example,) = re.findall(
        r"```\nroutes:\n  (fr: .*)\n(shares: .*\n)```", (ROOT / "docs/plan.md").read_text()
    )
    route = example[0].replace("lille", "desk-a").replace("paris", "desk-b").replace("nantes", "desk-c")

    assert read_plan(shared_plan(route, example[1]), 1) == read_plan(shared_plan(), 1)


def test_markets_without_a_route_of_their_own_take_the_shares_of_the_worlds():
    plan = read_plan(shared_plan(ROUTE.replace("fr: [", "world: [") + ", fr: [desk-c]"), 1)

    assert plan.shared("order", "uk") == plan.shared("order", "world")
    assert plan.shared("order", "fr") is None


def test_the_plan_is_the_same_when_it_is_written_out_and_read_again():
    figures = "shares: {step: 5, every: 20m, floor: 15, ceiling: 80, well_for: 1h, slow: 3m}\n"
    plan = read_plan(shared_plan(more=figures), 1)

    again = read_plan(dump_plan(plan), 1)

    assert again == plan
    assert again.digest == plan.digest
    assert again.shifting == Shifting(
        step=5,
        every=timedelta(minutes=20),
        floor=15,
        ceiling=80,
        well_for=timedelta(hours=1),
        slow=timedelta(minutes=3),
    )
    assert json.loads(dump_plan(plan))["purposes"]["order"]["routes"]["fr"][0] == {
        "desk": "desk-a",
        "share": 70,
    }
    assert "shares" not in json.loads(dump_plan(read_plan(shared_plan(), 1)))


@pytest.mark.parametrize(
    ("route", "told"),
    [
        (
            "fr: [{desk: desk-a, share: 70}, {desk: desk-b, share: 31}]",
            f"{PATH}: has shares that add up to 101, not to 100",
        ),
        ("fr: [{desk: desk-a, share: 0}, {desk: desk-b, share: 99}]", f"{PATH}[0].share: must be from 1 to 99"),
        ("fr: [{desk: desk-a, share: -5}, {desk: desk-b, share: 99}]", f"{PATH}[0].share: must be from 1 to 99"),
        ("fr: [{desk: desk-a, share: 70.5}, {desk: desk-b, share: 30}]", f"{PATH}[0].share: must be a whole number"),
        (
            "fr: [{desk: desk-a, share: 70}, desk-b]",
            f"{PATH}[0]: shares with nobody: a share needs another desk with one",
        ),
        (
            "fr: [{desk: desk-a}, {desk: desk-b, share: 30}]",
            f"{PATH}[0].share: is required: a percentage; a desk without one is written by its name alone",
        ),
        ("fr: [{share: 70}, {desk: desk-b, share: 30}]", f"{PATH}[0].desk: is required"),
        (
            "fr: [{desk: desk-z, share: 70}, {desk: desk-b, share: 30}]",
            f"{PATH}[0].desk: there is no desk 'desk-z'; did you mean 'desk-c'?",
        ),
        (
            "fr: [{desk: desk-a, share: 70}, {desk: desk-a, share: 30}]",
            f"{PATH}[1].desk: 'desk-a' is already in this route",
        ),
        (
            "fr: [{desk: desk-a, share: 70}, desk-c, {desk: desk-b, share: 30}]",
            f"{PATH}[2]: must stand together with the other desks that share this route",
        ),
        (
            "fr: [{desk: desk-a, share: 70, mood: 1}, {desk: desk-b, share: 30}]",
            f"{PATH}[0].mood: is not known here",
        ),
    ],
)  # fmt: skip
def test_each_fault_is_told_with_its_path(route, told):
    assert faults(route) == [told]


@pytest.mark.parametrize(
    ("figures", "paths"),
    [
        ("shares: {step: 51, floor: 0, ceiling: 100}", ["shares.step", "shares.floor", "shares.ceiling"]),
        ("shares: {every: 30s, well_for: 25h, slow: 9s}", ["shares.every", "shares.well_for", "shares.slow"]),
        ("shares: {pace: 1}", ["shares.pace"]),
        ("shares: 10", ["shares"]),
    ],
)
def test_figures_beyond_their_limits_are_all_told_at_once(figures, paths):
    assert sorted(told.partition(":")[0] for told in faults(more=figures + "\n")) == sorted(paths)


def test_faults_of_shares_and_of_figures_are_told_together():
    found = faults(
        "fr: [{desk: desk-a, share: 0}, {desk: nobody, share: 101}, desk-b]", "shares: {step: -1}\n"
    )

    assert [told.partition(": ")[0] for told in found] == [
        f"{PATH}[0].share", f"{PATH}[1].share", f"{PATH}[1].desk", "shares.step",
    ]  # fmt: skip


def test_desks_that_are_not_alike_and_shares_that_never_shift_are_warned_about():
    text = shared_plan("fr: [{desk: desk-a, share: 95}, {desk: desk-b, share: 5}]")
    other = text.replace("desk-b: {channel: box-b,", "desk-b: {channel: box-a, media: [sms],")

    assert warned(shared_plan()) == set()
    assert warned(text) == {"has shares below the floor of 10, which never shift: desk-b"}
    assert warned(text + "shares: {step: 0}\n") == set()
    assert warned(other) == {
        "has shares below the floor of 10, which never shift: desk-b",
        "is served by one channel only",
        "is shared by desks on one channel: in its trouble nothing can be shifted between desk-a, desk-b",
        "is shared by desks that take other media: desk-a, desk-b",
    }
    hours = (
        text.replace("desk-a: {", "desk-a: {hours: day, ")
        + "hours: {day: {zone: UTC, open: {mon: [08:00-12:00]}}}\n"
    )
    assert "is shared by desks of other opening hours: desk-a, desk-b" in warned(hours)


def between(before, after, more=""):
    found = changes(read_plan(shared_plan(before), 1), read_plan(shared_plan(after, more), 2))
    return [(one.path, one.kind.value, one.before, one.after) for one in found]


def test_a_share_that_changed_is_told_by_its_desk():
    other = "fr: [{desk: desk-a, share: 60}, {desk: desk-b, share: 40}, desk-c]"

    assert between(ROUTE, other) == [
        ("purposes.order.shares.fr.desk-a", "changed", 70, 60),
        ("purposes.order.shares.fr.desk-b", "changed", 30, 40),
    ]
    told = lines(changes(read_plan(shared_plan(), 1), read_plan(shared_plan(other), 2)))
    assert "~ purposes.order.shares.fr.desk-a: 70 -> 60\n" in told


def test_shares_that_begin_or_end_and_figures_that_change_are_told_as_such():
    assert between("fr: [desk-a, desk-b, desk-c]", ROUTE) == [
        ("purposes.order.shares", "added", None, {"fr": {"desk-a": 70, "desk-b": 30}})
    ]
    assert between(ROUTE, ROUTE, "shares: {step: 5}\n") == [("shares", "added", None, {"step": 5})]
    swapped = "fr: [{desk: desk-a, share: 50}, {desk: desk-b, share: 20}, {desk: desk-c, share: 30}]"
    assert [one[:2] for one in between(ROUTE, swapped)] == [
        ("purposes.order.shares.fr.desk-a", "changed"),
        ("purposes.order.shares.fr.desk-b", "changed"),
        ("purposes.order.shares.fr.desk-c", "added"),
    ]


def test_spellings_of_the_same_shares_do_not_differ():
    block = ROUTE.replace("{desk: desk-a, share: 70}", '{"share": 70, "desk": "desk-a"}')

    assert between(ROUTE, block) == []
    assert DESKS in shared_plan(block)
