"""From the trouble's beginning to the feed that leads customers elsewhere, on the stack with shortened clocks."""

import pytest

from tests.e2e.troubled import LENGTH, MINUTE, REAL_WAIT, THIRD, WAIT

pytestmark = [
    pytest.mark.stack,
    pytest.mark.patient,
    pytest.mark.enable_socket,
    pytest.mark.timeout(3_600 if LENGTH.full else 900),
]

OUTAGE, SILENT = 180.0, 600.0
"""Seconds that may pass by real clocks."""


def test_a_dead_platform_leaves_the_feeds_open_ways_within_three_minutes_of_a_third(trouble):
    assert len(trouble.onsets) == LENGTH.onsets
    assert max(trouble.onsets) <= OUTAGE * THIRD / 60


def test_half_of_a_providers_silence_leaves_them_within_ten_minutes_with_traffic(trouble):
    """Only the receipts' time is shortened: what it is by itself elsewhere is added."""
    after = trouble.silent.steered_after

    assert after + REAL_WAIT - WAIT <= SILENT
    assert after >= trouble.silent.noticed_after > MINUTE
