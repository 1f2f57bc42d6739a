"""What each region says of itself: one item each in the plans table, compared and set by version."""

from collections.abc import Iterable, Mapping

from chalicelib.aws.errors import ConditionFailed, understanding
from chalicelib.aws.table import Plain, Table
from chalicelib.domain.regions.record import read_stand, stand_text
from chalicelib.domain.regions.seat import Stand
from chalicelib.ports import Stale


class AwsSeats:
    """SeatStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    @understanding("a region's stand")
    def read(self, regions: Iterable[str]) -> Mapping[str, Stand]:
        """One consistent GetItem for each."""
        found = {region: self._table.get(_key(region)) for region in regions}
        return {region: read_stand(item["text"]) for region, item in found.items() if item}

    def write(self, stand: Stand) -> None:
        """One conditional PutItem; finding exactly this stored means that our own answer was lost."""
        item = {**_key(stand.region), "revision": stand.version, "text": stand_text(stand)}
        try:
            if stand.version == 1:
                self._table.put(item, "attribute_not_exists(#pk)")
            else:
                self._table.put(item, "#revision = :before", before=stand.version - 1)
        except ConditionFailed as refused:
            if refused.item != item:
                raise Stale(
                    f"stand {stand.version} of {stand.region} does not follow the stored one"
                ) from refused


def _key(region: str) -> Plain:
    return {"pk": f"region#{region}", "version": 0}
