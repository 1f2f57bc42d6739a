"""Vantages: whose word counts, what they have in common, and what they remember."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.detection.probers import dump_trust, read_trust, turned
from chalicelib.domain.detection.trust import Trust
from chalicelib.domain.detection.vantages import (
    FRESH,
    TOGETHER,
    CommonCause,
    Sight,
    common_cause,
    counts,
    dump_sight,
    read_sight,
    seen,
    speakers,
)
from chalicelib.domain.health import PathHealth, Rules, State, observe
from chalicelib.domain.model import EvidenceClass, Outcome, Signal

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
RULES = Rules()
OK, OUTAGE = Outcome.OK, Outcome.OUTAGE
HERE, THERE = "eu-west-3", "us-east-1"
PROVIDERS = {"a": "alpha", "b": "beta", "c": "gamma", "d": "delta"}


def at(seconds):
    return START + timedelta(seconds=seconds)


def sight(channel="a", vantage=HERE, *outcomes, start=0.0):
    """What a vantage saw of a channel, one probe every ten seconds."""
    found = None
    for number, outcome in enumerate(outcomes):
        signal = Signal(outcome=outcome, at=at(start + 10 * number), detail="no answer")
        found = seen(found, (vantage, channel), signal, RULES)
    return found


def failing(channels, vantage=HERE, start=0.0):
    return [sight(channel, vantage, OUTAGE, start=start) for channel in channels]


def well(channels, vantage=THERE, start=0.0):
    return [sight(channel, vantage, OK, start=start) for channel in channels]


def test_a_vantage_is_in_doubt_from_its_first_failure_until_five_good_probes_later():
    goods = [sight("a", HERE, OUTAGE, *[OK] * count) for count in range(7)]

    assert [one.doubts(one.at, RULES) for one in goods] == [True] * 5 + [False] * 2


def test_a_vantage_forgets_a_long_outage_within_forty_good_probes():
    long = sight("a", HERE, *[OUTAGE] * 500, *[OK] * 40)

    assert (long.score, long.failing, long.since) == (0, False, None)


def test_what_a_vantage_saw_long_ago_counts_for_nothing():
    old = sight("a", HERE, OUTAGE)
    later = old.at + FRESH + timedelta(seconds=1)

    assert not old.doubts(later, RULES)
    assert seen(old, old.key, Signal(outcome=OUTAGE, at=later), RULES).since == later


@pytest.mark.parametrize(
    ("mine", "others", "word"),
    [
        (OUTAGE, [], True),
        (OK, [], True),
        (OUTAGE, [OK], False),
        (OK, [OUTAGE], True),
        (OUTAGE, [OUTAGE], True),
        (OUTAGE, [OK, OK], False),
        (OUTAGE, [OUTAGE, OK], True),
        (OK, [OUTAGE, OUTAGE], False),
        (OUTAGE, [OUTAGE, OK, OK], False),
        (OUTAGE, [OUTAGE, OUTAGE, OK], True),
    ],
)
def test_a_failure_counts_when_most_vantages_doubt_and_a_good_outcome_unless_the_others_do(
    mine, others, word
):
    rest = [sight("a", f"v{number}", outcome) for number, outcome in enumerate(others)]

    assert counts(None, sight("a", HERE, mine), rest, RULES) is word


def test_a_refused_account_counts_at_once_where_all_are_refused_and_not_from_one_of_two():
    refused = [sight("a", vantage, Outcome.AUTH) for vantage in (HERE, THERE)]

    assert counts(None, refused[0], [], RULES)
    assert not counts(None, refused[0], [sight("a", THERE, OK)], RULES)
    assert counts(None, refused[1], [refused[0]], RULES)


def test_a_vantage_that_has_gone_silent_is_no_witness():
    silent = sight("a", THERE, OK)
    mine = sight("a", HERE, OUTAGE, start=300)

    assert counts(None, mine, [silent], RULES)


def played(loss, vantages, seconds, seed=1):
    """The path after probes every ten seconds from each vantage; `loss` by vantage; the flips' reasons."""
    random, path, sights, flips = Random(seed), PathHealth(path="p"), {}, []  # noqa: S311 - repeatable
    for second in range(0, seconds, 10):
        for vantage in vantages:
            outcome = OUTAGE if random.random() < loss[vantage] else OK
            signal = Signal(outcome=outcome, at=at(second))
            before = sights.get(vantage)
            sights[vantage] = seen(before, (vantage, "a"), signal, RULES)
            others = [one for name, one in sights.items() if name != vantage]
            if counts(before, sights[vantage], others, RULES):
                path, flip = observe(path, signal, RULES)
                flips += [flip] if flip else []
    return path, flips


def test_one_vantages_own_trouble_never_trips_a_path_in_a_day():
    path, flips = played({HERE: 1.0, THERE: 0.005}, [HERE, THERE], 86_400)

    assert flips == []
    assert path.classes[EvidenceClass.HARD].state is State.CLOSED


@pytest.mark.parametrize("share", [1.0, 0.3])
def test_a_majority_that_is_well_keeps_a_path_up_for_a_day(share):
    assert played({"v1": 0.01, "v2": 0.01, "v3": share}, ["v1", "v2", "v3"], 86_400)[1] == []


@pytest.mark.parametrize(("share", "within"), [(1.0, 60), (0.5, 300), (0.2, 1_800)])
@pytest.mark.parametrize("names", [[HERE, THERE], ["v1", "v2", "v3"]])
def test_trouble_that_all_vantages_see_trips_though_they_see_it_at_different_times(share, within, names):
    times = []
    for seed in range(20):
        flips = played(dict.fromkeys(names, share), names, 3_600, seed)[1]
        times.append((flips[0].at - START).total_seconds() if flips else 9_999)

    assert sorted(times)[18] <= within


def test_three_unrelated_providers_that_fail_together_are_a_fault_of_the_only_vantage():
    cause = common_cause(failing("abc") + well("d", HERE), HERE, PROVIDERS, at(5), RULES)

    assert cause == CommonCause(since=START, providers=("alpha", "beta", "gamma"), channels=frozenset("abc"))


def test_two_that_fail_together_are_believed_without_a_witness_and_doubted_with_one():
    mine = failing("ab")

    assert common_cause(mine, HERE, PROVIDERS, at(5), RULES) is None
    assert common_cause(mine + well("ab"), HERE, PROVIDERS, at(5), RULES).providers == ("alpha", "beta")


def test_one_provider_with_many_channels_is_not_unrelated():
    channels = {"a": "alpha", "b": "alpha", "c": "alpha", "d": "beta"}

    assert common_cause(failing("abc") + well("abc"), HERE, channels, at(5), RULES) is None


def test_what_every_vantage_sees_is_no_fault_of_one():
    both = failing("abcd") + failing("abcd", THERE)

    assert common_cause(both, HERE, PROVIDERS, at(5), RULES) is None
    assert common_cause(both, THERE, PROVIDERS, at(5), RULES) is None


def test_trouble_that_began_at_different_times_has_nothing_in_common():
    apart = [
        Sight(vantage=HERE, channel=channel, at=at(240), score=13_800, failing=True, since=at(100 * number))
        for number, channel in enumerate("abc")
    ]

    assert common_cause(apart, HERE, PROVIDERS, at(240), RULES) is None


def test_a_tenth_of_the_providers_failing_is_nothing_in_common():
    many = {str(number): str(number) for number in range(20)}

    assert common_cause(failing(["1", "2", "3"]), HERE, many, at(5), RULES) is None


def test_failures_within_a_minute_and_a_half_began_together_and_later_ones_did_not():
    edge = TOGETHER.total_seconds()
    for late, together in ((edge, True), (edge + 1, False)):
        sights = [*failing("ab"), *failing("c", start=late)]

        assert (common_cause(sights, HERE, PROVIDERS, at(late), RULES) is not None) is together


@pytest.mark.parametrize(
    ("market", "found"),
    [("fr", {HERE}), ("us", {THERE}), ("world", {HERE, THERE}), ("jp", {HERE, THERE})],
)
def test_a_market_is_spoken_for_by_the_vantages_that_list_it(market, found):
    assert speakers({HERE: ("fr",), THERE: ("us",)}, market, HERE) == found


def test_a_vantage_that_no_plan_lists_speaks_for_every_market():
    assert speakers({}, "fr", HERE) == {HERE}
    assert speakers({THERE: ("us",)}, "us", HERE) == {HERE, THERE}


@given(
    st.builds(
        Sight,
        vantage=st.just(HERE),
        channel=st.just("a"),
        at=st.just(START),
        score=st.integers(0, 10_000),
        failing=st.booleans(),
        since=st.none() | st.just(START),
        detail=st.text(max_size=20),
    )
)
def test_a_sight_comes_back_from_its_text(one):
    assert read_sight(one.key, dump_sight(one)) == one


@pytest.mark.parametrize("text", ["[]", "{}", '{"at": null}', "nothing"])
def test_what_is_no_sight_and_no_trust_is_refused(text):
    with pytest.raises(ValueError, match=r"not a|Expecting"):
        read_sight((HERE, "a"), text)
    with pytest.raises(ValueError, match=r"not a|Expecting"):
        read_trust(HERE, text)


def test_a_prober_turns_once_and_once_back():
    cause = CommonCause(since=START, providers=("alpha", "beta"), channels=frozenset("ab"))
    trusted = Trust(vantage=HERE)

    suspect = turned(trusted, cause, at(5))

    assert (suspect.suspect, suspect.because, suspect.version) == (True, "failing together: alpha, beta", 1)
    assert turned(suspect, cause, at(6)) is None
    assert turned(trusted, None, at(6)) is None
    assert turned(suspect, None, at(70)).version == 2
    assert read_trust(HERE, dump_trust(suspect)) == suspect
