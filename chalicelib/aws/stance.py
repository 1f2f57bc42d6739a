"""The capacity posture: one item in the plans table, beside the snapshot, compared and set by version."""

from chalicelib.aws.errors import ConditionFailed, understanding
from chalicelib.aws.table import Table
from chalicelib.domain.surge.posture import Stance
from chalicelib.domain.surge.record import read_stance, stance_text
from chalicelib.ports import Stale

_KEY = {"pk": "stance", "version": 0}


class AwsStance:
    """StanceStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    @understanding("the stored posture")
    def read(self) -> Stance:
        """One consistent GetItem."""
        item = self._table.get(_KEY)
        return read_stance(item["text"]) if item else Stance()

    def write(self, stance: Stance) -> None:
        """One conditional PutItem. One whose answer was lost looks Stale to its own writer: the next run goes on."""
        item = {**_KEY, "revision": stance.version, "text": stance_text(stance)}
        try:
            if stance.version == 1:
                self._table.put(item, "attribute_not_exists(#pk)")
            else:
                self._table.put(item, "#revision = :before", before=stance.version - 1)
        except ConditionFailed as refused:
            raise Stale(f"stance {stance.version} does not follow the stored one") from refused
