"""Work that lasts longer than was promised: from the promised end on its trouble is an incident like any other."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.proof.spells import flips_of, spells
from chalicelib.domain.snapshot import read_snapshot
from chalicelib.domain.telling.told_flip import ToldFlip
from chalicelib.service.overrun import write_overruns
from tests.unit.test_operate_maintenance import plan as plan_work
from tests.unit.vendor_side import Vendor, work
from tests.world import START

PATH = "box-a#out#world"


@pytest.fixture
def vendor():
    return Vendor()


def flips(vendor):
    return [
        (one["because"], one.get("planned"), one.get("window", ""))
        for one in vendor.entries("flips")
        if one["path"] == PATH
    ]


def incidents(vendor):
    return [told for told in flips(vendor) if told[0] in ("failures", "overrun")]


def breaks_at_work(vendor):
    vendor.go("2026-03-02T12:10:00Z")
    vendor.world.desks.fault["a.example"] = 503
    return vendor.minutes(3)


def test_trouble_in_the_time_of_the_work_is_planned_and_names_its_window(vendor):
    [window] = vendor.tells(work())

    breaks_at_work(vendor)

    assert flips(vendor) == [("failures", "true", window["id"])]


def test_a_path_that_is_still_bad_after_the_end_becomes_an_incident_once_and_stays_away(vendor):
    [window] = vendor.tells(work())
    breaks_at_work(vendor)

    vendor.go("2026-03-02T12:59:00Z")
    vendor.minutes(4)

    overruns = [one for one in vendor.entries("flips") if one["because"] == "overrun"]
    assert [(one["path"], one["class"], one["window"], one.get("planned")) for one in overruns] == [
        (PATH, "hard", window["id"], None)
    ]
    assert {one["before"] for one in overruns} <= {"open", "trial"}
    assert (vendor.windows(), vendor.reason()) == ([], "down")


def test_the_path_returns_by_its_own_trial_and_the_return_is_no_overrun(vendor):
    vendor.tells(work())
    breaks_at_work(vendor)
    vendor.world.desks.fault.clear()

    vendor.minutes(8)
    vendor.go("2026-03-02T13:05:00Z")

    told = flips(vendor)
    assert (told[0][0], told[-1][0], {planned for _, planned, _ in told}) == (
        "failures",
        "trial_passed",
        {"true"},
    )
    assert vendor.reason() == "chosen"


def test_an_end_that_no_minute_saw_is_found_by_the_next_one(vendor):
    [window] = vendor.tells(work())
    breaks_at_work(vendor)

    vendor.go("2026-03-02T14:30:00Z")

    assert ("overrun", None, window["id"]) in flips(vendor)


def test_work_that_the_vendor_extends_stays_out_and_counts_as_an_incident_from_the_promised_end(vendor):
    [window] = vendor.tells(work())
    breaks_at_work(vendor)
    [longer] = vendor.tells(work(end="2026-03-02T15:00:00Z"))

    vendor.go("2026-03-02T13:05:00Z")

    assert longer["next"][0]["promised_end"] == "2026-03-02T13:00:00.000Z"
    assert vendor.reason() == "maintenance"
    assert incidents(vendor) == [("failures", "true", window["id"]), ("overrun", None, window["id"])]


def test_work_that_an_operator_extends_is_treated_alike(vendor):
    plan_work(vendor, start="2026-03-02T12:00:00Z", end="2026-03-02T13:00:00Z", drain_before="1m")
    breaks_at_work(vendor)
    extended = vendor.ask(
        "POST", "/v1/maintenance/w1/extend", {"until": "2026-03-02T15:00:00Z"}, headers={"if-match": '"1"'}
    )

    vendor.go("2026-03-02T13:05:00Z")

    assert extended.json["windows"][0]["next"][0]["promised_end"] == "2026-03-02T13:00:00.000Z"
    assert vendor.reason() == "maintenance"
    assert incidents(vendor) == [("failures", "true", "w1"), ("overrun", None, "w1")]


def test_a_crash_before_the_snapshot_is_out_tells_the_same_once(vendor):
    vendor.tells(work())
    breaks_at_work(vendor)
    vendor.world.clock.advance(3_600)
    version, text = vendor.ports.snapshots.read()
    situation = vendor.world.wired.situations.read(vendor.world.clock.now())
    later = json.loads(text) | {
        "at": int(vendor.world.clock.now().timestamp() * 1000),
        "version": version + 1,
    }
    after = read_snapshot(json.dumps(later))

    written = [write_overruns(vendor.ports, situation.plan, after) for _ in range(2)]

    assert written == [1, 1]
    assert [because for because, _, _ in flips(vendor)].count("overrun") == 1


def test_while_ledger_and_queue_are_down_the_snapshot_goes_out_all_the_same(vendor):
    vendor.tells(work())
    breaks_at_work(vendor)
    vendor.world.clock.advance(3_600)
    before = vendor.ports.snapshots.read()[0]
    vendor.ports.ledger.down = True

    vendor.world.wired.tick.flip()

    assert vendor.ports.snapshots.read()[0] > before


def test_what_was_promised_counts_as_planned_time_and_what_lies_after_it_does_not(vendor):
    vendor.tells(work())
    breaks_at_work(vendor)
    vendor.go("2026-03-02T12:59:30Z")
    vendor.minutes(1)
    now = vendor.world.clock.now()
    chains = vendor.ports.ledger.read("flips", now - timedelta(hours=5), now)

    [promised, later] = [one for one in spells(flips_of(chains, PATH)) if one.evidence == "hard"]

    assert (promised.planned, later.planned, later.because, later.closed_at) == (True, False, "overrun", None)
    assert promised.closed_at == later.opened_at
    assert timedelta() <= later.opened_at - datetime(2026, 3, 2, 13, tzinfo=UTC) <= timedelta(minutes=1)


def test_an_overrun_whose_beginning_nobody_has_seen_was_planned_until_then():
    turn = ToldFlip(path=PATH, evidence="hard", before="open", after="open", at=START, because="overrun")

    found = spells([turn])

    assert [(one.opened_at, one.closed_at, one.planned) for one in found] == [
        (None, START, True),
        (START, None, False),
    ]
