"""The benchmark of surges: a quick run tells every figure by its name, and its verdicts can be bad."""

import json
from datetime import timedelta

import pytest

from bench import surge
from bench.bank_calls import ROOT
from bench.surge import Change, Met, plain, row
from bench.surge_days import days, made
from chalicelib.domain.surge.sums import Due
from tests.world import START


@pytest.fixture(scope="module")
def document():
    return surge.measured(quick=True)


def told(document, detector, change):
    return next(one for one in document["rows"] if (one["detector"], one["change"]) == (detector, change))


def test_every_change_is_told_for_both_detectors(document):
    changes = [change.name for change in surge.CHANGES]

    for detector in ("bascule", "plain poisson"):
        rows = [one["change"] for one in document["rows"] if one["detector"] == detector]
        assert sorted(rows) == sorted([*changes, "none", "none"])
    assert (document["source"], document["slot_seconds"]) == ("made up", 300)


def test_ours_is_quiet_on_usual_days_and_sees_five_times_the_usual_at_once(document):
    assert told(document, "bascule", "none")["false_days"] == 0
    assert told(document, "bascule", "x5")["same_slot_share"] == 1.0
    assert told(document, "bascule", "x2")["median_slots"] <= 3
    assert told(document, "plain poisson", "none")["false_days"] >= 2


def test_an_alarm_that_never_comes_and_one_that_comes_too_soon_are_told_apart():
    due = Due(most=100.0, least=100.0, most_ratio=1.0, least_ratio=1.0)
    at = START.replace(hour=7)
    day = [Met(at=at + timedelta(minutes=5 * n), seen=100, due=due) for n in range(160)]
    never = row("x", lambda _, seen: [False for _ in seen], Change(name="x2", times=2.0), [day])

    assert (never["caught_share"], never["median_slots"]) == (0.0, None)
    assert row("x", lambda _, seen: [True for _ in seen], None, [day])["false_days"] == 1
    assert plain(day, [100] * 160, fall=False) == [False] * 160
    assert all(plain(day, [300] * 160, fall=False))


def test_days_are_met_with_what_was_known_that_morning_only():
    counts = made(20, 1)

    played = list(days(counts, 10))

    assert len(played) == 10
    assert all(met.due.most_ratio > 2 for day in played for met in day)
    with pytest.raises(ValueError, match="too short"):
        list(days(counts, 1))


def test_a_missed_target_is_called_so(document):
    bad = {**told(document, "bascule", "none"), "false_days": 3, "met": False}

    assert "MISSED" not in "\n".join(surge.table(document))
    assert "3 false of 12 days" in (lines := "\n".join(surge.table({**document, "rows": [bad]})))
    assert "MISSED" in lines


def test_the_record_is_of_real_arrivals_and_ours_met_every_target():
    saved = sorted((ROOT / "bench" / "results").glob("surge-*.json"))
    record = json.loads(saved[-1].read_text())
    assert record["source"] == "bank_calls"
    assert [one["met"] for one in record["rows"] if one["detector"] == "bascule" and "met" in one] == [
        True
    ] * 5
