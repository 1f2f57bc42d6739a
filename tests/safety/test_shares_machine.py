"""Shares that shift by themselves leave nobody short, and obey persons (SAFETY_SHARES=10000: the long form)."""

from dataclasses import replace

import pytest

from chalicelib.domain.orders import Orders
from chalicelib.domain.permission.record import Record
from tests.lives.running import live
from tests.safety.shares_machine import SharesMachine
from tests.safety.stage import Stage


@pytest.mark.timeout(7200)
def test_shares_shift_within_their_bounds_and_never_against_a_person_or_a_rule():
    steps = []

    class Counted(SharesMachine):
        def teardown(self):
            steps.append(self.shares.steps)

    live(Counted, 25, "SAFETY_SHARES", steps=10)

    assert len(steps) >= 25
    assert sum(steps) >= 8, steps


class SeesNobody:
    """A shifter's view of permission in which operators have done nothing."""

    def __init__(self, genuine):
        self.genuine = genuine

    def read(self):
        found = self.genuine.read()
        return replace(
            found, record=Record(version=found.record.version), orders=Orders(version=found.orders.version)
        )


class Careless(Stage):
    """Its shifter looks at no switch and no change."""

    def shift(self, *doubtful):
        genuine = self.ports.permission
        object.__setattr__(self.ports, "permission", SeesNobody(genuine))
        try:
            super().shift(*doubtful)
        finally:
            object.__setattr__(self.ports, "permission", genuine)


def test_the_oracle_finds_shares_that_shift_against_a_person():
    class Mutilated(SharesMachine):
        def stage(self):
            return Careless()

    with pytest.raises(AssertionError):
        live(Mutilated, 60, "SAFETY_MUTANTS", steps=10)
