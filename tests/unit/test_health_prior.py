"""A vendor's page as a prior: it lowers the threshold for what we measure, and never does more."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.health import PathHealth, Rules, believe, elapse, measured, observe, prior
from chalicelib.domain.model import EvidenceClass, Outcome, Signal

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
RULES = Rules()
HARD, SILENT, VENDOR = EvidenceClass.HARD, EvidenceClass.SILENT, EvidenceClass.VENDOR
OK, OUTAGE = Outcome.OK, Outcome.OUTAGE
MINOR, MAJOR, CRITICAL, CALM = 2_300, 4_600, 6_900, 0


def at(seconds):
    return START + timedelta(seconds=seconds)


def page(second, weight):
    return Signal(
        outcome=OUTAGE if weight else OK, at=at(second), evidence=VENDOR, weight=weight, detail="page"
    )


def seen(second, outcome=OUTAGE, evidence=HARD):
    return Signal(outcome=outcome, at=at(second), evidence=evidence, detail="503")


def told(signals, until=None):
    path, flips = PathHealth(path="voice#in#fr"), []
    for signal in signals:
        path, flip = observe(path, signal, RULES)
        flips += [flip] if flip else []
    if until is not None:
        path, more = elapse(path, at(until), RULES)
        flips += more
    return path, [flip.because for flip in flips]


FAILS = [seen(second) for second in range(1, 6)]
STORIES = {
    "page red while all is well changes nothing": (
        [page(0, CRITICAL), *(seen(second, OK) for second in range(1, 200))], 200, []),
    "page red and nothing else at all changes nothing": ([page(60 * n, CRITICAL) for n in range(30)], 1_800, []),
    "page red and three failures trip": ([page(0, CRITICAL), *FAILS[:3]], None, ["failures_and_page"]),
    "page red and two failures do not": ([page(0, CRITICAL), *FAILS[:2]], 5, []),
    "a major trouble also needs three": ([page(0, MAJOR), *FAILS[:2]], 5, []),
    "a minor one needs four": ([page(0, MINOR), *FAILS[:3]], 5, []),
    "and four are enough for it": ([page(0, MINOR), *FAILS[:4]], None, ["failures_and_page"]),
    "the page may turn red after the failures, at the next look": (
        [*FAILS[:3], page(4, CRITICAL)], 5, ["failures_and_page"]),
    "failures long ago are none when the page turns red": ([*FAILS[:3], page(400, CRITICAL)], 401, []),
    "failures followed by good outcomes are none": (
        [*FAILS[:3], *(seen(second, OK) for second in range(4, 16)), page(16, CRITICAL)], 17, []),
    "page green takes nothing away: five failures trip": ([page(0, CALM), *FAILS], None, ["failures"]),
    "a page that turned green again counts no more": ([page(0, CRITICAL), page(1, CALM), *FAILS[:4]], 6, []),
    "a red word from eleven minutes ago counts no more": (
        [page(0, CRITICAL), *(seen(660 + second) for second in range(4))], 664, []),
    "three missing receipts trip under a red page": (
        [page(0, CRITICAL), *(seen(second, evidence=SILENT) for second in range(1, 4))], None, ["failures_and_page"]),
    "customers' words need their own proof whatever the page says": (
        [page(0, CRITICAL), *(seen(second, evidence=EvidenceClass.CROWD) for second in range(1, 4))], 5, []),
}  # fmt: skip


@pytest.mark.parametrize(("signals", "until", "reasons"), STORIES.values(), ids=STORIES.keys())
def test_the_page_in_a_story(signals, until, reasons):
    _, flips = told(signals, until)

    assert flips == reasons


def test_page_green_while_one_in_two_is_lost_does_not_delay():
    losses = [seen(second, OUTAGE if second % 2 else OK) for second in range(1, 40)]

    _, with_page = told([page(0, CALM), *losses])
    _, without = told(losses)

    assert with_page == without == ["failures"]


def test_a_path_of_which_only_the_page_speaks_is_unknown_and_never_up_or_down():
    for weight in (CALM, CRITICAL):
        path, _ = told([page(0, weight)])
        belief = believe(path, at(1), RULES)

        assert (belief.state, belief.weight, belief.last_at, measured(path)) == ("unknown", 1.0, None, {})


def test_the_page_changes_no_belief_in_a_path_that_is_measured():
    signals = [seen(1, OK), seen(2), seen(3, OK)]
    plain, _ = told(signals)
    warned, _ = told([*signals, page(4, CRITICAL)])

    assert believe(warned, at(5), RULES) == believe(plain, at(5), RULES)


def test_the_newest_word_replaces_the_last_one_and_never_adds_up():
    path, _ = told([page(0, MINOR), page(1, MAJOR), page(2, MINOR)])

    assert prior(path, at(3), RULES) == MINOR


def test_no_word_weighs_more_than_the_greatest_prior():
    path, _ = told([page(0, 1_000_000), *FAILS[:2]])

    assert prior(path, at(3), RULES) == RULES.prior_most


@given(
    st.lists(
        st.tuples(st.sampled_from(["ok", "bad", "red", "orange", "green"]), st.integers(1, 90)), max_size=60
    )
)
def test_with_a_page_a_path_trips_never_later_and_never_below_three_failures_in_sight(story):
    plain = warned = PathHealth(path="p")
    failures = clock = 0
    for what, seconds in story:
        clock += seconds
        if what in ("ok", "bad"):
            signal = seen(clock, OK if what == "ok" else OUTAGE)
            failures += what == "bad"
            plain, late = observe(plain, signal, RULES)
            warned, early = observe(warned, signal, RULES)
        else:
            weight = {"red": CRITICAL, "orange": MAJOR, "green": CALM}[what]
            warned, early = observe(warned, page(clock, weight), RULES)
            late = None
        if early:
            assert failures >= 3
            return
        assert not late
