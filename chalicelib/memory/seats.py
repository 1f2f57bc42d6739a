"""What each region says of itself, in memory."""

from collections.abc import Iterable, Mapping

from chalicelib.domain.regions.record import read_stand, stand_text
from chalicelib.domain.regions.seat import Stand
from chalicelib.memory.port import MemoryPort
from chalicelib.ports import Stale


class MemorySeats(MemoryPort):
    """SeatStore."""

    def __init__(self) -> None:
        super().__init__()
        self.stands: dict[str, Stand] = {}

    def read(self, regions: Iterable[str]) -> Mapping[str, Stand]:
        """By region."""
        with self._open():
            return {region: self.stands[region] for region in regions if region in self.stands}

    def write(self, stand: Stand) -> None:
        """The next version only."""
        with self._open():
            known = self.stands.get(stand.region)
            if stand.version != (known.version if known else 0) + 1:
                raise Stale(f"stand {stand.version} of {stand.region} does not follow the stored one")
            self.stands[stand.region] = read_stand(stand_text(stand))
