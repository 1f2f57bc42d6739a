"""The durability benchmark: it keeps its accounts, counts what is planted, and really kills its workers."""

import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest

from bench.durability.queues import RECEIPTS, VISIBILITY, AtLeastOnce
from bench.durability.scenery import Scenery
from bench.durability.senders import MOST, deliveries
from chalicelib.memory import ManualClock
from chalicelib.ports import Note
from tests.world import START

ROOT = Path(__file__).parents[2]
RUNS = {
    "": ["--contacts", "150"],
    "acknowledges without writing": ["--contacts", "100"],
    "saves without a condition": ["--contacts", "120", "--letters", "0.8"],
    "forgets keys": ["--contacts", "100"],
}
"""The product as it is, and with each fault that can be planted."""


@pytest.fixture(scope="module")
def runs():
    """Each run at once: they mostly wait for leases and receipts."""
    with ThreadPoolExecutor(len(RUNS)) as pool:
        return dict(zip(RUNS, pool.map(played, RUNS), strict=True))


def played(planted):
    command = [
        sys.executable,
        "-m",
        "bench.durability",
        "--quick",
        "--json",
        "--pace",
        "40",
        "--plant",
        planted,
    ]
    ran = subprocess.run(
        [*command, *RUNS[planted]], cwd=ROOT, capture_output=True, text=True, timeout=200, check=False
    )
    assert ran.stdout, ran.stderr
    return ran.returncode, json.loads(ran.stdout)


def test_the_page_tells_the_record_that_it_names():
    text = (ROOT / "docs" / "performance.md").read_text()
    [name] = set(re.findall(r"bench/results/(durability-[\d-]+\.json)", text))
    record = json.loads((ROOT / "bench" / "results" / name).read_text())

    assert not record["quick"]
    assert record["balanced"]
    for said, value in told_of(record):
        assert f"| {said} | {value:,} |" in text


def told_of(record):
    """The page's lines: what is said, and the figure."""
    names = (
        "contacts",
        "deliveries",
        "rows",
        "lost",
        "doubled",
        "false_2xx",
        "ambiguous",
        "swallowed",
        "belied",
    )
    return [
        *((name.replace("_", " "), record[name]) for name in names),
        ("workers killed", sum(record["kills"].values())),
        ("steps", record["steps"]),
        ("faults of stores, queues and providers", sum(record["faults"].values())),
        ("told to come later", record["retry_later"]),
    ]


def queue(twice=0.0):
    clock = ManualClock(START)
    return clock, AtLeastOnce(clock.now, Random(1), twice)  # noqa: S311 - repeatable


def test_the_product_as_it_is_loses_and_doubles_nothing_and_the_accounts_balance(runs):
    code, told = runs[""]

    assert (told["lost"], told["doubled"], told["false_2xx"], told["restless"]) == (0, 0, 0, 0)
    assert (told["contacts"], told["rows"], told["equations_that_fail"]) == (150, 150, [])
    assert told["deliveries"] > 300
    assert code == 0


def test_workers_are_killed_in_their_steps_and_from_outside_and_every_kind_of_fault_is_met(runs):
    _, told = runs[""]

    assert told["kills"]["by themselves"] > told["steps"] / 40
    assert told["kills"]["from outside"] > 0
    assert told["kills"]["otherwise ended"] == 0
    assert {"store: throttle", "store: 5xx", "store: 5xx after"} <= set(told["faults"])


def test_a_store_that_acknowledges_what_it_did_not_write_is_a_loss_and_a_false_2xx(runs):
    code, told = runs["acknowledges without writing"]

    assert told["lost"] == told["false_2xx"] > 0
    assert told["rows"] == told["contacts"] - told["lost"]
    assert told["named"]["lost"] == told["named"]["false_2xx"]
    assert code == 1


def test_a_claim_without_a_condition_is_a_double_where_the_desk_knows_no_keys(runs):
    code, told = runs["saves without a condition"]

    assert told["doubled"] > 0
    assert code == 1


def test_a_desk_that_forgets_the_keys_it_promised_to_keep_is_a_double(runs):
    code, told = runs["forgets keys"]

    assert told["doubled"] > 0
    assert told["equations_that_fail"]
    assert code == 1


def test_every_contact_is_delivered_one_to_five_times_in_no_order():
    scenery = Scenery(folder="", seed=1, contacts=500, pace=1.0, began=0.0)

    found = deliveries(scenery, Random(1))  # noqa: S311 - repeatable

    names = [one.name for one in found]
    assert {names.count(name) for name in names} == set(range(1, MOST + 1))
    assert len(set(names)) == 500
    assert names != sorted(names)


def test_a_message_that_nobody_finished_comes_back_after_its_visibility_and_five_times_at_most():
    clock, queues = queue()
    queues.put(Note(queue="evidence", body="word"))
    came = []
    for _ in range(RECEIPTS + 1):
        came += [*given(queues), *given(queues)]
        clock.advance(VISIBILITY.total_seconds())

    assert came == ["word"] * RECEIPTS
    assert queues.redrive() == 1
    assert given(queues) == ["word"]


def test_a_message_that_was_done_with_does_not_come_back_unless_the_queue_gives_it_twice():
    came = []
    for twice in (0.0, 1.0):
        clock, queues = queue(twice)
        queues.put(Note(queue="evidence", body="word"))
        (id_,) = [message[0] for message in received(queues)]
        queues.done("evidence", [id_])
        clock.advance(VISIBILITY.total_seconds())
        came.append(given(queues))

    assert came == [[], ["word"]]


def received(queues):
    """What the next receive gives, apart from the minutes."""
    return next(found for name, found in iter(queues.receive, None) if name != "minute")


def given(queues):
    return [body for _, body, _ in received(queues)]
