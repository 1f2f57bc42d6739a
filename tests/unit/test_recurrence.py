"""Recurrence: what a rule names, the same as dateutil finds, and what clock changes do to it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chalicelib.domain.planned_work.recurrence import DAYS, days, instant, read_rule, starts

PARIS = ZoneInfo("Europe/Paris")
at = datetime.fromisoformat
YEAR = timedelta(days=400)


def local_starts(text, first, zone=PARIS, ahead=YEAR):
    return [
        one.isoformat()[:16] for one in starts(first, zone, read_rule(text), instant(first, zone) + ahead)
    ]


@pytest.mark.parametrize(
    ("text", "first", "expected"),
    [
        ("FREQ=DAILY;COUNT=3", "2026-12-30T02:00", ["2026-12-30", "2026-12-31", "2027-01-01"]),
        ("FREQ=DAILY;INTERVAL=2;UNTIL=20261204", "2026-12-01T02:00", ["2026-12-01", "2026-12-03"]),
        ("FREQ=WEEKLY;BYDAY=SU,WE;COUNT=4", "2026-12-02T02:00",
         ["2026-12-02", "2026-12-06", "2026-12-09", "2026-12-13"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;COUNT=4", "2026-11-30T02:00",
         ["2026-11-30", "2026-12-06", "2026-12-14", "2026-12-20"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU;COUNT=4", "2026-11-30T02:00",
         ["2026-11-30", "2026-12-13", "2026-12-14", "2026-12-27"]),
        ("FREQ=MONTHLY;BYDAY=2TU;COUNT=3", "2026-12-08T02:00", ["2026-12-08", "2027-01-12", "2027-02-09"]),
        ("FREQ=MONTHLY;BYDAY=-1FR;COUNT=2", "2026-11-27T02:00", ["2026-11-27", "2026-12-25"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3", "2026-12-31T02:00", ["2026-12-31", "2027-01-31", "2027-03-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", "2026-12-31T02:00", ["2026-12-31", "2027-01-31", "2027-02-28"]),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=1", "2026-11-13T02:00", ["2026-11-13"]),
        ("FREQ=YEARLY;COUNT=2", "2026-12-06T02:00", ["2026-12-06", "2027-12-06"]),
        ("FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU;COUNT=2", "2026-10-25T04:00", ["2026-10-25", "2027-03-28"]),
        ("RRULE:FREQ=DAILY;UNTIL=20261202T010000Z", "2026-12-01T02:00", ["2026-12-01", "2026-12-02"]),
        ("FREQ=DAILY;UNTIL=20261202T015959", "2026-12-01T02:00", ["2026-12-01"]),
    ],
)  # fmt: skip
def test_a_rule_names_these_days(text, first, expected):
    assert [one[:10] for one in local_starts(text, at(first))] == expected


def test_a_nightly_series_keeps_its_local_hour_across_both_clock_changes():
    spring = list(
        starts(
            at("2027-03-27T03:00"),
            PARIS,
            read_rule("FREQ=DAILY;COUNT=3"),
            datetime(2027, 5, 1, tzinfo=UTC),
        )
    )
    autumn = list(
        starts(
            at("2026-10-24T03:00"),
            PARIS,
            read_rule("FREQ=DAILY;COUNT=3"),
            datetime(2027, 1, 1, tzinfo=UTC),
        )
    )

    assert [instant(one, PARIS).hour for one in spring] == [2, 1, 1]
    assert [instant(one, PARIS).hour for one in autumn] == [1, 2, 2]


def test_a_start_that_the_clock_change_skips_takes_place_an_hour_later():
    [_, skipped, after] = starts(
        at("2027-03-27T02:30"), PARIS, read_rule("FREQ=DAILY;COUNT=3"), datetime(2027, 5, 1, tzinfo=UTC)
    )

    assert instant(skipped, PARIS) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert instant(after, PARIS) == datetime(2027, 3, 29, 0, 30, tzinfo=UTC)


def test_a_start_that_comes_twice_is_the_first_of_both():
    assert instant(at("2026-10-25T02:30"), PARIS) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "FREQ"), ("FREQ=HOURLY", "FREQ"), ("FREQ=DAILY;BYSETPOS=1", "BYSETPOS"), ("FREQ", "no part"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20270101", "not both"), ("FREQ=DAILY;INTERVAL=0", "INTERVAL"),
        ("FREQ=DAILY;COUNT=-1", "COUNT"), ("FREQ=WEEKLY;BYDAY=2MO", "numbered"), ("FREQ=MONTHLY;BYDAY=9MO", "weekday"),
        ("FREQ=WEEKLY;BYMONTHDAY=3", "BYMONTHDAY"), ("FREQ=YEARLY;BYDAY=MO", "BYMONTH"),
        ("FREQ=YEARLY;BYMONTH=13", "BYMONTH"),
        ("FREQ=DAILY;UNTIL=tomorrow", "no time"), ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY"),
        ("FREQ=DAILY;COUNT=٣", "COUNT"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_and_named(text, why):
    with pytest.raises(ValueError, match=why):
        read_rule(text)


def test_a_first_start_that_its_own_rule_does_not_name_is_refused():
    with pytest.raises(ValueError, match="its own rule"):
        local_starts("FREQ=WEEKLY;BYDAY=MO", at("2026-12-01T02:00"))


def test_a_rule_that_never_comes_true_ends():
    rule = read_rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")

    assert list(days(at("2026-01-01").date(), rule, at("9999-12-31").date())) == []


weekdays = st.lists(st.sampled_from(DAYS), min_size=1, max_size=3, unique=True).map(",".join)
ordinals = st.tuples(st.sampled_from([-2, -1, 1, 2, 3, 4, 5]), st.sampled_from(DAYS)).map(
    lambda p: f"{p[0]}{p[1]}"
)
month_days = st.lists(st.integers(1, 31) | st.integers(-31, -1), min_size=1, max_size=3, unique=True)
month_lists = st.lists(st.integers(1, 12), min_size=1, max_size=3, unique=True).map(
    lambda m: ",".join(map(str, m))
)


@st.composite
def rules(draw):
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.integers(1, 5))}"]
    if frequency == "YEARLY" or draw(st.booleans()):
        parts.append(f"BYMONTH={draw(month_lists)}")
    if draw(st.booleans()):
        parts.append(
            f"BYDAY={draw(ordinals if frequency in ('MONTHLY', 'YEARLY') and draw(st.booleans()) else weekdays)}"
        )
    if frequency != "WEEKLY" and draw(st.booleans()):
        parts.append("BYMONTHDAY=" + ",".join(map(str, draw(month_days))))
    if draw(st.booleans()):
        parts.append(f"WKST={draw(st.sampled_from(DAYS))}")
    return ";".join(parts)


@settings(deadline=None)  # dateutil looks for a day that never comes until the year 9999
@given(rules(), st.dates(at("2024-01-01").date(), at("2028-12-31").date()))
def test_every_rule_names_the_days_that_dateutil_names(text, first):
    last = first + timedelta(days=900)
    begun = datetime.combine(first, datetime.min.time())

    theirs = rrulestr(text + f";UNTIL={last:%Y%m%d}T000000", dtstart=begun)
    bounded = [one.date() for one, _ in zip(theirs, range(1000), strict=False)]

    assume(len(bounded) < 1000)
    assert list(days(first, read_rule(text), last)) == bounded
