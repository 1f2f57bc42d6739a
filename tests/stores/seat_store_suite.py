"""What every store of the regions' stands must do."""

from dataclasses import replace

import pytest
from examples import NOW, at

from chalicelib.domain.regions.seat import Reckoning, Stand
from chalicelib.ports import Stale

EAST = Stand(
    region="east", version=1, beat=NOW, terms=(1,), since=at(-60), owner="ann", reason="été", known=1, known_at=NOW,
    reckoning=Reckoning(epoch=1, began=NOW, cursor="k9", rows=200, in_doubt=1, repeated=2, mended=3),
)  # fmt: skip


class SeatStoreSuite:
    def test_at_first_no_region_has_said_anything(self, ports):
        assert ports.seats.read(["north"]) == {}

    def test_a_stand_comes_back_whole_beside_those_of_others_and_the_snapshot(self, ports):
        west = Stand(region="west", version=1, beat=NOW)
        ports.snapshots.publish(5, "five")
        ports.seats.write(EAST)
        ports.seats.write(west)

        assert ports.seats.read(["west", "east", "north"]) == {"west": west, "east": EAST}
        assert ports.snapshots.read() == (5, "five")

    def test_of_two_who_say_something_for_one_region_one_is_stale(self, ports):
        south = replace(EAST, region="south")
        ports.seats.write(south)

        for other in (replace(south, reason="another"), replace(south, version=3)):
            with pytest.raises(Stale):
                ports.seats.write(other)

        assert ports.seats.read(["south"]) == {"south": south}
