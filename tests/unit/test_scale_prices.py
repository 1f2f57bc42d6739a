"""The price of bench/scale: units as DynamoDB counts them, terms that add up, a bill that grows with the template."""

import json
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import pytest
from scale_side import template, world

from bench.scale.costs import newest as newest_costs
from bench.scale.desk_calls import refused
from bench.scale.fluid import Fluid
from bench.scale.idle import CHANNELS, idle
from bench.scale.measure import measured
from bench.scale.price import newest, of_act, of_run, per_million
from bench.scale.runs import NAMES
from bench.scale.units import Index, index_units, read_units, size, write_units
from bench.scale.verdicts import DIFFERENCE, agreement, verdicts

ROOT = Path(__file__).parents[2]
DUE = Index(name="due", keys=["shard", "at"], others=["lane"], table_keys=["pk"])


def item(**values):
    return {
        name: {"N": str(value)} if isinstance(value, int) else {"S": value} for name, value in values.items()
    }


ROW = item(pk="a", shard="due#01", at=1_000, lane="normal", text="x" * 900)


@pytest.fixture(scope="module")
def anew():
    return measured(4, "today")


def test_a_write_costs_the_larger_of_before_and_after_by_the_kilobyte():
    long = ROW | item(text="x" * 3_000)

    assert [write_units({}, ROW), write_units(ROW, long), write_units(long, ROW), write_units({}, {})] == [
        1,
        3,
        3,
        1,
    ]
    assert size(item(pk="é")) == 4


def test_an_index_costs_nothing_when_its_entry_stays_and_twice_when_its_key_moves():
    assert index_units(DUE, ROW, ROW | item(text="other")) == 0
    assert index_units(DUE, {}, ROW) == 1
    assert index_units(DUE, ROW, ROW | item(lane="bulk")) == 1
    assert index_units(DUE, ROW, ROW | item(at=2_000)) == 2
    assert index_units(DUE, ROW, item(pk="a")) == 1


def test_a_read_costs_by_four_kilobytes_and_half_where_it_may_be_old():
    assert read_units([ROW] * 5, consistent=True) == 2
    assert read_units([], consistent=False) == 0.5


def test_the_kept_costs_are_those_of_the_code_as_it_is(anew):
    kept = newest_costs()

    for name, act in anew.acts.items():
        for count in ("function", "dynamo", "sends", "objects", "units", "reads", "metrics"):
            assert list_of(getattr(act, count)) == list_of(getattr(kept[name], count)), (
                f"{name} costs other {count}: python -m bench.scale --measure"
            )
        assert act.log_bytes == pytest.approx(kept[name].log_bytes, rel=0.1)


def list_of(value):
    return (
        sorted(value.items())
        if isinstance(value, dict)
        else list(value)
        if isinstance(value, tuple)
        else value
    )


def test_an_accepted_contact_is_one_put_that_two_indexes_follow_and_one_bell(anew):
    act = anew["accept"]

    assert (act.dynamo, act.sends, act.reads) == (1, 1, 0)
    assert act.units == {"ContactsTable": 1, "ContactsTable/due": 1, "ContactsTable/party": 1}


def test_a_refused_table_costs_no_unit_and_the_contact_is_held(anew):
    assert (anew["held"].units, anew["held"].sends) == ({}, 1)
    assert anew["replayed"].units == anew["accept"].units


def test_the_price_of_a_million_is_the_sum_of_its_acts():
    here, prices = world(rate=1.0), newest()
    found = Fluid(here).run()

    accept, whole = of_run(here, prices, found)

    by_hand = prices["gateway_request"] + sum(
        sum(of_act(here, prices, name).values()) for name in ("accept", "deliver")
    )
    assert per_million(whole, found.served) == round(by_hand * 1e6, 2)
    assert 0 < per_million(accept, found.served) < per_million(whole, found.served)
    assert per_million(whole, 0.0) is None


def bill(resources=None):
    return {term.name: term.usd for term in idle(resources or template(), world(), newest())}


@pytest.mark.parametrize(
    ("kind", "term", "more"),
    [
        ("AWS::CloudWatch::Alarm", "alarms", 0.10),
        ("AWS::SecretsManager::Secret", "secrets", 0.40),
        ("AWS::KMS::Key", "own keys", 1.00),
    ],
)
def test_one_more_of_what_costs_raises_the_idle_bill(kind, term, more):
    other = deepcopy(template())
    other["Resources"]["OneMore"] = {"Type": kind, "Properties": {"Namespace": "AWS/SQS", "MetricName": "m"}}

    assert bill(other)[term] - bill()[term] == pytest.approx(more)
    assert sum(bill(other).values()) - sum(bill().values()) == pytest.approx(more)


def test_each_channel_and_the_plan_have_a_checkup_an_hour_in_the_idle_bill():
    [term] = [term for term in idle(template(), world(), newest()) if term.name == "checkups"]
    each = sum(of_act(world(), newest(), "checkup").values())

    assert term.count == (CHANNELS + 1) * 730
    assert term.usd == pytest.approx(term.count * each)
    assert each > 0


def test_one_more_queue_that_wakes_a_function_is_asked_in_vain():
    other = deepcopy(template())
    events = other["Resources"]["Deliver"]["Properties"]["Events"]
    events["Again"] = deepcopy(events["BulkQueue"])
    events["Again"]["Properties"]["Queue"]["Fn::GetAtt"][0] = "AnotherQueue"

    assert bill(other)["empty receives of the queues"] > 1.1 * bill()["empty receives of the queues"]


def test_every_price_is_dated_and_sourced():
    told = json.loads(max((ROOT / "bench" / "data").glob("prices-*.json")).read_text())

    assert told["date"] == newest().date
    assert all(
        line["source"] and line["unit"] for part in ("prices", "vendors") for line in told[part].values()
    )


def test_a_desk_refuses_few_of_our_calls_and_many_of_a_rate_above_its_quota():
    same, above = refused(700.0, 700.0, 3_600), refused(770.0, 700.0, 3_600)

    assert max(same.values()) <= 1.0
    assert min(above.values()) > 5.0


def row(**changes):
    told = {
        "scenario": "1 k an hour",
        "settings": "shipped",
        "discrete_event_difference_percent": 0.1,
        "lost": 0,
    }
    return {**told, "unserved": 0, "usd_per_million_accept": 5.0, "usd_per_million_whole": 10.0, **changes}


def test_a_missed_promise_is_called_missed():
    found = {
        one.promise: one.met
        for one in verdicts([row(usd_per_million_whole=12.0)], {"by the clock": 1.5}, 9.0)
    }

    assert found["USD a million, the whole way"] is False
    assert found["calls answered 429, percent"] is False
    assert found["USD a million, accepted"] is found["USD a month, idle, ten channels"] is True


@pytest.mark.parametrize(("worst", "met"), [(DIFFERENCE, True), (DIFFERENCE + 0.01, False)])
def test_the_models_agree_only_when_the_row_in_which_they_differ_most_does(worst, met):
    rows = [
        row(),
        row(settings="raised", discrete_event_difference_percent=worst),
        row(scenario="50 M an hour"),
    ]

    assert agreement(rows).met is met
    assert next(verdicts(rows, {"by the clock": 0.0}, 9.0)) == agreement(rows)


def commanded(contacts, scenario):
    """The command's own exit code, and the rows that it printed."""
    command = [
        *(sys.executable, "-m", "bench.scale", "--quick", "--json"),
        *("--contacts", str(contacts), "--scenario", scenario),
    ]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    return ran.returncode, json.loads(ran.stdout)["rows"]


def test_the_command_prints_its_rows_as_one_object():
    code, rows = commanded(2_000, "1 k an hour")

    assert code == 0
    assert [one["settings"] for one in rows] == ["aws-defaults", "shipped", "raised", "shipped"]
    assert all(set(NAMES) <= set(one) for one in rows)
    assert {one["served"] for one in rows} == {1_000}


def test_the_command_fails_where_the_models_differ_by_more_than_they_may():
    code, rows = commanded(40, "0 to 1,000")  # each of so few is 2.5 percent

    assert max(one["discrete_event_difference_percent"] for one in rows) == 2.5 > DIFFERENCE
    assert code == 1
