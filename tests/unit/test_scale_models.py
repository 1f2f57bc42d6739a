"""The models of bench/scale: accounts that balance each second, two ways to the same answer, faults that are seen."""

from dataclasses import replace
from math import inf

import pytest
from scale_side import SLOW_DESK, world

from bench.scale.events import LONGEST, Events
from bench.scale.fluid import LATER, WAITS, Fluid
from bench.scale.runs import difference
from bench.scale.scenario import SCENARIOS
from bench.scale.world import Account, Unbalanced
from chalicelib.service.put_by import FULL_WAIT

STORM = {"rate": 20_000.0, "lasts": 60.0}


@pytest.mark.parametrize("settings", ["aws-defaults", "shipped", "raised"])
@pytest.mark.parametrize("load", [{}, STORM, SLOW_DESK], ids=["calm", "storm", "slow desk"])
def test_whoever_came_is_served_unserved_or_lost(settings, load):
    found = Fluid(world(settings, **load)).run()

    assert found.arrived == pytest.approx(world(**load).scenario.contacts)
    assert found.served + found.unserved + found.lost == pytest.approx(found.arrived)


def test_the_account_is_looked_at_in_every_second():
    class Watched(Account):
        seconds = ()

        def balance(self, waiting, second):
            self.seconds = (*self.seconds, second)
            super().balance(waiting, second)

    one = Fluid(world(**SLOW_DESK))
    one.account = Watched()
    one.run()

    assert one.account.seconds == tuple(range(len(one.account.seconds)))
    assert len(one.account.seconds) > 300


def test_a_leak_of_one_in_a_thousand_put_by_is_seen():
    with pytest.raises(Unbalanced, match="had come"):
        Fluid(world("as-they-come", **SLOW_DESK), leak=0.001).run()


@pytest.mark.parametrize(
    ("settings", "load"),
    [
        ("shipped", {}),
        ("shipped", STORM),
        ("aws-defaults", {}),
        ("shipped", SLOW_DESK),
        ("as-they-come", SLOW_DESK),
    ],
)
def test_contacts_followed_one_by_one_fare_as_the_fluid_does(settings, load):
    here = world(settings, **load)

    assert difference(Fluid(here).run(), Events(here, 3_000).run()) <= 2.0


def test_a_model_of_another_world_does_not_agree():
    here = world(**SLOW_DESK)
    slower = replace(here, scenario=replace(here.scenario, desk=replace(here.scenario.desk, rate=5.0)))

    assert difference(Fluid(slower).run(), Events(here, 3_000).run()) > 2.0


def test_a_seed_repeats_itself():
    here = world(**SLOW_DESK)

    assert Events(here, 500).run() == Events(here, 500).run()


def test_both_models_wait_for_a_full_desk_as_the_product_does():
    told = [FULL_WAIT.total_seconds() * 2**puts for puts in range(LONGEST + 1)]

    assert list(WAITS) == told
    assert 1.0 < LATER < 1.25


@pytest.mark.parametrize(
    ("field", "figure"), [("door_rate", "lost"), ("concurrency", "lost"), ("pollers_most", "served")]
)
def test_more_of_what_is_short_loses_fewer_or_serves_more(field, figure):
    """More doors alone would serve fewer: the lane then answers the bells of those it is too late for."""
    here = world(**STORM)
    raised = replace(here.settings, **{field: 4 * getattr(here.settings, field)})

    before, after = (getattr(Fluid(one).run(), figure) for one in (here, replace(here, settings=raised)))

    assert after <= before * 1.000001 if figure == "lost" else after > before * 1.5


def test_a_larger_load_never_loses_a_smaller_share():
    shares = [
        round((found.lost + found.unserved) / found.arrived, 9)
        for rate in (50.0, 500.0, 5_000.0, 50_000.0)
        for found in [Fluid(world(rate=rate, lasts=60.0)).run()]
    ]

    assert shares == sorted(shares)
    assert shares[0] == pytest.approx(0.0, abs=1e-9)
    assert shares[-1] > 0.9


def test_from_nothing_to_a_thousand_a_second_nobody_is_lost_on_default_quotas():
    [cold] = [one for one in SCENARIOS if one.name.endswith("cold")]

    found = [Fluid(replace(world(settings), scenario=cold)).run() for settings in cold.settings]

    assert [one.lost for one in found] == [0, 0, 0]


def test_promises_are_kept_in_turn_that_are_broken_as_they_come():
    shipped, before = (Fluid(world(settings, **SLOW_DESK)).run() for settings in ("shipped", "as-they-come"))

    assert shipped.unserved == pytest.approx(0.0, abs=1.0)
    assert before.by_promise[0] > 0.5 * 0.1 * before.arrived


def test_a_door_without_a_throttle_has_no_end():
    given = world("aws-defaults").settings

    assert (given.door_rate, given.pollers_most) == (inf, 1_250)
