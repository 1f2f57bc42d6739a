"""In the time of planned work nobody is alarmed, and every contact is counted and led elsewhere; after it both end."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.planned_work.windows import Windows
from chalicelib.memory.maintenance import MemoryMaintenance
from chalicelib.service.planned_work import planned_work
from tests.unit.operations_side import PLAN
from tests.unit.test_operate_maintenance import plan as plan_work
from tests.unit.test_operations_openapi import answer_schema, fits
from tests.unit.vendor_side import PAGES, Vendor, work

PATH = "box-a#out#world"


@pytest.fixture
def vendor():
    return Vendor()


def loud(vendor):
    return [
        (event.about["because"], event.about["after"]) for event in vendor.ports.events.published
        if event.about.get("path") == PATH and event.about["loud"]
    ]  # fmt: skip


def test_alarms_are_muted_and_every_contact_is_counted_and_led_elsewhere(vendor):
    vendor.tells(work())
    vendor.go("2026-03-02T12:10:00Z")
    vendor.world.desks.fault["a.example"] = 503

    for number in range(6):
        vendor.world.say(id_=f"m{number}", person=f"p{number}")
        vendor.minutes(1)

    told = [event for event in vendor.ports.events.published if event.about.get("path") == PATH]
    rows, _ = vendor.ports.contacts.page(100)
    assert told
    assert all(event.about["planned"] and not event.about["loud"] for event in told)
    assert [event["data"]["customer"]["id"] for event in vendor.world.desks.contacts("b.example")] == [
        f"p{number}" for number in range(6)
    ]
    assert [row.work.state.value for row in rows] == ["delivered"] * 6


def test_trouble_that_outlasts_the_promised_end_is_told_aloud_once(vendor):
    vendor.tells(work())
    vendor.go("2026-03-02T12:10:00Z")
    vendor.world.desks.fault["a.example"] = 503
    vendor.minutes(4)

    vendor.go("2026-03-02T12:59:00Z")
    vendor.minutes(20)

    alerts = [
        e.about["subjects"]
        for e in vendor.ports.events.published
        if e.about.get("alert") == "planned_overrun"
    ]
    assert [[one["subject"] for one in subjects] for subjects in alerts] == [[PATH]]


def test_the_same_trouble_without_planned_work_is_told_aloud(vendor):
    vendor.world.desks.fault["a.example"] = 503

    vendor.minutes(4)

    assert loud(vendor) == [("failures", "open")]


def test_work_that_only_is_expected_mutes_too_and_contacts_still_go_elsewhere_when_it_fails():
    vendor = Vendor(PLAN + PAGES.replace("every: 60s", "every: 60s\n    planned: expect"))
    vendor.tells(work())
    vendor.go("2026-03-02T12:10:00Z")
    before = vendor.reason()
    vendor.world.desks.fault["a.example"] = 503

    vendor.minutes(4)
    vendor.world.say()
    vendor.world.run()

    assert (before, vendor.reason()) == ("chosen", "down")
    assert (loud(vendor), len(vendor.world.desks.contacts("b.example"))) == ([], 1)


def test_people_read_the_windows_own_words_while_a_planned_stop_lasts_and_are_served_after_it():
    vendor = Vendor(PLAN.replace("min_channels: 1, min_capacity: 4", "min_channels: 0"))
    plan_work(
        vendor, scopes=["desk:desk-a", "desk:desk-b"], alternatives={"order": ["reply"]}, drain_before="1m",
        reply={"fr": "Retour à midi.", "en": "Back at noon."}, start="2026-03-02T10:00:00Z", end="2026-03-02T12:00:00Z",
    )  # fmt: skip
    vendor.go("2026-03-02T10:30:00Z")
    vendor.world.say()
    vendor.minutes(2)
    words = [event for _, event in vendor.world.desks.took if "Back at noon." in json.dumps(event)]
    during = vendor.world.row().work.state.value

    vendor.go("2026-03-02T12:00:00Z")
    vendor.minutes(8)

    assert (len(words), during, vendor.world.row().work.state.value) == (1, "deferred", "delivered")
    assert len(vendor.world.desks.contacts("a.example")) == 1


class Overtaken(MemoryMaintenance):
    """Somebody writes first, once."""

    late = False

    def write(self, windows: Windows) -> None:
        if not self.late:
            self.late = True
            super().write(Windows(version=windows.version))
        super().write(windows)


def test_of_two_who_write_at_once_the_other_wins_and_the_next_look_writes(vendor):
    vendor.tells(work())
    ports, now = replace(vendor.ports, maintenance=Overtaken()), vendor.world.clock.now()
    plan = vendor.world.wired.situations.read(now).plan

    first, second = (planned_work(ports, plan, {}, now) for _ in range(2))

    assert first == Windows()
    assert (second.version, [window.source for window in second.planned]) == (2, ["vendor"])
    assert ports.maintenance.read() == second


def test_the_answers_have_the_shape_that_the_document_says(vendor):
    vendor.tells(work(), work("m2", "2026-03-03T12:00:00Z", "2026-03-03T13:00:00Z", on="Boutique"))

    for path in ("/v1/maintenance", "/v1/notices"):
        reply = vendor.ask("GET", path, role="viewer")
        assert reply.code == 200
        fits(reply.json, answer_schema("GET", path, 200)["schema"])
    assert len(vendor.tasks()) == 1


def test_the_ledger_tells_which_window_did_what_and_no_title(vendor):
    vendor.tells(work() | {"name": "secret words of the vendor"})

    [entry] = vendor.entries("maintenance")

    assert (entry["what"], entry["by"], entry["effect"]) == ("planned", "page:alpha", "divert")
    assert int(entry["end"]) - int(entry["start"]) == timedelta(hours=1) // timedelta(milliseconds=1)
    assert "secret" not in json.dumps(entry)
