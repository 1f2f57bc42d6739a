"""Announcements of planned work: due once each, on the right day, moved and withdrawn with their work."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.plan_document.reader import read_plan
from chalicelib.domain.planned_work.notice_turns import announced, everything, upcoming
from chalicelib.domain.planned_work.notices import NOTICES, NoticeState
from chalicelib.domain.planned_work.windows import Span, Window, Windows
from chalicelib.domain.snapshot import Snapshot, dump_snapshot, read_snapshot
from chalicelib.web.upcoming import span_words, zone_of
from tests.unit.operations_side import PLAN
from tests.unit.test_maintenance_rules import PLAN as RULES_PLAN
from tests.unit.test_operate_maintenance import plan as plan_work
from tests.unit.vendor_side import PAGES, Vendor, work

ZONED = (
    PLAN.replace("min_channels: 1, min_capacity: 4", "min_channels: 0").replace(
        "capacity: {concurrent: 10}}", "capacity: {concurrent: 10}, hours: always}"
    )
    + "hours: {always: {zone: Europe/Paris, open: {mon-sun: ['00:00-24:00']}}}\n"
)
CLOSED = {
    "scopes": ["channel:shop"], "alternatives": {"order": ["reply"]}, "drain_before": "1m",
    "reply": {"fr": "Retour dimanche.", "en": "Back on Sunday."},
    "start": "2026-03-14T23:30:00+01:00", "end": "2026-03-15T04:00:00+01:00",
}  # fmt: skip
MAIL = """
  mail:
    {kind: webhook, market: fr, account: m, settings: {url: "https://m.example"},
     door: {url: "mailto:a@shop.example", labels: {fr: Courriel, en: Mail}}}
"""


@pytest.fixture
def bank():
    return Vendor(ZONED + PAGES)


def feed(bank, language="fr"):
    return json.loads(bank.ports.snapshots.read_feed(f"fr.{language}.json"))


def texts(bank, language="fr"):
    return [one["text"] for one in feed(bank, language).get("upcoming", [])]


def test_each_announcement_is_published_when_it_is_due_and_only_once(bank):
    plan_work(bank, **CLOSED)
    seen = []

    for when in (
        "2026-03-07T22:20:00Z",
        "2026-03-07T22:30:00Z",
        "2026-03-13T22:30:00Z",
        "2026-03-14T21:30:00Z",
    ):
        bank.go(when)
        bank.minutes(3)
        seen.append([state for _, _, state in bank.notices()])

    assert seen == [
        ["planned", "planned", "planned"],
        ["published", "planned", "planned"],
        ["published", "published", "planned"],
        ["published", "published", "published"],
    ]
    told = [entry["notice"] for entry in bank.entries("maintenance") if entry["what"] == "notice published"]
    assert told == ["D-7", "D-1", "H-1"]


def test_customers_read_what_is_out_on_the_right_day_in_their_own_time_and_language(bank):
    plan_work(bank, **CLOSED)
    before = texts(bank)

    bank.go("2026-03-07T22:30:00Z")

    assert before == []
    assert texts(bank) == [
        "Boutique sera en maintenance du samedi 14 mars à 23 h 30 au dimanche 15 mars à 4 h 00.",
        (
            "Certaines demandes n'auront pas de réponse du samedi 14 mars à 23 h 30 au dimanche 15 mars à 4 h 00 ; "
            "elles seront traitées ensuite."
        ),
    ]
    assert texts(bank, "en")[0] == (
        "Shop will be under maintenance from Saturday 14 March, 23:30, to Sunday 15 March, 04:00."
    )
    assert feed(bank)["upcoming"][0]["from"] == "2026-03-14T22:30:00Z"


def test_the_status_page_says_it_too_and_no_longer_once_the_work_has_begun(bank):
    plan_work(bank, **CLOSED)
    bank.go("2026-03-14T21:40:00Z")
    page = bank.ask("GET", "/status").text

    bank.go("2026-03-14T22:30:00Z")

    assert "Boutique sera en maintenance du samedi 14 mars" in page
    assert "Shop will be under maintenance from Saturday 14 March" in page
    assert "sera en maintenance du" not in bank.ask("GET", "/status").text
    assert texts(bank) == []


def test_a_missed_minute_makes_an_announcement_late_and_the_last_one_due_stands_for_those_before(bank):
    plan_work(bank, **CLOSED)

    bank.go("2026-03-14T21:45:00Z")

    assert [state for _, _, state in bank.notices()] == ["skipped", "skipped", "published"]
    assert len(texts(bank)) == 2


def test_announcements_move_with_the_work():
    planned = work(on="Inbox", start="2026-03-10T12:00:00Z", end="2026-03-10T13:00:00Z")
    shop = work("m2", on="Boutique", start="2026-03-06T12:00:00Z", end="2026-03-06T13:00:00Z")
    two_doors = ZONED.replace("  box-a:", f"{MAIL}  box-a:", 1).replace(
        "match: [{channel: shop}]", "match: [{}]"
    )
    bank = Vendor(two_doors + PAGES)
    bank.tells(planned, shop)
    first = (bank.notices(), texts(bank))

    bank.tells(
        planned, shop | {"scheduled_for": "2026-03-07T12:00:00Z", "scheduled_until": "2026-03-07T13:00:00Z"}
    )

    assert [one for one in first[0] if one[2] == "published"] == [("D-7", "2026-03-06T12:00", "published")]
    assert first[1] == ["Boutique sera en maintenance le vendredi 6 mars de 13 h 00 à 14 h 00."]
    assert ("D-7", "2026-03-06T12:00", "withdrawn") in bank.notices()
    assert ("D-7", "2026-03-07T12:00", "published") in bank.notices()
    assert texts(bank) == ["Boutique sera en maintenance le samedi 7 mars de 13 h 00 à 14 h 00."]


def test_announcements_of_cancelled_work_are_withdrawn(bank):
    plan_work(bank, **CLOSED)
    bank.go("2026-03-08T08:00:00Z")
    version = bank.ports.maintenance.read().version

    bank.ask("DELETE", "/v1/maintenance/w1", headers={"if-match": f'"{version}"'})
    bank.minutes(1)

    assert [(name, state) for name, _, state in bank.notices()] == [("D-7", "withdrawn")]
    assert texts(bank) == []
    assert bank.entries("maintenance")[-1]["what"] == "notice withdrawn"


def test_work_that_customers_would_not_notice_is_not_announced(bank):
    plan_work(bank, start="2026-03-06T12:00:00Z", end="2026-03-06T13:00:00Z", drain_before="1m")

    bank.minutes(2)

    assert bank.notices() == []
    assert bank.ports.maintenance.read().version == 1


def test_the_list_tells_the_words_and_that_nobody_is_written_to_alone(bank):
    plan_work(bank, **CLOSED)

    told = bank.ask("GET", "/v1/notices", role="viewer").json

    assert told["surfaces"] == ["front_door", "status_page"]
    assert told["notices"][0]["texts"]["en"].startswith(
        "Shop will be under maintenance from Saturday 14 March"
    )
    assert {one["at"] for one in told["notices"]} == {None}


def test_an_announcement_survives_the_snapshot_and_an_old_snapshot_is_still_read():
    windows = announced(RULES_PLAN, shut(6), START)
    snapshot = Snapshot(version=1, at=START, plan=1, orders=EMPTY.orders, upcoming=upcoming(windows, START))

    text = dump_snapshot(snapshot)

    assert snapshot.upcoming
    assert read_snapshot(text) == snapshot
    assert read_snapshot(dump_snapshot(EMPTY)) == EMPTY
    assert "upcoming" not in dump_snapshot(EMPTY)


@pytest.mark.parametrize(
    ("start", "end", "french", "english"),
    [
        ("2026-03-28T23:30", "2026-03-29T04:00", "du samedi 28 mars à 23 h 30 au dimanche 29 mars à 4 h 00",
         "from Saturday 28 March, 23:30, to Sunday 29 March, 04:00"),
        ("2026-06-01T00:00", "2026-06-01T02:05", "le lundi 1er juin de 0 h 00 à 2 h 05",
         "on Monday 1 June from 00:00 to 02:05"),
    ],
)  # fmt: skip
def test_times_are_told_in_words(start, end, french, english):
    zone = ZoneInfo("Europe/Paris")
    span = [datetime.fromisoformat(at).replace(tzinfo=zone) for at in (start, end)]

    assert span_words(*span, "fr") == french
    assert span_words(*span, "en-GB") == english
    assert span_words(*(at.replace(tzinfo=UTC) for at in span), "fr") == f"{french} (UTC)"


def test_local_time_is_that_of_a_desk_of_the_market_else_of_any_else_utc():
    assert zone_of(read_plan(ZONED, 1), "fr") == ZoneInfo("Europe/Paris")
    assert zone_of(read_plan(ZONED, 1), "us") == ZoneInfo("Europe/Paris")
    assert zone_of(read_plan(PLAN, 1), "fr") is UTC


START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
EMPTY = Snapshot(version=1, at=START, plan=1)


def shut(*days):
    spans = tuple(
        Span(start=START + timedelta(days=day), end=START + timedelta(days=day, hours=1))
        for day in sorted(days)
    )
    alternatives = {"order": ("channel:mail",), "alarm": ("channel:mail",)}
    one = Window(id="w1", title="w", scopes=("channel:shop",), spans=spans, alternatives=alternatives)
    return Windows(version=1, planned=(one,))


days = st.integers(0, 160).map(lambda quarter: quarter / 8)


@given(st.sets(days, min_size=1, max_size=4), st.lists(days, min_size=1, max_size=30))
def test_whatever_minutes_are_missed_nothing_is_published_twice_and_the_last_one_due_always_is(starts, looks):
    windows, published = shut(*starts), []

    for look in sorted(looks):
        now = START + timedelta(days=look)
        before, windows = windows, announced(RULES_PLAN, windows, now)
        published += [
            n for n in windows.notices if n not in before.notices and n.state is NoticeState.PUBLISHED
        ]
        assert announced(RULES_PLAN, windows, now) is windows
        for span in windows.planned[0].spans:
            due = [name for name, lead in NOTICES.items() if span.start - lead <= now < span.start]
            told = [
                n.name for n in windows.notices if n.start == span.start and n.state is NoticeState.PUBLISHED
            ]
            assert told[-1:] == due[-1:] or now >= span.start

    keys = [(one.start, one.name) for one in published]
    assert len(keys) == len(set(keys))
    assert all(one.due <= one.at < one.start for one in published)


@given(st.lists(st.tuples(days, st.sets(days, max_size=3)), min_size=1, max_size=12))
def test_what_is_withdrawn_is_never_shown_and_the_record_of_work_that_stays_is_kept(story):
    windows = shut(1)

    for look, starts in sorted(story, key=lambda step: step[0]):
        now = START + timedelta(days=look)
        windows = announced(RULES_PLAN, replace(shut(*starts), notices=windows.notices), now)

        ahead = {START + timedelta(days=day) for day in starts}
        shown = {one.start for one in upcoming(windows, now)}
        assert shown <= ahead
        assert {at for at in ahead if at - timedelta(days=7) <= now < at} == shown
        known = [(one.start, one.name) for one in everything(RULES_PLAN, windows, now)]
        assert len(known) == len(set(known))
