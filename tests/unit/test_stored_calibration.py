"""A channel's baseline in the plan: what it changes, where it shows, and what a plan may not say."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.domain.detection.baseline import Baseline
from chalicelib.domain.detection.calibration import rules_for
from chalicelib.domain.health import Rules
from chalicelib.domain.model import Outcome, Signal
from chalicelib.domain.plan_document.reader import PlanRefused, dump_plan, read_plan
from tests.unit.operations_side import Operations
from tests.world import PLAN, World

PATH, OTHER = "box-a#out#world", "box-b#out#world"
CALIBRATED = PLAN.replace(
    'settings: {url: "https://a.example/in"}',
    'settings: {url: "https://a.example/in"}, baseline: {errors: 0.08, spread: 2.5, outcomes: 86400}',
)


def failures(world, path, times):
    flips = []
    for _ in range(times):
        world.clock.advance(1)
        known = world.ports.health.read([path]).get(path)
        signal = Signal(outcome=Outcome.OUTAGE, at=world.clock.now(), detail="503")
        flips.append(world.wired.believer.learn(path, signal, known))
    return [flip for flip in flips if flip]


def test_a_calibrated_path_needs_more_failures_and_its_neighbour_as_many_as_ever():
    world = World(CALIBRATED)

    assert failures(world, PATH, 15) == []
    assert [flip.because for flip in failures(world, OTHER, 5)] == ["failures"]
    assert len(failures(world, PATH, 30)) == 1


def test_what_a_calibrated_path_usually_loses_takes_nothing_out():
    usual, plain = World(CALIBRATED), World(PLAN)
    for world in (usual, plain):
        for number in range(3_000):
            outcome = Outcome.OUTAGE if number % 12 == 0 else Outcome.OK
            known = world.ports.health.read([PATH]).get(PATH)
            world.wired.believer.learn(PATH, Signal(outcome=outcome, at=world.clock.advance(1)), known)

    assert usual.ports.ledger.entries("flips", usual.clock.now()) == ()
    assert plain.ports.ledger.entries("flips", plain.clock.now()) != ()


def test_the_thresholds_of_each_path_are_shown():
    api = Operations(CALIBRATED)

    paths = {one["path"]: one["thresholds"] for one in api.ask("GET", "/v1/health").json["paths"]}

    assert (paths[PATH]["calibrated"], paths[PATH]["trip"]) == (True, 34_500)
    assert (paths[OTHER]["calibrated"], paths[OTHER]["trip"]) == (False, 13_800)
    assert paths[PATH]["p0"] > 0.16


@example(371_331, 0.45, 1.0)
@given(
    st.integers(1_000, 10**9),
    st.integers(0, 450).map(lambda n: n / 1_000),
    st.integers(10, 500).map(lambda n: n / 10),
)
def test_a_baseline_survives_the_plan_and_never_lowers_a_threshold(outcomes, errors, spread):
    document = json.dumps({"errors": errors, "spread": spread, "outcomes": outcomes})
    plan = read_plan(
        PLAN.replace(
            '{url: "https://a.example/in"}', f'{{url: "https://a.example/in"}}, baseline: {document}'
        ),
        1,
    )

    found, common = plan.channels["box-a"].baseline, Rules()
    rules = rules_for(common, found)

    assert read_plan(dump_plan(plan), 1) == plan
    assert found == Baseline(seen=outcomes, bad=round(errors * outcomes), spread=spread)
    assert (rules.trip, rules.fine_trip) >= (common.trip, common.fine_trip)
    assert rules.trip / rules.bad >= common.trip / common.bad


@pytest.mark.parametrize(
    ("baseline", "at"),
    [
        ("{spread: 2}", "errors"),
        ("{errors: 0.6}", "errors"),
        ("{errors: -0.1}", "errors"),
        ("{errors: 0.1, spread: 0.5}", "spread"),
        ("{errors: 0.1, outcomes: 10}", "outcomes"),
        ("{errors: 0.1, share: 1}", "share"),
    ],
)
def test_a_baseline_that_says_too_little_or_too_much_is_refused(baseline, at):
    text = PLAN.replace(
        '{url: "https://a.example/in"}', f'{{url: "https://a.example/in"}}, baseline: {baseline}'
    )

    with pytest.raises(PlanRefused) as refused:
        read_plan(text, 1)

    assert [fault.path for fault in refused.value.faults] == [f"channels.box-a.baseline.{at}"]


@pytest.mark.parametrize(
    ("vantages", "at"),
    [
        ("{eu-west-3: [fr, fr]}", "vantages.eu-west-3"),
        ("{eu-west-3: {fr: 1}}", "vantages.eu-west-3"),
        ("{a b: []}", "vantages['a b']"),
        ("{" + ", ".join(f"v{n}: []" for n in range(9)) + "}", "vantages"),
    ],
)
def test_vantages_that_make_no_sense_are_refused(vantages, at):
    with pytest.raises(PlanRefused) as refused:
        read_plan(PLAN + f"vantages: {vantages}\n", 1)

    assert [fault.path for fault in refused.value.faults] == [at]


def test_vantages_survive_the_plan():
    plan = read_plan(PLAN + "vantages: {eu-west-3: [fr, be], us-east-1: []}\n", 1)

    assert plan.vantages == {"eu-west-3": ("fr", "be"), "us-east-1": ()}
    assert read_plan(dump_plan(plan), 1) == plan


def test_the_head_of_health_tells_of_the_scheduler_and_the_probers():
    api = Operations()
    api.world.minute()

    head = api.ask("GET", "/v1/health").json

    assert head["probers"] == [{"vantage": "test", "state": "trusted", "since": None, "because": ""}]
    assert head["scheduler"]["excused_seconds"] == 0
    assert head["scheduler"]["age_seconds"] == 60


def test_a_sleeping_scheduler_shows_in_the_head_and_ages_nothing():
    api = Operations()
    api.world.minute()
    api.world.clock.advance(900)

    health = api.ask("GET", "/v1/health").json

    assert health["scheduler"]["age_seconds"] == 960
    assert health["scheduler"]["excused_seconds"] == 900
    assert {one["state"] for one in health["paths"]} == {"up"}
    assert min(one["age_seconds"] for one in health["paths"]) >= 900
