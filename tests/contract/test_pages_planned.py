"""Planned work as each format tells it: from when to when, of which components, in which regions."""

from datetime import UTC, datetime

import pytest
from page_contract import NOW, SAMPLES, sample

from chalicelib.domain.vendor_pages.plan import PagePlan
from chalicelib.domain.vendor_pages.watched import Watched, dump_watched, kept, read_watched
from chalicelib.pages import formats, reader


def at(month, day, hour, minute=0):
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


VOICE, SMS, INBOUND = "programmable voice", "sms", "inbound"
TOLD = {
    "statuspage": [
        ("m2", at(11, 21, 19, 30), at(11, 21, 22, 30), {VOICE}, {VOICE: {"north america"}}),
        ("m3", at(11, 28, 23), at(11, 29, 3), {VOICE, SMS}, {VOICE: {"europe"}}),
    ],
    "incidentio": [
        ("mnt0", at(11, 21, 19), at(11, 21, 21), {INBOUND}, {INBOUND: {"us"}}),
        ("mnt1", at(12, 1, 22, 30), at(12, 2, 0, 30), {"api"}, {}),
    ],
    "instatus": [
        ("im1", at(11, 21, 19, 30), at(11, 21, 20, 30), set(), {}),
        ("im2", at(11, 30, 23), at(12, 1, 1), set(), {}),
    ],
    "statusio": [
        ("mt1", at(11, 21, 19, 30), at(11, 21, 20, 30), {"sip trunks"}, {"sip trunks": {"paris"}}),
        ("mt2", at(11, 26, 23), at(11, 27, 1), {"sip trunks"}, {"sip trunks": {"london"}}),
    ],
    "zendeskstatus": [("5001", at(11, 28, 23), at(11, 29, 1), {"support", "talk"}, {})],
}
TIMELESS = {"feed", "metastatus", "slackstatus"}
"""Formats whose planned work has no times, or that tell of none."""


def body(format_):
    [path] = SAMPLES.glob(f"{format_}-*-maintenance.json")
    return path.read_bytes()


@pytest.mark.parametrize("format_", TOLD)
def test_planned_work_has_its_time_its_components_and_their_regions(format_):
    page = reader(format_).read(body(format_), NOW)

    told = [(m.id, m.start, m.end, m.components, m.regions) for m in page.maintenances]
    assert told == TOLD[format_]


@pytest.mark.parametrize("format_", TOLD)
def test_planned_work_is_kept_as_it_was_read(format_):
    page = reader(format_).read(body(format_), NOW)
    names = (VOICE, SMS, INBOUND, "api", "sip trunks", "Support", "Talk", "Live chat", "Bots")
    plan = PagePlan(id="p", format=format_, url="u", components=dict.fromkeys(names, ("box",)))

    watched = kept(plan, page, Watched(page="p", asked_at=NOW))

    assert read_watched(dump_watched(watched)) == watched
    assert [m.start for m in watched.maintenances] == [start for _, start, _, _, _ in TOLD[format_]]
    assert all(set(m.regions) <= m.components and m.components for m in watched.maintenances)


def test_every_format_tells_planned_work_with_its_times_or_is_known_not_to():
    assert set(TOLD) | TIMELESS == set(formats())


@pytest.mark.parametrize(
    ("format_", "name"),
    [("slackstatus", "slackstatus-v2.0.0-2026_11-active.json"), ("feed", "feed-2.0-2026_11-history.rss")],
)
def test_work_without_times_is_told_and_can_be_no_window(format_, name):
    page = reader(format_).read(sample(name), NOW)

    assert page.maintenances
    assert all(m.start is None and m.end is None for m in page.maintenances)
