"""The settings of bench/scale are those that are shipped, each with its source; a limit is named with what lifts it."""

import json
import re
from copy import deepcopy
from dataclasses import asdict, fields, replace
from math import inf
from pathlib import Path

import pytest
from scale_side import template, world

from bench.scale import settings
from bench.scale.fluid import Fluid
from bench.scale.idle import idle
from bench.scale.limits import broken, limits
from bench.scale.price import newest, of_run
from bench.scale.scenario import SCENARIOS, SLOW
from infra.queues import QUEUES
from infra.throttle import VENDORS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "performance.md").read_text()


def record():
    [name] = set(re.findall(r"bench/results/(scale-[\d-]+\.json)", PAGE))
    return json.loads((ROOT / "bench" / "results" / name).read_text())


def test_the_record_was_made_with_the_settings_that_are_shipped_now():
    shipped = {
        name: None if value == inf else value for name, value in asdict(settings.shipped(template())).items()
    }

    assert record()["settings"]["shipped"] == shipped, (
        "run `make bench-scale` again, and tell its table in the docs"
    )


def test_the_model_has_the_numbers_of_the_sources():
    given = settings.shipped(template())
    queues = {queue.name: queue for queue in QUEUES}

    assert (given.door_rate, given.door_burst) == VENDORS
    assert given.pollers_most == queues["NormalQueue"].concurrency
    assert given.lane_batch == queues["NormalQueue"].batch
    assert (given.replay_most, given.replay_batch) == (
        queues["OverflowQueue"].concurrency,
        queues["OverflowQueue"].batch,
    )
    assert (given.visibility, given.replay_visibility) == (
        queues["NormalQueue"].visibility,
        queues["OverflowQueue"].visibility,
    )


def changed(change):
    other = deepcopy(template())
    change(other["Resources"])
    return {
        name
        for name, value in asdict(settings.shipped(other)).items()
        if value != asdict(settings.shipped(template()))[name]
    }


def lane(found, name="NormalQueue"):
    return found["Deliver"]["Properties"]["Events"][name]["Properties"]


CHANGES = {
    "door_rate": lambda r: r["RestAPI"]["Properties"]["MethodSettings"][1].update(ThrottlingRateLimit=7),
    "pollers_most": lambda r: lane(r)["ScalingConfig"].update(MaximumConcurrency=7),
    "lane_batch": lambda r: lane(r).update(BatchSize=7),
    "others": lambda r: lane(r, "UrgentQueue")["ScalingConfig"].update(MaximumConcurrency=7),
    "intake_memory": lambda r: r["APIHandler"]["Properties"].update(MemorySize=7),
    "worker_memory": lambda r: r["Deliver"]["Properties"].update(MemorySize=7),
    "visibility": lambda r: r["NormalQueue"]["Properties"].update(VisibilityTimeout=7),
}


@pytest.mark.parametrize("field", CHANGES)
def test_a_changed_template_changes_the_model(field):
    assert changed(CHANGES[field]) == {field}


def test_every_number_has_a_source():
    assert {field.name for field in fields(settings.Settings)} - {"name"} == set(settings.SOURCES)


@pytest.mark.parametrize("name", ["aws-defaults", "shipped", "raised", "as-they-come"])
def test_settings_are_known_by_their_names(name):
    assert settings.every(template())[name].name == name


def test_the_limits_come_lowest_first_and_each_says_what_lifts_it():
    found = limits(world(rate=1e6))

    assert [one.most for one in found] == sorted(one.most for one in found)
    assert all(one.lifted for one in found)
    assert broken(world(rate=1e6))[0] == found[0]
    assert broken(world(rate=0.1)) == []


def test_a_desks_quota_breaks_before_any_of_ours():
    assert broken(world(rate=20.0, desk=SLOW))[0].name == "desk's own quota"


def test_what_is_said_to_lift_the_lanes_limit_does():
    here = world(rate=100.0)
    lifted = replace(here, settings=replace(here.settings, pollers_most=200))

    assert broken(here)[0].name.startswith("lane")
    assert not any(one.name.startswith("lane") for one in broken(lifted))


def test_the_scenarios_of_the_issue_are_all_there():
    loads = {
        round(one.rate * 3_600) for one in SCENARIOS if "a minute" not in one.name and "cold" not in one.name
    }

    assert loads == {1_000, 1_000_000, 50_000_000, 1_000_000_000}


def test_the_page_tells_the_record_that_it_names():
    told = record()

    assert not told["quick"]
    for row in told["rows"]:
        cells = (
            row["scenario"],
            row["settings"],
            f"{row['served']:,}",
            f"{row['unserved']:,}",
            f"{row['lost']:,}",
        )
        price = f"{row['usd_per_million_whole']:,.2f}"
        check = f"{row['discrete_event_difference_percent']:.2f}"
        assert f"| {' | '.join(cells)} | {row['first_limit']} | {price} | {check} |" in PAGE


def test_the_recorded_prices_are_those_of_the_template_and_the_costs_as_they_are_now():
    told, prices = record(), newest()
    here = world(rate=0.1)
    found = Fluid(here).run()

    accept, whole = (sum(terms.values()) / found.served * 1e6 for terms in of_run(here, prices, found))
    month = sum(term.usd for term in idle(template(), here, prices))

    assert told["usd_per_million"]["accept"]["in all"] == pytest.approx(accept, rel=0.05)
    assert told["usd_per_million"]["whole"]["in all"] == pytest.approx(whole, rel=0.05)
    assert sum(told["idle_usd_a_month"].values()) == pytest.approx(month, rel=0.05)


def test_the_page_calls_a_miss_a_miss():
    for verdict in record()["verdicts"]:
        word = "met" if verdict["met"] else "**missed**"
        assert f"| {verdict['promise']} | {verdict['most']:g} | {verdict['found']:,g} | {word} |" in PAGE
