"""Batches of outcomes: folding them must equal seeing the outcomes one by one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.health import (
    Batch,
    ClassHealth,
    PathHealth,
    Rules,
    State,
    apply,
    batch_of,
    observe,
    worth_writing,
)
from chalicelib.domain.model import EvidenceClass, Outcome, Signal

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
RULES = Rules()
BATCHED = st.lists(st.sampled_from([Outcome.OK] * 6 + list(Outcome)), min_size=1, max_size=60)
CLASS = st.builds(
    ClassHealth,
    score=st.integers(0, 13_000),
    fine=st.integers(0, 13_000),
    run=st.integers(0, 5),
    gen=st.just(4),
)


def signal(outcome, seconds=0.0, **more):
    return Signal(outcome=outcome, at=START + timedelta(seconds=seconds), **more)


def signals(outcomes):
    return [signal(outcome, seconds) for seconds, outcome in enumerate(outcomes)]


def one_by_one(cls, seen):
    """The class after each signal, without flips: the definition that batches must meet."""
    peak, fine_peak = cls.score, cls.fine
    for each in seen:
        batch = batch_of([each], cls.gen, RULES)
        cls = (batch and apply(cls, batch, START)) or cls
        peak, fine_peak = max(peak, cls.score), max(fine_peak, cls.fine)
    return cls, peak, fine_peak


@given(cls=CLASS, outcomes=BATCHED)
def test_one_fold_of_many_outcomes_equals_many_folds_of_one(cls, outcomes):
    seen = signals(outcomes)
    batch = batch_of(seen, cls.gen, RULES)

    folded = apply(cls, batch, START) if batch else cls
    walked, peak, fine_peak = one_by_one(cls, seen)

    assert (folded.score, folded.fine, folded.run) == (walked.score, walked.fine, walked.run)
    assert batch is None or (folded.peak, folded.fine_peak) == (peak, fine_peak)


@given(cls=CLASS, outcomes=BATCHED, cut=st.integers(0, 60))
def test_where_a_run_of_outcomes_is_cut_into_batches_makes_no_difference(cls, outcomes, cut):
    seen = signals(outcomes)
    first, second = batch_of(seen[:cut], 4, RULES), batch_of(seen[cut:], 4, RULES)

    joined = first.then(second) if first and second else first or second

    assert joined == batch_of(seen, 4, RULES)


@given(cls=CLASS, outcomes=BATCHED)
def test_a_batch_trips_exactly_when_one_of_its_outcomes_would(cls, outcomes):
    seen = signals(outcomes)
    path = PathHealth(path="p", classes={EvidenceClass.HARD: cls})
    batch = batch_of(seen, cls.gen, RULES)
    folded = apply(cls, batch, START) if batch else cls

    flips = []
    for each in seen:
        path, flip = observe(path, each, RULES)
        flips += [flip] if flip else []

    assert bool(flips) == (folded.peak >= RULES.trip or folded.fine_peak >= RULES.fine_trip)


def test_a_failure_weighs_3401_and_a_success_takes_347_away():
    assert (RULES.bad, RULES.good) == (3401, -347)
    assert (RULES.fine_bad, RULES.fine_good) == (1609, -85)


@pytest.mark.parametrize("outcome", [Outcome.RECIPIENT, Outcome.REQUEST])
def test_the_contacts_own_fault_is_no_evidence(outcome):
    assert batch_of([signal(outcome)], 0, RULES) is None


def test_throttling_paces_until_the_provider_said_and_does_not_score():
    batch = batch_of([signal(Outcome.THROTTLED, retry_after=7.5), signal(Outcome.THROTTLED, 1)], 0, RULES)

    assert (batch.a, batch.p, batch.bad) == (0, 0, 0)
    assert batch.throttled_until == START + timedelta(seconds=1 + RULES.pace)


def test_a_provider_cannot_pace_us_for_days():
    batch = batch_of([signal(Outcome.THROTTLED, retry_after=10.0**9)], 0, RULES)

    assert batch.throttled_until == START + timedelta(seconds=RULES.pace_most)


@pytest.mark.parametrize("outcome", [Outcome.AUTH, Outcome.ACCOUNT])
def test_a_refused_account_fills_the_score_at_once_and_is_remembered_past_later_successes(outcome):
    batch = batch_of([signal(outcome, detail="code 190"), signal(Outcome.OK, 1)], 0, RULES)

    folded = apply(ClassHealth(), batch, START)

    assert folded.peak >= RULES.trip
    assert (batch.blocked, folded.last_outcome, folded.detail) == (outcome, outcome, "code 190")


def test_outcomes_of_an_old_generation_are_dropped():
    assert apply(ClassHealth(gen=5), Batch(gen=4, a=3401, p=3401), START) is None


def test_batches_of_two_generations_do_not_join():
    with pytest.raises(ValueError, match="generation 2 cannot follow 1"):
        Batch(gen=1).then(Batch(gen=2))


SOUND = ClassHealth(last_at=START)


@pytest.mark.parametrize(
    ("outcome", "seconds", "known", "worth"),
    [
        (Outcome.OK, 5, SOUND, False),
        (Outcome.OK, 60, SOUND, True),
        (Outcome.OK, 5, None, True),
        (Outcome.OK, 5, replace(SOUND, score=1), True),
        (Outcome.OK, 5, replace(SOUND, fine=1), True),
        (Outcome.OK, 5, replace(SOUND, state=State.TRIAL), True),
        (Outcome.OK, 5, ClassHealth(), True),
        (Outcome.OUTAGE, 5, SOUND, True),
        (Outcome.THROTTLED, 5, SOUND, True),
    ],
)
def test_only_steady_successes_with_recent_evidence_need_no_write(outcome, seconds, known, worth):
    batch = batch_of([signal(outcome, seconds)], 0, RULES)

    assert worth_writing(batch, known, RULES) is worth
