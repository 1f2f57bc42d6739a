"""Where home is, as this container knows it: from the situation that decisions look at, so without any read more."""

from dataclasses import dataclass, field
from typing import cast

from chalicelib.domain.regions.seat import Seat
from chalicelib.ports import Clock
from chalicelib.service.situation import NoSituation, SituationReader
from chalicelib.service.stores import Stores


@dataclass(slots=True)
class Seats:
    """One per container of a stage with several regions; `regions` begins with the founding one."""

    region: str
    regions: tuple[str, ...]
    situations: SituationReader
    clock: Clock
    _held: Seat = field(default_factory=Seat)

    @property
    def founder(self) -> str:
        """The region that was home before anybody took over."""
        return self.regions[0]

    def now(self) -> Seat:
        """The home. A former home's snapshot may come over late and overwrite a later one: no epoch is gone back to."""
        try:
            known = self.situations.read(self.clock.now()).home
        except NoSituation:
            known = Seat()
        if not self._held.region:
            self._held = Seat(region=self.founder)
        if known.region and not self._held.later_than(known):
            self._held = known
        return self._held

    def serving(self) -> bool:
        """True when this region may send now."""
        return self.now().serves(self.region, self.clock.now())


def taking_turns(
    stores: Stores, regions: tuple[str, ...], region: str, situations: SituationReader, clock: Clock
) -> tuple[Seats | None, Stores]:
    """Where home is, and the stores that know of it; of a stage in one region nothing, and the stores as they are."""
    if not regions:
        return None, stores
    from chalicelib.service.regions.seated import SeatedStores  # noqa: PLC0415 - most stages have one region

    seats = Seats(region=region, regions=regions, situations=situations, clock=clock)
    return seats, cast(Stores, SeatedStores(stores, seats))
