"""Small versioned texts: one item each in the health table, which the probe and the operators' function both write."""

from chalicelib.aws.errors import ConditionFailed
from chalicelib.aws.table import Table
from chalicelib.ports import Stale

PREFIX = "paper#"


class DynamoPapers:
    """PaperStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def read(self, name: str) -> tuple[int, str]:
        """One consistent GetItem."""
        item = self._table.get({"pk": PREFIX + name})
        return (int(item["version"]), str(item["text"])) if item else (0, "")

    def write(self, name: str, version: int, text: str) -> None:
        """One conditional PutItem; finding exactly this stored means that our own answer was lost."""
        item = {"pk": PREFIX + name, "version": version, "text": text}
        try:
            if version == 1:
                self._table.put(item, "attribute_not_exists(#pk)")
            else:
                self._table.put(item, "#version = :before", before=version - 1)
        except ConditionFailed as refused:
            if refused.item != item:
                raise Stale(f"{name} {version} does not follow the stored one") from refused
