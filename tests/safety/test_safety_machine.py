"""No operators, automation or races leave anybody short, now or later (SAFETY_SEQUENCES=10000: long form)."""

import pytest

from chalicelib.memory import MemoryPorts
from tests.lives.running import live
from tests.safety.machine import SafetyMachine
from tests.safety.mutants import MUTANTS
from tests.safety.stage import Stage


@pytest.mark.timeout(7200)
def test_no_reachable_state_leaves_an_essential_purpose_below_its_rule_unless_glass_was_broken():
    seen = []

    class Counted(SafetyMachine):
        def teardown(self):
            seen.append((len(self.on.broken), tuple(self.on.refused)))

    live(Counted, 150, "SAFETY_SEQUENCES", steps=14)

    refusals = {name for _, refused in seen for name in refused}
    assert len(seen) >= 150
    assert {"Unsafe", "Overtaken", "TooSoon", "Forbidden", "Clashing", "SwitchedOff"} <= refusals
    assert any(broken for broken, _ in seen), "glass must have been broken in some"


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_the_oracle_finds_a_way_of_permission_with_a_fault(mutant):
    class Mutilated(SafetyMachine):
        def stage(self):
            ports = MemoryPorts()
            stage = Stage(ports)
            object.__setattr__(ports, "permission", mutant(ports, stage.clock.now))
            return stage

    with pytest.raises(AssertionError):
        live(Mutilated, 150, "SAFETY_MUTANTS", steps=14)
