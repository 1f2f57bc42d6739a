"""Times as stores keep them: exact to the millisecond there and back, and junk is a ValueError."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.surge.posture import Stance
from chalicelib.domain.surge.record import read_stance, stance_text
from chalicelib.domain.telling.record import read_stories, stories_text
from chalicelib.domain.telling.story import Stories
from chalicelib.domain.upgrade.times import millis, millis_or_none, moment, moment_or_none

LAST = millis(datetime(9999, 12, 31, tzinfo=UTC))


@given(st.integers(millis(datetime(1, 1, 2, tzinfo=UTC)), LAST))
def test_every_millisecond_of_the_calendar_comes_back_as_itself(number):
    assert millis(moment(number)) == number
    assert millis_or_none(moment_or_none(number)) == number


def test_what_is_less_than_a_millisecond_is_cut_off_and_the_zone_does_not_matter():
    paris = datetime(2026, 11, 22, 14, 0, 0, 1_999, tzinfo=timezone(timedelta(hours=1)))

    assert moment(millis(paris)) == datetime(2026, 11, 22, 13, 0, 0, 1_000, tzinfo=UTC)


def test_none_stays_none():
    assert millis_or_none(None) is None
    assert moment_or_none(None) is None


@pytest.mark.parametrize("number", [10**18, -(10**18), 10**400], ids=["late", "early", "absurd"])
def test_a_number_beyond_the_calendar_is_a_value_error(number):
    with pytest.raises(ValueError, match="no moment of the calendar"):
        moment(number)


@pytest.mark.parametrize(
    ("text", "read", "name"),
    [(stories_text(Stories()), read_stories, "minute"), (stance_text(Stance()), read_stance, "since")],
    ids=["stories", "stance"],
)
def test_a_stored_text_with_an_impossible_time_is_refused_like_any_other_junk(text, read, name):
    broken = text.replace(f'"{name}":null', f'"{name}":{10**18}')

    assert broken != text
    with pytest.raises(ValueError, match="calendar"):
        read(broken)
