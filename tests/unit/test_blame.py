"""Whose a loss is: one case for each rule, and what each needs to be sure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.proof.blame import ENOUGH, Because, Clues, Elsewhere, Segment, blame


def said(**clues):
    found = blame(Clues(**clues))
    return found.segment.value, found.because.value


@pytest.mark.parametrize(
    ("clues", "expected"),
    [
        ({}, ("cannot_say", "nothing_lost")),
        ({"missing": 2}, ("cannot_say", "too_few")),
        ({"missing": 4, "failed": 4, "refused": 3}, ("cannot_say", "mixed")),
        ({"refused": 9, "to_desk": True}, ("desk", "desk_refused")),
        ({"refused": 9, "missing": 2}, ("platform", "platform_refused")),
        ({"failed": 5, "arrived": 20}, ("carrier", "reported_failed")),
        ({"missing": 5, "arrived": 20}, ("platform", "other_receipts_came")),
        ({"missing": 5, "page_bad": True}, ("platform", "page_admits")),
        ({"missing": 5, "page_bad": False}, ("cannot_say", "no_word_at_all")),
        ({"missing": 5, "page_bad": None}, ("cannot_say", "no_word_at_all")),
        ({"missing": 5, "door_refused": 2}, ("our_webhook", "our_door_refused")),
        ({"missing": 5, "door_refused": 2, "page_bad": True}, ("our_webhook", "our_door_refused")),
        ({"missing": 5, "door_refused": 2, "arrived": 9}, ("platform", "other_receipts_came")),
        ({"untold": 9, "missing": 3, "arrived": 20}, ("our_webhook", "their_list_has_them")),
        ({"untold": 2}, ("cannot_say", "too_few")),
        ({"missing": 6, "absent": 3, "door_refused": 2}, ("platform", "their_list_lacks_them")),
        ({"missing": 9, "absent": 3, "door_refused": 2}, ("our_webhook", "our_door_refused")),
    ],
)
def test_each_rule_names_its_segment(clues, expected):
    assert said(**clues) == expected


@pytest.mark.parametrize(
    ("missing", "seen", "segment"),
    [
        (6, 6, "our_webhook"),
        (10, 30, "our_webhook"),
        (1, 3, "cannot_say"),
        (0, 50, "cannot_say"),
        (0, 0, "cannot_say"),
    ],
)
def test_another_provider_counts_as_failing_alike_only_when_that_is_sure(missing, seen, segment):
    elsewhere = (Elsewhere(provider="other", missing=missing, seen=seen),)

    assert said(missing=8, elsewhere=elsewhere)[0] == segment


@given(
    st.builds(
        Clues,
        refused=st.integers(0, 50), failed=st.integers(0, 50), missing=st.integers(0, 50),
        arrived=st.integers(0, 50), to_desk=st.booleans(), page_bad=st.none() | st.booleans(),
        door_refused=st.integers(0, 5), untold=st.integers(0, 50), absent=st.integers(0, 50),
    )
)  # fmt: skip
def test_nobody_is_blamed_for_little_and_always_by_a_rule(clues):
    found = blame(clues)

    if clues.refused + clues.failed + clues.missing + clues.untold < ENOUGH:
        assert found.segment is Segment.CANNOT_SAY
    assert (found.segment is Segment.CANNOT_SAY) == (
        found.because in (Because.NOTHING_LOST, Because.TOO_FEW, Because.MIXED, Because.NO_WORD_AT_ALL)
    )
