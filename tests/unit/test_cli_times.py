"""Times as people write them on a command line, and as they are shown to them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bascule_cli.times import NoTime, ahead, lasting, past, shown

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 3, 28, 16, 30, tzinfo=UTC)
"""Half past five in the afternoon in Paris, the day before clocks go forward."""


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("2h", 120),
        ("in 90m", 90),
        ("1h30m", 90),
        ("2 d", 2880),
        ("2 j", 2880),
        ("90s", 2),
        ("now", 0),
        ("maintenant", 0),
        ("18:00", "2026-03-28T18:00:00+01:00"),
        ("until 18:00", "2026-03-28T18:00:00+01:00"),
        ("jusqu'à 18h00", "2026-03-28T18:00:00+01:00"),
        ("17:00", "2026-03-29T17:00:00+02:00"),
        ("2026-03-29T09:00", "2026-03-29T09:00:00+02:00"),
        ("2026-03-29T09:00Z", "2026-03-29T09:00:00+00:00"),
        ("2026-12-06T02:00+01:00", "2026-12-06T02:00:00+01:00"),
    ],
)
def test_a_time_ahead_is_sent_as_the_service_reads_it(written, sent):
    assert ahead(written, NOW, PARIS) == sent


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("2h", "2026-03-28T14:30:00+00:00"),
        ("now", "2026-03-28T16:30:00+00:00"),
        ("09:00", "2026-03-28T09:00:00+01:00"),
        ("18:00", "2026-03-27T18:00:00+01:00"),
        ("2026-03-01T09:00", "2026-03-01T09:00:00+01:00"),
    ],
)
def test_a_moment_behind_us_likewise(written, sent):
    assert past(written, NOW, PARIS) == sent


@pytest.mark.parametrize(
    "written", ["", "soon", "10s", "25:00", "-2h", "2h later", "999999w", "18", "2026-13-01"]
)
def test_what_is_no_time_ahead_is_refused(written):
    with pytest.raises(NoTime):
        _ = ahead(written, NOW, PARIS) if written != "999999w" else past(written, NOW, PARIS)


@given(st.text(max_size=40))
def test_any_text_is_a_time_or_none(text):
    for read in (ahead, past):
        try:
            found = read(text, NOW, PARIS)
        except NoTime:
            continue
        assert isinstance(found, int) or datetime.fromisoformat(found).tzinfo


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("2026-03-28T16:30:00.000Z", "03-28 17:30"),
        ("2026-03-28T16:30:00", "2026-03-28T16:30:00"),
        ("never", "never"),
        ("0001-01-01T00:00:00+23:00", "0001-01-01T00:00:00+23:00"),
    ],
)
def test_a_time_is_shown_in_the_readers_zone_and_what_is_none_as_it_is(said, read):
    assert shown(said, PARIS) == read


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59.4, "59 s"), (245, "4 min 05 s"), (7800, "2 h 10 min"), (273600, "3 d 4 h")],
)
def test_a_length_has_two_units_at_most(seconds, words):
    assert lasting(seconds) == words
