"""Whatever pages say, in whatever order: one window for one event, settled at once, and never a rule broken by one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.orders import Orders
from chalicelib.domain.planned_work.record import dump_windows, read_windows
from chalicelib.domain.planned_work.rules import Ahead, conflicts, new_conflicts
from chalicelib.domain.planned_work.vendor_windows import Sky, followed, id_of
from chalicelib.domain.planned_work.windows import VENDOR, Effect, Span, Windows, extended
from chalicelib.domain.vendor_pages.page import Maintenance
from chalicelib.domain.vendor_pages.plan import PagePlan
from chalicelib.domain.vendor_pages.watched import Watched
from tests.unit.test_maintenance_rules import PLAN, order, window

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
COMPONENTS = {"A": ("box-a",), "B": ("box-b",), "C": ("box-c",), "Shop": ("shop",), "Mail": ("mail",)}
PAGES = {name: PagePlan(id=name, format="feed", url="u", components=COMPONENTS) for name in ("one", "two")}
WATCHED_PLAN = replace(PLAN, pages=PAGES)

hours = st.integers(-8, 200).map(lambda quarter: quarter / 4)
events = st.builds(
    lambda id_, start, length, on: Maintenance(
        id=id_,
        title=id_,
        start=NOW + timedelta(hours=start),
        end=NOW + timedelta(hours=start + length),
        components=on,
    ),
    st.sampled_from("abc"),
    hours,
    st.integers(1, 160).map(lambda quarter: quarter / 4),
    st.sets(st.sampled_from([name.casefold() for name in COMPONENTS]), min_size=1, max_size=2).map(frozenset),
)
pages = st.dictionaries(st.sampled_from(list(PAGES)), st.lists(events, max_size=4), max_size=2)
readings = st.lists(st.tuples(st.integers(0, 60), pages), min_size=1, max_size=6)
people = st.lists(
    st.builds(
        lambda n, scope, start, length: window(
            f"w{n}", scope, start, start + length, alternatives={"order": ("reply",), "alarm": ("reply",)}
        ),
        st.integers(0, 1), st.sampled_from(("desk:desk-a", "channel:box-b", "channel:shop")),
        st.integers(0, 80).map(lambda quarter: quarter / 4), st.integers(1, 40).map(lambda quarter: quarter / 4),
    ),
    max_size=2, unique_by=lambda one: one.id,
)  # fmt: skip
commands = st.lists(
    st.builds(
        lambda n, scope, length: order(f"o{n}", scope, 0, length),
        st.integers(0, 1), st.sampled_from(("desk:desk-b", "channel:box-a", "channel:mail")), st.integers(1, 24),
    ),
    max_size=2,
)  # fmt: skip


def watched(told, now):
    return {
        name: Watched(page=name, asked_at=now, read_at=now, maintenances=tuple(found))
        for name, found in told.items()
    }


def last_words(told):
    return {
        id_of(PAGES[name], event): event
        for name, found in told.items()
        for event in {e.id: e for e in found}.values()
    }


def vendors(windows):
    return {one.id: one for one in windows.planned if one.source == VENDOR}


@given(readings, people, commands)
def test_one_window_for_one_event_at_its_last_time_and_a_second_look_changes_nothing(story, planned, given_):
    sky = Sky(plan=WATCHED_PLAN, orders=Orders(given=tuple(given_)))
    windows, now, told = Windows(planned=tuple(planned)), NOW, {}

    for minutes, page in story:
        now += timedelta(minutes=minutes)
        told = told | page
        windows = followed(sky, watched(told, now), windows, now)

        found, words = vendors(windows), last_words(told)
        assert len(found) + len(windows.of_people().planned) == len(windows.planned)
        assert found.keys() == {id_ for id_, event in words.items() if event.end > now}
        assert all(
            (one.said.start, one.said.end) == (words[i].start, words[i].end) for i, one in found.items()
        )
        assert all(len(one.spans) == 1 for one in found.values())
        assert followed(sky, watched(told, now), windows, now) is windows
        assert read_windows(dump_windows(windows)) == windows


@given(pages, people, commands)
def test_what_diverts_breaks_no_rule_and_what_does_not_says_why(told, planned, given_):
    sky = Sky(plan=WATCHED_PLAN, orders=Orders(given=tuple(given_)))
    before = Windows(planned=tuple(planned))

    after = followed(sky, watched(told, NOW), before, NOW)

    sides = [Ahead(plan=WATCHED_PLAN, orders=sky.orders, windows=side) for side in (before, after)]
    assert new_conflicts(sides[0], sides[1], NOW) == ()
    assert conflicts(sides[0], NOW) or conflicts(sides[1], NOW) == ()
    for one in vendors(after).values():
        covered = any(
            set(one.scopes) <= set(w.scopes)
            and any(s.start <= one.spans[0].start and one.spans[0].end <= s.end for s in w.spans)
            for w in planned
        )
        assert one.effect is Effect.DIVERT or one.unserved or covered


@given(st.integers(1, 100), st.integers(1, 100), st.integers(0, 100))
def test_the_end_that_was_promised_first_is_kept_however_often_work_is_extended(first, second, third):
    now = NOW + timedelta(minutes=1)
    one = window("w", "desk:desk-a", 0, 1)
    end = one.spans[0].end

    for minutes in (first, second, -min(third, 50)):
        one = extended(one, end + timedelta(minutes=minutes), now)

    [span] = one.spans
    late = [o for o in one.commands(now, NOW + timedelta(days=1)) if o.overrun]
    assert (span.promised or end) == min(end, span.promised or end)
    assert all(o.since == span.start and o.until == span.end > end for o in late)
    assert bool(late) == (span.end > end)


def test_work_without_times_in_the_past_or_far_too_long_is_no_window():
    def told(start, end):
        return Maintenance(id="a", title="a", start=start, end=end, components=frozenset({"a"}))

    sky, hour = Sky(plan=WATCHED_PLAN, orders=Orders()), timedelta(hours=1)
    odd = [
        told(None, None), told(NOW, None), told(NOW - 2 * hour, NOW - hour), told(NOW + hour, NOW + hour),
        told(NOW, NOW + 32 * 24 * hour), told(NOW + 500 * 24 * hour, NOW + 501 * 24 * hour),
    ]  # fmt: skip

    found = [followed(sky, watched({"one": [each]}, NOW), Windows(), NOW).planned for each in odd]

    assert found == [()] * len(odd)
    assert followed(sky, watched({"one": [told(NOW, NOW + hour)]}, NOW), Windows(), NOW).planned[0].spans == (
        Span(start=NOW, end=NOW + hour),
    )
