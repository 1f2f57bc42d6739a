"""Planned work on the whole stack: the gateway's routes, the store, the snapshot, the desk that serves meanwhile."""

import json

import pytest

from infra.local.fakes.vendors import post
from tests.e2e import sides
from tests.e2e.watching import in_the_end, rejected, served, settled, undone

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

WORK = {
    "title": "update", "scopes": ["desk:paris"], "start": 0, "end": 60, "reason": "e2e",
    "alternatives": {"order": ["desk:lille"], "hotline": ["desk:line-1"]},
}  # fmt: skip
CALENDAR = """BEGIN:VCALENDAR
BEGIN:VEVENT
UID:e2e
SUMMARY:yearly
DTSTART;VALUE=DATE:20260101
RRULE:FREQ=YEARLY
DESCRIPTION:bascule-scope: desk:nantes\\nbascule-alternative order: desk:paris
END:VEVENT
END:VCALENDAR
"""


def change(scene, method, path, body=None, **headers):
    named = {"If-Match": scene.ops("GET", "/v1/maintenance").headers["etag"], **headers}
    return scene.ops(method, path, body, named)


@pytest.fixture
def working(scene):
    """The scene for a test that plans work: afterwards none is planned."""
    try:
        yield scene
    finally:
        undone(scene, "/v1/maintenance", "windows")
        settled(scene)


def told(answer):
    return json.loads(answer.text)


def preferred(scene):
    return told(scene.ops("POST", "/v1/decisions", {"channel": "shop"}))["decision"]


def test_contacts_go_to_the_alternative_while_the_work_lasts_and_back_when_it_is_dropped(working):
    planned = change(working, "POST", "/v1/maintenance", WORK)
    assert planned.code == 201, planned.text
    in_the_end(working, lambda: preferred(working)["desk"] == "lille", "the work has begun", 30)
    person = sides.person("form")
    post(sides.form(working, sides.fresh("work"), person, "Bonjour"))
    row = served(working, "shop", person)
    [window] = told(planned)["windows"]

    longer = change(working, "POST", f"/v1/maintenance/{window['id']}/extend", {"until": 90})
    dropped = change(working, "DELETE", f"/v1/maintenance/{window['id']}")

    in_the_end(working, lambda: preferred(working)["desk"] == "paris", "the desk is back", 30)
    assert (longer.code, dropped.code, row["served_by"]) == (200, 200, "lille")
    assert rejected(row["attempts"][0]["decision"])["paris"] == "maintenance"


def test_a_calendar_is_imported_and_a_window_is_checked(working):
    imported = change(
        working, "PUT", "/v1/maintenance/calendar", CALENDAR, **{"Content-Type": "text/calendar"}
    )
    checked = working.ops("POST", "/v1/maintenance/check", WORK | {"start": 0, "end": 576_000 // 20})

    assert imported.code == 200
    assert told(imported)["windows"][0]["source"] == "ical"
    assert checked.code == 200
    assert told(checked)["affected"] == ["hotline", "order"]
