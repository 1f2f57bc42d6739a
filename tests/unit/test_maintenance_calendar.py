"""Calendars: events become spans of work, in their zones, across midnight and clock changes; junk is refused."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.planned_work.calendar_windows import read_windows_of

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")


def calendar(*events):
    body = "".join(
        f"BEGIN:VEVENT\r\n{event.strip().replace(chr(10), chr(13) + chr(10))}\r\nEND:VEVENT\r\n"
        for event in events
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example//EN\r\n{body}END:VCALENDAR\r\n"


def spans(*events, zone=UTC, now=NOW):
    windows, faults = read_windows_of(calendar(*events), zone, now)
    assert faults == ()
    return [
        (span.start.isoformat()[:16], span.end.isoformat()[:16])
        for window in windows
        for span in window.spans
    ]


def fault(*events):
    windows, faults = read_windows_of(calendar(*events), UTC, NOW)
    assert windows == ()
    [one] = faults
    return f"{one.path}: {one.message}"


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("UID:1\nDTSTART:20261206T020000Z\nDTEND:20261206T040000Z", ("2026-12-06T02:00", "2026-12-06T04:00")),
        ("UID:1\nDTSTART;TZID=Europe/Paris:20261206T020000\nDURATION:PT90M", ("2026-12-06T01:00", "2026-12-06T02:30")),
        ('UID:1\nDTSTART;TZID="Europe/Paris":20260706T020000\nDURATION:PT2H', ("2026-07-06T00:00", "2026-07-06T02:00")),
        ("UID:1\nDTSTART:20261206T020000\nDTEND:20261206T030000", ("2026-12-06T01:00", "2026-12-06T02:00")),
        ("UID:1\nDTSTART;VALUE=DATE:20261206", ("2026-12-05T23:00", "2026-12-06T23:00")),
        ("UID:1\nDTSTART;VALUE=DATE:20261206\nDTEND;VALUE=DATE:20261208", ("2026-12-05T23:00", "2026-12-07T23:00")),
        ("UID:1\nDTSTART;TZID=Europe/Paris:20261205T233000\nDURATION:PT1H", ("2026-12-05T22:30", "2026-12-05T23:30")),
        ("UID:1\nDTSTART;TZID=Asia/Kathmandu:20261206T000000\nDURATION:P1W", ("2026-12-05T18:15", "2026-12-12T18:15")),
    ],
)  # fmt: skip
def test_an_event_has_its_instants_in_utc(event, expected):
    assert spans(event, zone=PARIS) == [expected]


def test_a_window_open_while_clocks_go_forward_lasts_as_long_as_its_end_says():
    assert spans(
        "UID:1\nDTSTART;TZID=Europe/Paris:20260329T010000\nDTEND;TZID=Europe/Paris:20260329T040000"
    ) == [("2026-03-29T00:00", "2026-03-29T02:00")]


def test_a_window_open_while_clocks_go_back_lasts_as_long_as_its_end_says():
    assert spans(
        "UID:1\nDTSTART;TZID=Europe/Paris:20261025T010000\nDTEND;TZID=Europe/Paris:20261025T040000"
    ) == [("2026-10-24T23:00", "2026-10-25T03:00")]


def test_an_end_gives_an_exact_length_and_a_duration_in_days_a_nominal_one():
    exact = spans(
        "UID:1\nDTSTART;TZID=Europe/Paris:20260327T120000\nDTEND;TZID=Europe/Paris:20260328T120000\nRRULE:FREQ=DAILY;COUNT=2"
    )
    nominal = spans(
        "UID:1\nDTSTART;TZID=Europe/Paris:20260327T120000\nDURATION:P1D\nRRULE:FREQ=DAILY;COUNT=2"
    )

    assert exact[1] == ("2026-03-28T11:00", "2026-03-29T11:00")
    assert nominal[1] == ("2026-03-28T11:00", "2026-03-29T10:00")


def test_a_whole_day_is_as_long_as_the_day_with_its_clock_change():
    assert spans("UID:1\nDTSTART;VALUE=DATE:20260329", "UID:2\nDTSTART;VALUE=DATE:20261025", zone=PARIS) == [
        ("2026-03-28T23:00", "2026-03-29T22:00"), ("2026-10-24T22:00", "2026-10-25T23:00"),
    ]  # fmt: skip


def test_a_series_leaves_out_what_is_excepted_and_what_is_over():
    event = (
        "UID:1\nDTSTART;TZID=Europe/Paris:20260222T020000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=5\n"
        "EXDATE;TZID=Europe/Paris:20260308T020000,20260309T020000"
    )

    assert [start for start, _ in spans(event)] == ["2026-03-15T01:00", "2026-03-22T01:00"]


def test_an_occurrence_that_was_moved_takes_the_place_of_its_own_and_a_cancelled_one_none():
    series = "UID:1\nSUMMARY:s\nDTSTART:20260307T020000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=3"
    moved = "UID:1\nRECURRENCE-ID:20260314T020000Z\nDTSTART:20260315T030000Z\nDURATION:PT2H"
    cancelled = (
        "UID:1\nRECURRENCE-ID:20260321T020000Z\nDTSTART:20260321T020000Z\nDURATION:PT1H\nSTATUS:CANCELLED"
    )

    assert spans(series, moved, cancelled) == [
        ("2026-03-07T02:00", "2026-03-07T03:00"), ("2026-03-15T03:00", "2026-03-15T05:00"),
    ]  # fmt: skip


def test_an_endless_series_is_planned_for_400_days_and_no_more():
    found = spans("UID:1\nDTSTART:20200101T020000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY")

    assert len(found) == 400
    assert found[-1][0] == "2027-04-06T02:00"


def test_a_cancelled_or_past_or_far_event_plans_nothing():
    assert (
        spans(
            "UID:1\nDTSTART:20260401T020000Z\nDURATION:PT1H\nSTATUS:CANCELLED",
            "UID:2\nDTSTART:20260101T020000Z\nDURATION:PT1H",
            "UID:3\nDTSTART:20280101T020000Z\nDURATION:PT1H",
        )
        == []
    )


def test_folded_lines_alarms_and_zones_of_the_calendars_own_are_read_past():
    text = (
        "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:Europe/Paris\nBEGIN:STANDARD\nDTSTART:19701025T030000\nEND:STANDARD\n"
        "END:VTIMEZONE\nBEGIN:VEVENT\nUID:1\nSUMMARY:Une très\n  longue ligne\\, coupée\nDTSTART:20260401T0200\n 00Z\n"
        "DURATION:PT1H\n"
        "BEGIN:VALARM\nTRIGGER:-PT15M\nDESCRIPTION:x\nEND:VALARM\nEND:VEVENT\nEND:VCALENDAR"
    )

    [window], faults = read_windows_of(text, UTC, NOW)

    assert faults == ()
    assert window.title == "Une très longue ligne, coupée"
    assert window.spans[0].end - window.spans[0].start == timedelta(hours=1)


def test_lines_of_the_description_say_what_an_event_cannot():
    description = (
        "DESCRIPTION:Please note\\nBascule-Scope: desk:a\\, channel:b\\nbascule-alternative order: desk:c\\n"
        "bascule-drain: 30m\\nbascule-reply fr: Nous revenons lundi\\; merci"
    )

    [window], _ = read_windows_of(
        calendar(f"UID:1\nDTSTART:20260401T020000Z\nDURATION:PT1H\n{description}"), UTC, NOW
    )

    assert window.said == {
        "scope": (("", "desk:a, channel:b"),),
        "alternative": (("order", "desk:c"),),
        "drain": (("", "30m"),),
        "reply": (("fr", "Nous revenons lundi; merci"),),
    }


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ("UID:1\nSUMMARY:x", "DTSTART is missing"),
        ("UID:1\nDTSTART:20260401T020000Z", "ends before"),
        ("UID:1\nDTSTART:20260401T020000Z\nDTEND:20260401T010000Z", "ends before"),
        ("UID:1\nDTSTART:20260401T020000Z\nDTEND:20260401T030000Z\nDURATION:PT1H", "not both"),
        ("UID:1\nDTSTART:20260401T020000Z\nDURATION:PT", "DURATION"),
        ("UID:1\nDTSTART:20260401T020000Z\nDURATION:-PT1H", "DURATION"),
        ("UID:1\nDTSTART;TZID=Romance Standard Time:20260401T020000\nDURATION:PT1H", "Europe/Paris"),
        ("UID:1\nDTSTART;TZID=../../etc/passwd:20260401T020000\nDURATION:PT1H", "no time zone"),
        ("UID:1\nDTSTART:2026-04-01\nDURATION:PT1H", "no time"),
        ("UID:1\nDTSTART:20260231T020000Z\nDURATION:PT1H", "day is out of range"),
        ("UID:1\nDTSTART;TZID=Asia/Kathmandu:00010101T000000\nDURATION:PT1H", "no time of these centuries"),
        ("UID:1\nDTSTART:20260401T020000Z\nDURATION:PT1H\nRDATE:20260501T020000Z", "RDATE"),
        ("UID:1\nDTSTART:20260401T020000Z\nDURATION:PT1H\nRRULE:FREQ=SECONDLY", "FREQ"),
        ("UID:1\nDTSTART:20260401T020000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;BYDAY=MO", "its own rule"),
        ("UID:1\nDTSTART:19900401T020000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY", "ten years"),
        ("UID:1\nDTSTART:20260401T020000Z\nDTSTART:20260401T020000Z\nDURATION:PT1H", "2 times"),
        ("UID:1\nRECURRENCE-ID:20260401T020000Z\nDTSTART:20260401T020000Z\nDURATION:PT1H", "one event for each UID"),
    ],
)  # fmt: skip
def test_an_event_that_is_not_understood_is_refused_and_named(event, why):
    found = fault(event)

    assert found.startswith("event ")
    assert why in found


def test_all_faults_are_told_at_once():
    _, faults = read_windows_of(calendar("UID:1\nSUMMARY:a", "UID:2\nSUMMARY:b"), UTC, NOW)

    assert [one.path for one in faults] == ["event 'a'", "event 'b'"]


@pytest.mark.parametrize(
    "text",
    ["", "hello", "{}", "BEGIN:VCALENDAR", "BEGIN:VCALENDAR\nEND:VEVENT", "BEGIN:VEVENT\nEND:VEVENT",
     "BEGIN:VCALENDAR\n???\nEND:VCALENDAR",
     "END:VCALENDAR", "BEGIN:VCALENDAR\n" * 50_000, "BEGIN:VCALENDAR\nX;" + "A=b;" * 100_000 + "\nEND:VCALENDAR",
     "BEGIN:VCALENDAR\nX;A=" + "," * 50_000 + "\nEND:VCALENDAR"],
)  # fmt: skip
def test_what_is_no_calendar_is_refused(text):
    windows, faults = read_windows_of(text, UTC, NOW)

    assert windows == ()
    assert faults[0].path == ""


def test_too_many_events_are_refused():
    _, [one] = read_windows_of(
        calendar(*(f"UID:{n}\nDTSTART:20260401T020000Z\nDURATION:PT1H" for n in range(201))), UTC, NOW
    )

    assert "201 events" in one.message


GOOD = calendar(
    "UID:1\nSUMMARY:x\nDTSTART;TZID=Europe/Paris:20260401T020000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;BYDAY=WE;COUNT=4\n"
    "EXDATE;TZID=Europe/Paris:20260408T020000\nDESCRIPTION:bascule-scope: desk:a"
)


@given(st.integers(0, len(GOOD)), st.integers(0, 12), st.text(max_size=8))
def test_no_change_to_a_calendar_makes_reading_fail_or_plan_backwards(place, length, put):
    windows, faults = read_windows_of(GOOD[:place] + put + GOOD[place + length :], UTC, NOW)

    assert all(fault.message for fault in faults)
    assert all(span.start < span.end and span.end > NOW for window in windows for span in window.spans)
