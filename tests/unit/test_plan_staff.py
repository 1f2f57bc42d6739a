"""Who serves at a desk, as the plan says it."""

import json
from datetime import timedelta

import pytest

from chalicelib.domain.load import Staff
from chalicelib.domain.plan_document.reader import PlanRefused, dump_plan, read_plan
from tests.world import CHANNELS, PURPOSES

OTHER = "  desk-b: {channel: box-b}\n"


def plan(fields):
    return CHANNELS + f"desks:\n  desk-a: {{channel: box-a{fields}}}\n" + OTHER + PURPOSES


def test_a_desk_says_how_many_serve_how_long_it_takes_and_how_long_people_wait():
    read = read_plan(plan(", agents: 12, handling: 4m, patience: 90s"), 1)

    assert read.desks["desk-a"].staff == Staff(
        agents=12, handling=timedelta(minutes=4), patience=timedelta(seconds=90)
    )
    assert read_plan(dump_plan(read), 1) == read


def test_a_desk_that_says_nothing_is_written_as_before():
    read = read_plan(plan(""), 1)

    assert read.desks["desk-a"].staff == Staff()
    assert {"agents", "handling", "patience"}.isdisjoint(json.loads(dump_plan(read))["desks"]["desk-a"])


@pytest.mark.parametrize(
    ("fields", "faults"),
    [
        (", agents: 12", {"agents": "without handling"}),
        (", agents: 12, patience: 2m", {"agents": "without handling", "patience": "without handling"}),
        (", agents: 0, handling: 4m", {"agents": "from 1 to 100000"}),
        (", agents: 2.5, handling: 4m", {"agents": "whole number"}),
        (", agents: many, handling: 4m", {"agents": "must be a number"}),
        (", handling: 240", {"handling": "must be text"}),
        (", handling: four", {"handling": "whole number and a unit"}),
        (", handling: 4s", {"handling": "from 5s to 24h"}),
        (", handling: 2d", {"handling": "from 5s to 24h"}),
        (", handling: 4m, patience: 1s", {"patience": "from 5s to 24h"}),
    ],
)
def test_what_says_nothing_or_too_much_is_a_fault_at_its_path(fields, faults):
    with pytest.raises(PlanRefused) as refused:
        read_plan(plan(fields), 1)

    found = {fault.path.removeprefix("desks.desk-a."): fault.message for fault in refused.value.faults}
    assert found.keys() == faults.keys()
    assert all(words in found[name] for name, words in faults.items())
