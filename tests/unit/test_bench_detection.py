"""The detection benchmark: that it runs, what it promises to print, that it repeats itself. No time is judged."""

import json
import subprocess
import sys
from math import isfinite
from pathlib import Path

import pytest

from bench.detection_report import judged
from bench.false_alarms import Noise, alarm_every, counted, delays
from bench.faults import ARCHIVE, Fault, Span, contacts, made, real, recorded
from bench.our_detector import Bascule
from bench.replay import replay, row
from chalicelib.domain.health import Rules

ROOT = Path(__file__).parents[2]
TRACE = ARCHIVE / "skype_user_reported.csv"
KEYS = {
    "detector", "fault", "contacts_per_second", "lost_percent", "detect_median_seconds", "detect_p95_seconds",
    "detected_share", "switches", "false_switches", "diverted_percent", "recovery_seconds",
    "microseconds_per_observation",
}  # fmt: skip
FAULTS = {"outage", "brown-out", "slow", "silent-50", "silent-11", "flapping", "blips", "noise"}


def found(name, *, canary=False, seed=1, rate=2.0):
    fault = next(each for each in made(quick=True) if each.name == name)
    run = replay(Bascule(fault=fault, seed=seed, canary=canary), fault, contacts(fault, rate, seed))
    return row("bascule", name, rate, [run], 1.0)


@pytest.fixture(scope="module")
def printed():
    command = [sys.executable, "-m", "bench.detection", "--alone", "--quick", "--json", "--trace", str(TRACE)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_a_replayed_trace_prints_rows_with_exactly_the_published_names(printed):
    assert [row["detector"] for row in printed["rows"]][:2] == ["bascule", "bascule+canary"]
    assert all(set(row) == KEYS and row["fault"] == TRACE.stem for row in printed["rows"])
    assert all(isfinite(row["lost_percent"]) for row in printed["rows"])


def test_every_fault_of_the_task_is_played_and_both_real_traces():
    assert {fault.name for fault in made(quick=False)} == FAULTS
    assert {fault.name for fault in real(60)} == {"messenger", "skype"}


@pytest.mark.parametrize("name", ["brown-out", "silent-50", "flapping"])
def test_a_seed_repeats_itself(name):
    assert found(name, canary=True, seed=3) == found(name, canary=True, seed=3)
    assert found(name, canary=True, seed=3) != found(name, canary=True, seed=4)


@pytest.mark.parametrize("canary", [False, True])
@pytest.mark.parametrize("name", ["outage", "brown-out", "slow", "silent-50", "silent-11"])
def test_every_kind_of_trouble_is_seen(name, canary):
    one = found(name, canary=canary)

    assert (one["detected_share"], one["false_switches"]) == (1.0, 0)


def test_silence_without_receipts_or_canaries_is_seen_by_nobody_who_only_hears_answers():
    deaf = Fault(
        name="x", spans=(Span(start=0, end=600, kind="silent", share=0.5),), stretches=((0.0, 20.0),)
    )
    run = replay(Bascule(fault=deaf, seed=1), deaf, contacts(deaf, 2.0, 1))

    assert (run.detections, run.switches) == ((), 0)


def test_half_of_a_vendors_silence_is_seen_within_45_seconds_with_canaries():
    ones = [found("silent-50", canary=True, seed=seed)["detect_median_seconds"] for seed in range(5)]

    assert max(ones) <= 45


def test_a_flapping_path_is_left_three_times_at_most():
    assert max(found("flapping", seed=seed)["switches"] for seed in range(3)) <= 3


def test_a_recorded_trace_keeps_its_intervals_and_drops_long_quiet(tmp_path):
    file = tmp_path / "t.csv"
    file.write_text("start_time,end_time,status,service\n0.0,600.0,1.0,x\n500000.0,500900.0,0.25,x\n")

    fault = recorded(file, 60)

    assert [(span.end - span.start, span.share) for span in fault.spans] == [(600.0, 1.0), (900.0, 0.25)]
    assert fault.spans[1].start - fault.spans[0].end == 3 * 3_600


def test_a_missed_target_is_called_missed():
    bad = found("outage") | {"lost_percent": 3.0}

    verdicts = {each["figure"]: each["met"] for each in judged([bad])}

    assert verdicts["lost_percent"] is False


def test_quiet_days_at_half_a_per_cent_trip_nothing():
    assert counted(Noise(share=0.005, shape="steady"), 50, calibrate=False)["false_switches"] == 0


@pytest.mark.parametrize("shape", ["steady", "bursty", "diurnal"])
def test_noise_of_three_per_cent_trips_nothing_after_calibration(shape):
    assert counted(Noise(share=0.03, shape=shape), 60, calibrate=True)["false_switches"] == 0


def test_uncalibrated_three_per_cent_would():
    assert counted(Noise(share=0.03, shape="steady"), 300, calibrate=False)["false_switches"] > 0


def test_the_interval_between_false_alarms_is_at_least_pages_bound_and_delays_near_lordens():
    assert alarm_every(Rules(), 0.01) > 10**6
    assert all(each["ratio"] <= 1.5 for each in delays(Rules(), 0.005, (1.0, 0.4, 0.2), 200))
