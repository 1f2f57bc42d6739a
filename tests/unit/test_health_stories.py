"""Stories of a path: when something was seen, and what was believed then."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.health import PathHealth, Rules, State, believe, drawn, elapse, observe, trial_share
from chalicelib.domain.model import EvidenceClass, Outcome, Signal

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
RULES = Rules()
OK, OUTAGE, TIME = Outcome.OK, Outcome.OUTAGE, None


def at(seconds):
    return START + timedelta(seconds=seconds)


def told(story, evidence=EvidenceClass.HARD):
    """Play (second, seen) lines and give the path with all flips; TIME lets the machine look at the clock."""
    path, flips = PathHealth(path="messenger-fr#in#fr"), []
    for second, seen in story:
        if seen is TIME:
            path, found = elapse(path, at(second), RULES)
        else:
            path, flip = observe(
                path, Signal(outcome=seen, at=at(second), evidence=evidence, detail="503"), RULES
            )
            found = (flip,) if flip else ()
        flips += found
    return path, flips


def every(step, first, last, seen):
    return [(second, seen) for second in range(first, last, step)]


FIVE = every(1, 0, 5, OUTAGE)
STORIES = {
    "four straight failures make it suspect only": (every(1, 0, 4, OUTAGE), "up", []),
    "five straight failures trip": (FIVE, "down", ["failures"]),
    "a timeout that may have been taken scores as an outage": (
        every(1, 0, 5, Outcome.UNKNOWN), "down", ["failures"]),
    "successes between failures put the trip off": (
        [*every(1, 0, 4, OUTAGE), *every(1, 4, 16, OK), (16, OUTAGE)], "up", []),
    "the contact's own faults never count": (
        [(0, OK), *every(1, 1, 60, Outcome.RECIPIENT), *every(1, 60, 99, Outcome.REQUEST)], "up", []),
    "throttling never trips": (every(1, 0, 40, Outcome.THROTTLED), "up", []),
    "one refusal of the token trips at once": ([(0, OK), (1, Outcome.AUTH)], "down", ["account"]),
    "one refusal of the account trips at once": ([(0, OK), (1, Outcome.ACCOUNT)], "down", ["account"]),
    "during the dwell nothing changes": ([*FIVE, (20, TIME)], "down", ["failures"]),
    "after the dwell a trial begins": ([*FIVE, (35, TIME)], "trial", ["failures", "dwell_over"]),
    "no trial while probes still fail": (
        [*FIVE, *every(10, 10, 200, OUTAGE), (200, TIME)], "down", ["failures"]),
    "three good probes cut a first dwell short": (
        [*FIVE, (8, OK), (11, OK), (14, OK)], "trial", ["failures", "probes_good"]),
    "one good probe after the dwell begins the trial": (
        [*FIVE, (30, OUTAGE), (40, OK)], "trial", ["failures", "dwell_over"]),
    "one failure in the trial re-opens": (
        [*FIVE, (35, TIME), *every(1, 36, 44, OK), (44, OUTAGE)],
        "down", ["failures", "dwell_over", "trial_failed"]),
    "a refused token in the trial re-opens for the account": (
        [*FIVE, (35, TIME), (36, Outcome.AUTH)], "down", ["failures", "dwell_over", "account"]),
    "eight good outcomes do not end the trial": (
        [*FIVE, (35, TIME), *every(1, 36, 44, OK)], "trial", ["failures", "dwell_over"]),
    "nine straight good outcomes end the trial": (
        [*FIVE, (35, TIME), *every(1, 36, 45, OK)], "up", ["failures", "dwell_over", "trial_passed"]),
    "throttling in the trial neither helps nor harms": (
        [*FIVE, (35, TIME), *every(1, 36, 40, OK), (40, Outcome.THROTTLED), *every(1, 41, 46, OK)],
        "up", ["failures", "dwell_over", "trial_passed"]),
}  # fmt: skip


@pytest.mark.parametrize("name", STORIES)
def test_what_is_believed_after(name):
    story, believed, reasons = STORIES[name]

    path, flips = told(story)

    assert [flip.because for flip in flips] == reasons
    assert believe(path, at(story[-1][0]), RULES).state == believed


@pytest.mark.parametrize("evidence", EvidenceClass)
def test_every_class_is_the_same_machine(evidence):
    path, flips = told([*FIVE, (35, TIME), *every(1, 36, 45, OK)], evidence)

    assert [flip.after for flip in flips] == [State.OPEN, State.TRIAL, State.CLOSED]
    assert set(path.classes) == {evidence}


def test_a_class_is_cleared_only_by_its_own_kind():
    path, _ = told(FIVE, EvidenceClass.SILENT)

    for second in range(5, 60):
        path, _ = observe(path, Signal(outcome=OK, at=at(second)), RULES)

    belief = believe(path, at(60), RULES)
    assert (belief.state, belief.worst, belief.weight) == ("down", EvidenceClass.SILENT, 0.0)


def test_the_generation_counts_changes_of_state_and_nothing_else():
    path, flips = told([*FIVE, (10, OUTAGE), (36, TIME), *every(1, 37, 46, OK), *every(1, 46, 80, OK)])

    assert [flip.gen for flip in flips] == [1, 2, 3]
    assert path.classes[EvidenceClass.HARD].gen == 3


def test_each_failed_trial_makes_the_rest_longer_up_to_ten_minutes():
    path, rests, second = told(FIVE)[0], [], 5
    for _ in range(7):
        cls = path.classes[EvidenceClass.HARD]
        rests.append(round((cls.until - cls.since).total_seconds()))
        second = (cls.until - START).total_seconds() + 26
        path, _ = elapse(path, at(second), RULES)
        path, _ = observe(path, Signal(outcome=OUTAGE, at=at(second + 1)), RULES)

    assert rests[0] == 30
    assert rests == sorted(rests)
    assert 600 >= rests[-1] > 240


def test_old_flaps_are_forgotten_by_half_every_fifteen_minutes():
    story = [*FIVE, (35, TIME), *every(1, 36, 45, OK)]
    later = [(second + 900, seen) for second, seen in story]

    _, flips = told(story + later)

    assert [flip.penalty for flip in flips if flip.after is State.OPEN] == [1000, 1500]


def test_after_many_flaps_good_probes_no_longer_cut_the_dwell_short():
    path, second = told(FIVE)[0], 5.0
    for _ in range(3):
        second = (path.classes[EvidenceClass.HARD].until - START).total_seconds() + 26
        path, _ = elapse(path, at(second), RULES)
        path, _ = observe(path, Signal(outcome=OUTAGE, at=at(second + 1)), RULES)
    for good in range(3):
        path, _ = observe(path, Signal(outcome=OK, at=at(second + 2 + good)), RULES)

    assert path.classes[EvidenceClass.HARD].state is State.OPEN


def test_a_flip_whose_writer_died_is_made_by_the_clock():
    path, _ = told(every(1, 0, 4, OUTAGE))
    hard = path.classes[EvidenceClass.HARD]
    orphan = PathHealth(
        path="p", classes={EvidenceClass.HARD: type(hard)(score=17_005, peak=17_005, last_at=at(4))}
    )

    _, flips = elapse(orphan, at(60), RULES)

    assert [flip.because for flip in flips] == ["failures"]


def test_the_trial_lets_through_a_tenth_then_three_tenths_then_nine_tenths():
    assert [trial_share(run, RULES) for run in range(9)] == [0.1] * 3 + [0.3] * 3 + [0.9] * 3


def test_a_draw_is_fixed_within_a_generation_new_in_the_next_and_near_its_share():
    keys = [f"{number:032x}" for number in range(20_000)]
    first = {key for key in keys if drawn(key, 3, 0.3)}
    second = {key for key in keys if drawn(key, 4, 0.3)}

    assert first == {key for key in keys if drawn(key, 3, 0.3)}
    assert 0.28 < len(first) / len(keys) < 0.32
    assert 0.25 < len(first & second) / len(first) < 0.35
    assert first < {key for key in keys if drawn(key, 3, 0.9)}
    assert not drawn("x", 1, 0.0)
    assert drawn("x", 1, 1.0)
