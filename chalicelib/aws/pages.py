"""Vendors' status pages as last read: one item each in the health table, beside paths and loads."""

from collections.abc import Iterable, Mapping
from contextlib import suppress

from chalicelib.aws.errors import ConditionFailed
from chalicelib.aws.table import Table
from chalicelib.domain.upgrade.times import millis
from chalicelib.domain.vendor_pages.watched import Watched, dump_watched, read_watched

PREFIX = "page#"


class DynamoPages:
    """PageStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def keep(self, watched: Watched) -> None:
        """One conditional PutItem; an earlier question than the stored one is dropped."""
        asked_at = millis(watched.asked_at)
        item = {"pk": PREFIX + watched.page, "asked_at": asked_at, "watched": dump_watched(watched)}
        with suppress(ConditionFailed):
            self._table.put(item, "attribute_not_exists(#pk) OR #asked_at < :asked_at", asked_at=asked_at)

    def read(self, pages: Iterable[str]) -> Mapping[str, Watched]:
        """BatchGetItem, strongly consistent; an item of another shape than ours counts as absent."""
        found: dict[str, Watched] = {}
        for item in self._table.gather({"pk": PREFIX + page} for page in dict.fromkeys(pages)):
            with suppress(ValueError):
                found[item["pk"].removeprefix(PREFIX)] = read_watched(item["watched"])
        return found
