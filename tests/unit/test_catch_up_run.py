"""A catch-up's run: whatever happens to its pieces, they cover its whole time once, in order, and it ends."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.vendor_lists.run import (
    LONGEST_WAIT,
    MOST_TRIES,
    advanced,
    dump_run,
    failed,
    halved,
    read_run,
    started,
)

START = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
EVENTS = st.lists(st.sampled_from(["whole", "full", "too much", "refused"]), max_size=60)


@settings(deadline=None)
@given(minutes=st.integers(1, 2000), events=EVENTS)
def test_the_pieces_follow_each_other_without_a_gap_and_cover_all_of_it(minutes, events):
    run = started("sms-fr", "1", START, START + timedelta(minutes=minutes))
    covered, steps = [], 0
    while not run.done:
        event = events[steps] if steps < len(events) else "whole"
        steps += 1
        assert steps < 5_000
        if event == "too much":
            run = halved(run) or advanced(run, 0, 0, 0, cut=True, full=True)
        elif event == "refused":
            run = failed(run, 0.0, START) or run
        else:
            covered.append(run.piece)
            run = advanced(run, 1, 0, 0, cut=False, full=event == "full")
        run = read_run(dump_run(run))

    ends = [START, *(end for _, end in covered)]
    assert all(since == before for (since, _), before in zip(covered, ends, strict=False)) or run.cut
    assert run.since == START + timedelta(minutes=minutes)
    assert run.fetched == len(covered)


def test_a_piece_is_never_shorter_than_what_a_list_can_tell_apart():
    run = started("sms-fr", "1", START, START + timedelta(hours=1))
    while (shorter := halved(run)) is not None:
        run = shorter

    since, until = run.piece
    assert timedelta(seconds=1) <= until - since <= timedelta(seconds=2)


def test_waits_grow_up_to_a_quarter_of_an_hour_obey_the_provider_and_end():
    run, waits = started("sms-fr", "1", START, START + timedelta(hours=1)), []
    while (later := failed(run, 40.0, START)) is not None:
        run = later
        waits.append((run.not_before - START).total_seconds())

    assert waits[:4] == [40, 40, 60, 120]
    assert waits == sorted(waits)
    assert (max(waits), len(waits)) == (LONGEST_WAIT, MOST_TRIES)
