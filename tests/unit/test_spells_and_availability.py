"""Flips become spells, spells become availability: by hand, and for every shape of a window."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.proof.availability import available, expected, tallied
from chalicelib.domain.proof.chain import Entry
from chalicelib.domain.proof.dispatch import hours_between
from chalicelib.domain.proof.spells import Spell, flips_of, spells, union, without
from chalicelib.domain.telling.told_flip import ToldFlip, told_flip

DAY = datetime(2026, 3, 2, tzinfo=UTC)
PATH = "mail#out#world"


def at(hours: float) -> datetime:
    return DAY + timedelta(hours=hours)


def turn(hours, before, after, evidence="hard", **more):
    return ToldFlip(path=PATH, evidence=evidence, before=before, after=after, at=at(hours), **more)


def spell(start=None, end=None, *, planned=False):
    opened, closed = (None if hours is None else at(hours) for hours in (start, end))
    return Spell(path=PATH, evidence="hard", opened_at=opened, closed_at=closed, planned=planned)


def test_each_departure_is_matched_to_its_return_and_failed_trials_lie_within():
    found = spells(
        [
            turn(1, "closed", "open", because="failures", detail="503"),
            turn(1.5, "open", "trial"),
            turn(1.6, "trial", "open", because="trial_failed"),
            turn(2, "open", "trial"),
            turn(2.5, "trial", "closed"),
            turn(5, "closed", "open", because="brownout"),
        ]
    )

    assert [(one.opened_at, one.closed_at, one.because, one.trials) for one in found] == [
        (at(1), at(2.5), "failures", 2),
        (at(5), None, "brownout", 0),
    ]


def test_classes_and_paths_are_apart():
    other = ToldFlip(path="sms#out#fr", evidence="hard", before="closed", after="open", at=at(1))

    found = spells(
        [turn(1, "closed", "open"), other, turn(2, "closed", "open", "silent"), turn(3, "trial", "closed")]
    )

    assert [(one.path, one.evidence, one.closed_at) for one in found] == [
        (PATH, "hard", at(3)), ("sms#out#fr", "hard", None), (PATH, "silent", None),
    ]  # fmt: skip


def test_a_return_without_its_departure_began_before_we_looked():
    found = spells([turn(3, "trial", "closed"), turn(5, "closed", "open")])

    assert [(one.opened_at, one.closed_at) for one in found] == [(None, at(3)), (at(5), None)]


def test_flips_are_read_from_the_ledger_oldest_first_and_other_entries_passed_over():
    told = {"path": PATH, "class": "silent", "before": "closed", "after": "open", "planned": "true"}
    chains = {
        "b": [
            Entry(seq=1, at=at(2), entry={**told, "path": "x#in#fr"}),
            Entry(seq=2, at=at(3), entry={"what": "x"}),
        ],
        "a": [Entry(seq=1, at=at(1), entry=told)],
    }

    assert [one.path for one in flips_of(chains)] == [PATH, "x#in#fr"]
    assert flips_of(chains, PATH) == [turn(1, "closed", "open", "silent", planned=True)]
    assert told_flip({}, DAY) is None


def test_flips_that_were_found_together_count_in_the_order_of_their_generations():
    words = {"path": PATH, "class": "hard"}
    found = [
        words | {"before": "trial", "after": "closed", "gen": "3"},
        words | {"before": "closed", "after": "", "gen": "1"},
        words | {"before": "", "after": "trial", "gen": "2"},
    ]
    chains = {"flips/1": [Entry(seq=n, at=at(2), entry=told) for n, told in enumerate(found, 1)]}

    [spell] = spells(flips_of(chains))

    assert (spell.opened_at, spell.closed_at) == (at(2), at(2))


def test_an_hour_away_in_a_day_by_hand():
    found = available([spell(3, 4)], at(0), at(24))

    assert (found.away, found.planned, found.weighted_by) == (3600, 0, "time")
    assert found.share == found.unplanned_share == pytest.approx(23 / 24)


def test_planned_time_counts_in_one_figure_and_is_taken_out_of_the_other():
    found = available([spell(0, 6, planned=True), spell(5, 8)], at(0), at(24))

    assert (found.away, found.planned) == (8 * 3600, 6 * 3600)
    assert found.share == pytest.approx(16 / 24)
    assert found.unplanned_share == pytest.approx(16 / 18)


def test_spells_are_cut_at_both_edges_of_the_window():
    found = available([spell(None, 1), spell(-5, 2), spell(23, None)], at(0), at(24))

    assert found.away == 3 * 3600


def test_a_window_that_is_planned_altogether_leaves_nothing_to_measure():
    found = available([spell(-1, 30, planned=True)], at(0), at(24))

    assert (found.share, found.unplanned_share) == (0.0, None)


def test_contacts_weigh_the_busy_hour_more_than_the_night():
    counts = {at(3): 1, at(10): 97, at(11): 1, at(12): 1}

    night, noon = (
        available([spell(3, 4)], at(0), at(24), counts),
        available([spell(10, 11)], at(0), at(24), counts),
    )

    assert night.weighted_by == "contacts"
    assert night.share == pytest.approx(0.99)
    assert noon.share == pytest.approx(0.03)


def test_contacts_that_were_led_elsewhere_are_counted_by_what_is_usual():
    counts = {at(10): 100, at(34): 100, at(58): 0}

    weights = expected(counts, [(at(58), at(59))], at(0), at(72))
    found = available([spell(58, 59)], at(0), at(72), counts)

    assert weights[at(58)] == 100
    assert found.share == pytest.approx(2 / 3)


def test_an_hour_cut_by_the_window_counts_as_if_it_went_on():
    assert expected({at(1): 10}, [], at(1.5), at(3))[at(1)] == pytest.approx(20)


def test_moments_are_counted_by_hour():
    assert tallied([at(1), at(1.9), at(2)]) == {at(1): 2, at(2): 1}
    assert hours_between(at(1.5), at(3)) == [at(1), at(2)]
    assert hours_between(at(1.5), at(3.1)) == [at(1), at(2), at(3)]
    assert hours_between(at(2), at(2)) == []


MINUTES = st.integers(-600, 3_000)
STRETCHES = st.lists(st.tuples(MINUTES, MINUTES).map(sorted), max_size=6)


def stretches(pairs):
    return [(at(a / 60), at(b / 60)) for a, b in pairs]


@given(STRETCHES, STRETCHES)
def test_time_with_and_time_without_make_up_the_whole(first, second):
    one, two = stretches(first), stretches(second)

    both = seconds(union([*one, *two]))

    assert seconds(without(one, two)) + seconds(union(two)) == both
    assert all(a < b for a, b in union(one))
    assert all(end < start for (_, end), (start, _) in zip(union(one), union(one)[1:], strict=False))


@given(STRETCHES, st.integers(0, 100))
def test_away_and_in_use_make_up_the_window_whatever_the_spells(pairs, contacts):
    known = [spell(a / 60, b / 60, planned=number % 2 == 0) for number, (a, b) in enumerate(pairs)]

    found = available(known, at(0), at(24), {at(n): contacts for n in range(24)})

    assert 0 <= found.planned <= found.away <= 24 * 3600
    assert found.share == pytest.approx(1 - found.away / (24 * 3600))
    unplanned = found.away - found.planned
    left = 24 * 3600 - found.planned
    if found.unplanned_share is not None:
        assert found.unplanned_share == pytest.approx(1 - unplanned / left)


@given(STRETCHES, st.integers(1, 1_439))
def test_two_halves_of_a_window_add_up(pairs, cut):
    known, middle = [spell(a / 60, b / 60) for a, b in pairs], at(cut / 60)

    whole, left, right = (
        available(known, since, until)
        for since, until in ((at(0), at(24)), (at(0), middle), (middle, at(24)))
    )

    assert left.away + right.away == pytest.approx(whole.away)


def seconds(found):
    return sum((end - start).total_seconds() for start, end in found)
