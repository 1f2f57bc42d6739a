"""Belief: what is made of a path's evidence, and what is not."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.health import ClassHealth, PathHealth, Rules, State, believe, measured, observe
from chalicelib.domain.model import EvidenceClass, Outcome, Signal

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
RULES = Rules()
OLD = NOW - timedelta(seconds=RULES.stale_after + 1)
MOMENT = st.none() | st.integers(0, 10**12).map(lambda ms: NOW + timedelta(milliseconds=ms - 10**11))
COUNT = st.integers(0, 20_000)
CLASS = st.builds(
    ClassHealth,
    state=st.sampled_from(State), gen=COUNT, score=COUNT, fine=COUNT, run=st.integers(0, 20), penalty=COUNT,
    penalty_at=MOMENT, since=MOMENT, until=MOMENT, last_at=MOMENT, latency=COUNT,
    last_outcome=st.none() | st.sampled_from(Outcome), detail=st.text(max_size=9),
)  # fmt: skip
PATH = st.builds(
    PathHealth,
    path=st.just("a#in#fr"),
    classes=st.dictionaries(st.sampled_from(EvidenceClass), CLASS),
    blocked=st.none() | st.sampled_from([Outcome.AUTH, Outcome.ACCOUNT]),
    throttled_until=MOMENT,
)


def hard(**fields):
    return PathHealth(path="p", classes={EvidenceClass.HARD: ClassHealth(**({"last_at": NOW} | fields))})


@given(path=PATH)
def test_a_path_without_recent_good_evidence_is_never_up(path):
    belief = believe(path, NOW, RULES)

    heard = measured(path).values()
    closed = [cls for cls in heard if cls.state is State.CLOSED and cls.last_at]
    if belief.state == "up":
        assert any((NOW - cls.last_at).total_seconds() <= RULES.stale_after for cls in closed)
        assert len([c for c in heard if c.state is not State.CLOSED]) == 0
        assert not path.blocked
    assert 0.0 <= belief.weight <= 1.0
    assert (belief.state == "down") <= (belief.weight == 0.0)


@pytest.mark.parametrize(
    ("path", "state", "weight"),
    [
        (None, "unknown", 1.0),
        (PathHealth(path="p"), "unknown", 1.0),
        (hard(), "up", 1.0),
        (hard(last_at=OLD), "unknown", 1.0),
        (hard(state=State.TRIAL, run=4), "trial", 0.3),
        (hard(state=State.TRIAL, run=4, last_at=OLD), "unknown", 0.3),
        (hard(state=State.OPEN), "down", 0.0),
        (hard(state=State.OPEN, last_at=OLD, until=NOW + timedelta(seconds=9)), "down", 0.0),
        (hard(state=State.OPEN, last_at=OLD, until=NOW - timedelta(seconds=9)), "unknown", 0.0),
    ],
)
def test_old_evidence_is_unknown_and_keeps_its_last_weight(path, state, weight):
    belief = believe(path, NOW, RULES)

    assert (belief.state, belief.weight) == (state, weight)


def test_a_refused_account_gets_nothing_even_in_its_trial():
    path, flip = observe(hard(), Signal(outcome=Outcome.AUTH, at=NOW, detail="190"), RULES)
    trial = PathHealth(
        path="p", classes={EvidenceClass.HARD: ClassHealth(state=State.TRIAL)}, blocked=path.blocked
    )

    assert flip.because == "account"
    for each in (path, trial):
        belief = believe(each, NOW, RULES)
        assert (belief.state, belief.weight, belief.account) == ("down", 0.0, True)


def test_the_account_is_trusted_again_when_the_trial_is_passed():
    path = PathHealth(
        path="p", classes={EvidenceClass.HARD: ClassHealth(state=State.TRIAL)}, blocked=Outcome.AUTH
    )
    for second in range(RULES.trial_goods):
        path, flip = observe(path, Signal(outcome=Outcome.OK, at=NOW + timedelta(seconds=second)), RULES)

    assert flip.unblocks
    assert believe(path, NOW + timedelta(seconds=12), RULES).state == "up"


def test_throttling_shows_until_its_end_and_does_not_change_the_state():
    path, _ = observe(hard(), Signal(outcome=Outcome.THROTTLED, at=NOW, retry_after=20), RULES)

    assert believe(path, NOW, RULES).throttled_until == NOW + timedelta(seconds=20)
    assert believe(path, NOW, RULES).state == "up"
    assert believe(path, NOW + timedelta(seconds=20), RULES).throttled_until is None


@pytest.mark.parametrize(
    ("score", "fine", "suspect"), [(0, 0, False), (3400, 1609, False), (3401, 0, True), (0, 3450, True)]
)
def test_one_fresh_failure_makes_a_path_suspect_and_keeps_it_up(score, fine, suspect):
    belief = believe(hard(score=score, fine=fine), NOW, RULES)

    assert (belief.suspect, belief.state, belief.weight) == (suspect, "up", 1.0)


def contacts_until_open(share, random, most=100_000):
    path = PathHealth(path="p")
    for number in range(1, most):
        outcome = Outcome.OUTAGE if random.random() < share else Outcome.OK
        path, flip = observe(path, Signal(outcome=outcome, at=NOW), RULES)
        if flip:
            return number, flip.because
    return most, ""


@pytest.mark.parametrize(
    ("share", "low", "high", "runs"),
    [(1.0, 5, 5, 1), (0.4, 9, 14, 200), (0.2, 26, 42, 100), (0.08, 90, 600, 20)],
)
def test_mean_contacts_to_a_trip_are_those_of_the_formula(share, low, high, runs):
    random = Random(20261102)  # noqa: S311 - a seeded simulation, not a secret

    mean = sum(contacts_until_open(share, random)[0] for _ in range(runs)) / runs

    assert low <= mean <= high


def test_a_thin_brown_out_is_found_by_the_fine_score():
    random = Random(7)  # noqa: S311 - a seeded simulation, not a secret

    reasons = [contacts_until_open(0.06, random)[1] for _ in range(8)]

    assert reasons.count("brownout") >= 6


def test_one_error_in_two_hundred_never_trips_in_twenty_thousand_contacts():
    random = Random(5)  # noqa: S311 - a seeded simulation, not a secret

    assert contacts_until_open(0.005, random, most=20_000) == (20_000, "")
