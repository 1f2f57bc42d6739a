"""The onset benchmark: that it runs, repeats itself, counts from the onset, and that its page tells its record."""

import json
import re
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from bench.onset import CASES, OUTAGE, SILENT, Case, row
from bench.onset_play import LIMIT, Onset, Play
from bench.onset_sides import CACHE, EVERY, MAIL, SHOP, Browser

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "health.md").read_text()
CASE = Case(trouble=OUTAGE, by="probes alone", contacts=0.0, most=180.0, onsets=2)


def feed(first, state="open"):
    return json.dumps({"ways": [{"channel": first, "state": state}]})


def browser(seed=1):
    return Browser(draw=Random(seed))  # noqa: S311 - repeatable


def onset(seen):
    return Onset(believed=1.0, published=2.0, seen=seen)


@pytest.mark.parametrize("contacts", [0.0, 2 / 60])
def test_an_outage_is_believed_then_published_then_seen(contacts):
    found = Play(OUTAGE, contacts, 1).run()

    assert 0 < found.believed < found.published < found.seen < 180


def test_half_of_a_silence_is_seen_by_its_receipts_and_without_any_by_nobody():
    found = Play(SILENT, 1.0, 1).run()
    alone = Play(SILENT, 0.0, 1).run()

    assert 120 < found.believed < found.seen < 600
    assert alone == Onset(believed=None, published=None, seen=None)


def test_a_seed_repeats_itself_and_another_differs():
    assert Play(OUTAGE, 2 / 60, 3).run() == Play(OUTAGE, 2 / 60, 3).run()
    assert Play(OUTAGE, 2 / 60, 3).run() != Play(OUTAGE, 2 / 60, 4).run()


def test_a_browser_sees_what_the_shared_cache_took_in_at_its_last_read():
    page = browser()
    page.published(0.0, feed(MAIL))
    page.published(100.0, feed(SHOP))

    first = next(second / 10 for second in range(5_000) if page.sees(second / 10))

    assert 100.0 <= first <= 100.0 + CACHE


def test_a_browser_reads_as_often_as_the_script():
    script = (ROOT / "chalicelib" / "web" / "front-door.js").read_text()
    pauses = [browser(seed).pause() for seed in range(200)]

    assert f"EVERY = {EVERY * 1000:.0f}" in script
    assert "EVERY * (0.75 + Math.random() / 2)" in script
    assert EVERY * 0.75 <= min(pauses) < EVERY * 0.8
    assert EVERY * 1.2 < max(pauses) <= EVERY * 1.25


@pytest.mark.parametrize("state", ["degraded", "closed"])
def test_a_feed_that_offers_nothing_open_leads_nowhere(state):
    assert not browser().published(0.0, feed(SHOP, state))


def test_an_onset_that_nobody_saw_counts_as_for_ever():
    told = row(CASE, [onset(50.0)] * 9 + [onset(None)])

    assert (told["seen_median_seconds"], told["seen_p95_seconds"]) == (50.0, None)
    assert (told["seen_share"], told["met"]) == (0.9, False)


def test_a_target_is_met_by_the_95th_percentile_alone():
    told = row(CASE, [onset(50.0)] * 99 + [onset(LIMIT)])

    assert (told["seen_p95_seconds"], told["met"]) == (50.0, True)


def test_the_table_calls_every_case_met_or_missed():
    command = [sys.executable, "-m", "bench.onset", "--quick"]

    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)

    lines = ran.stdout.splitlines()[1:]
    assert len(lines) == len(CASES)
    assert all(line.endswith((": met", ": MISSED")) for line in lines)


def test_the_page_tells_the_record_that_it_names():
    [name] = set(re.findall(r"bench/results/(onset-[\d-]+\.json)", TEXT))
    record = json.loads((ROOT / "bench" / "results" / name).read_text())

    assert not record["quick"]
    for each in record["rows"]:
        cells = [
            f"{each[f'{step}_median_seconds']} / {each[f'{step}_p95_seconds']}"
            for step in ("believed", "published", "seen")
        ]
        verdict = "met" if each["met"] else "**missed**"
        assert (
            f"| {each['fault']}, {each['by']} | {' | '.join(cells)} | {each['most']:g}: {verdict} |" in TEXT
        )
