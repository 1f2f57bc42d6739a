"""What every store of the capacity posture must do."""

from dataclasses import replace

import pytest
from examples import NOW, at

from chalicelib.domain.surge.levers import SHIPPED, Lever, Posture
from chalicelib.domain.surge.posture import Stance
from chalicelib.ports import Stale


def stance(version: int = 1) -> Stance:
    return Stance(
        version=version, posture=Posture.CRISIS, since=NOW, asked_at=at(60), because="surge",
        settings={**SHIPPED, Lever.NORMAL: 200}, pending=(Lever.NORMAL,), capped=True, month="2026-11", spent=1.25,
        hourly=0.36, counted_at=at(60), news={"id": f"{version}/crisis"},
    )  # fmt: skip


class StanceStoreSuite:
    def test_at_first_it_is_calm_as_shipped(self, ports):
        assert ports.stance.read() == Stance(version=0, posture=Posture.CALM, settings=SHIPPED)

    def test_a_stance_comes_back_whole_and_the_snapshot_is_left_alone(self, ports):
        ports.snapshots.publish(5, "five")
        ports.stance.write(stance())

        ports.stance.write(stance(2))

        assert ports.stance.read() == stance(2)
        assert ports.snapshots.read() == (5, "five")

    def test_of_two_who_decide_at_once_one_is_stale(self, ports):
        ports.stance.write(stance())

        for other in (stance(), replace(stance(3), posture=Posture.CALM)):
            with pytest.raises(Stale):
                ports.stance.write(other)

        assert ports.stance.read() == stance()
