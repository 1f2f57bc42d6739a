"""Stories of a path: when something was seen, and what was believed then."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.detection.machine import WORDS
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
    "two good probes after the dwell begin the trial": (
        [*FIVE, (30, OUTAGE), (40, OK), (50, OK)], "trial", ["failures", "dwell_over"]),
    "one good probe among failing ones does not": (
        [*FIVE, (30, OUTAGE), (40, OK), (50, OUTAGE), (60, OK), (70, TIME)], "down", ["failures"]),
    "one failure in the trial re-opens": (
        [*FIVE, (35, TIME), *every(1, 36, 44, OK), (44, OUTAGE)],
        "down", ["failures", "dwell_over", "trial_failed"]),
    "a refused token in the trial re-opens for the account": (
        [*FIVE, (35, TIME), (36, Outcome.AUTH)], "down", ["failures", "dwell_over", "account"]),
    "eleven good outcomes do not end the trial": (
        [*FIVE, (35, TIME), *every(1, 36, 47, OK)], "trial", ["failures", "dwell_over"]),
    "twelve straight good outcomes end the trial": (
        [*FIVE, (35, TIME), *every(1, 36, 48, OK)], "up", ["failures", "dwell_over", "trial_passed"]),
    "throttling in the trial neither helps nor harms": (
        [*FIVE, (35, TIME), *every(1, 36, 40, OK), (40, Outcome.THROTTLED), *every(1, 41, 49, OK)],
        "up", ["failures", "dwell_over", "trial_passed"]),
}  # fmt: skip


@pytest.mark.parametrize("name", STORIES)
def test_what_is_believed_after(name):
    story, believed, reasons = STORIES[name]

    path, flips = told(story)

    assert [flip.because for flip in flips] == reasons
    assert believe(path, at(story[-1][0]), RULES).state == believed


@pytest.mark.parametrize("evidence", [each for each in EvidenceClass if each not in WORDS])
def test_every_class_is_the_same_machine(evidence):
    path, flips = told([*FIVE, (35, TIME), *every(1, 36, 48, OK)], evidence)

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


def test_each_departure_makes_the_rest_longer_up_to_ten_minutes():
    path, rests, second = PathHealth(path="p"), [], 0.0
    for _ in range(9):
        path, second = departed(path, second)
        rests.append(round((path.classes[EvidenceClass.HARD].until - at(second)).total_seconds()))
        path, second = returned(path)

    assert rests[0] == 30
    assert rests == sorted(rests)
    assert 600 >= rests[-1] > 200


def test_a_trial_that_fails_was_no_return_and_rests_no_longer():
    path, rests, second = told(FIVE)[0], [], 5
    for _ in range(7):
        cls = path.classes[EvidenceClass.HARD]
        rests.append(round((cls.until - cls.since).total_seconds()))
        second = (cls.until - START).total_seconds() + 26
        path, _ = elapse(path, at(second), RULES)
        path, _ = observe(path, Signal(outcome=OUTAGE, at=at(second + 1)), RULES)

    assert rests == [30] * 7


def test_a_path_that_flaps_must_do_well_for_a_minute_and_a_half():
    path, second = returned(departed(PathHealth(path="p"), 0.0)[0])
    path, second = departed(path, second)
    path, began = rested(path)

    path = heard(path, every(1, began, began + 60, OK))

    assert path.classes[EvidenceClass.HARD].state is State.TRIAL
    path = heard(path, every(1, began + 60, began + 95, OK))
    assert path.classes[EvidenceClass.HARD].state is State.CLOSED


def test_one_stray_failure_starts_the_long_trial_anew_and_two_end_it():
    path, second = returned(departed(PathHealth(path="p"), 0.0)[0])
    path, began = rested(departed(path, second)[0])

    stray = heard(path, [*every(1, began, began + 20, OK), (began + 20, OUTAGE)])
    second = heard(stray, [(began + 21, OUTAGE)])

    assert (stray.classes[EvidenceClass.HARD].state, stray.classes[EvidenceClass.HARD].run) == (
        State.TRIAL,
        0,
    )
    assert second.classes[EvidenceClass.HARD].state is State.OPEN


def heard(path, story):
    for second, seen in story:
        path, _ = observe(path, Signal(outcome=seen, at=at(second)), RULES)
    return path


def departed(path, second):
    """The path after five failures, and when that was."""
    return heard(path, [(second + each, OUTAGE) for each in range(5)]), second + 4


def rested(path):
    """The path when its rest is over and nothing was heard meanwhile, and when that is."""
    cls = path.classes[EvidenceClass.HARD]
    second = (max(cls.until, cls.last_at + timedelta(seconds=RULES.silence)) - START).total_seconds()
    return elapse(path, at(second), RULES)[0], round(second)


def returned(path):
    """The path after its rest and a trial without a failure, and when that was."""
    path, began = rested(path)
    return heard(path, every(1, began, began + 95, OK)), began + 95


def test_old_flaps_are_forgotten_by_half_every_fifteen_minutes():
    story = [*FIVE, (35, TIME), *every(1, 36, 48, OK)]
    later = [(second + 900, seen) for second, seen in story]

    _, flips = told(story + later)

    assert [flip.penalty for flip in flips if flip.after is State.OPEN] == [1000, 1500]


def test_after_two_flaps_good_probes_no_longer_cut_the_dwell_short():
    path, second = departed(*returned(departed(PathHealth(path="p"), 0.0)[0]))

    path = heard(path, every(5, second + 5, second + 25, OK))

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
    assert [trial_share(run, RULES) for run in range(12)] == [0.1] * 4 + [0.3] * 4 + [0.9] * 4


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
