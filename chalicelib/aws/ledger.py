"""The ledger in one table: a chain of entries per stream and hour, numbered by conditional puts."""

import json
import os
from collections.abc import Mapping, Sequence
from datetime import datetime

from chalicelib.aws.errors import ConditionFailed
from chalicelib.aws.table import Plain, Table
from chalicelib.domain.chain import Entry, chain_of, chained
from chalicelib.domain.snapshot import millis, moment
from chalicelib.ports import Unavailable

_TRIES = 10


class DynamoLedger:
    """Ledger. The last entry of each chain is remembered, so an append is one PutItem for a lone writer."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._last: dict[str, Entry] = {}

    def append(self, stream: str, entry: Mapping[str, str], now: datetime) -> None:
        """One conditional PutItem, after a Query when the chain's end is not known. Raises Unavailable."""
        chain, writer = chain_of(stream, now), os.urandom(8).hex()
        for _ in range(_TRIES):
            new = chained(chain, self._last.get(chain) or self._newest(chain), entry, now)
            self._last = {}
            try:
                self._table.put({**_item(chain, new), "writer": writer}, "attribute_not_exists(#pk)")
            except ConditionFailed as taken:
                if taken.item.get("writer") != writer:
                    continue
            self._last = {chain: new}
            return
        raise Unavailable(f"the ledger of {stream} is written by too many at once")

    def entries(self, stream: str, hour: datetime) -> Sequence[Entry]:
        """All entries of a stream's hour, in order."""
        chain, found, after = chain_of(stream, hour), [], 0
        while True:
            page = self._table.query(
                "#pk = :pk AND #seq > :after", {"ConsistentRead": True}, pk=chain, after=after
            )
            found += [_entry(item) for item in page]
            if not page:
                return found
            after = found[-1].seq

    def _newest(self, chain: str) -> Entry | None:
        options = {"Limit": 1, "ScanIndexForward": False, "ConsistentRead": True}
        found = self._table.query("#pk = :pk", options, pk=chain)
        return _entry(found[0]) if found else None


def _item(chain: str, entry: Entry) -> Plain:
    text = json.dumps(dict(sorted(entry.entry.items())), separators=(",", ":"))
    return {"pk": chain, "seq": entry.seq, "at": millis(entry.at), "entry": text, "digest": entry.digest}


def _entry(item: Plain) -> Entry:
    return Entry(
        seq=item["seq"], at=moment(item["at"]), entry=json.loads(item["entry"]), digest=item["digest"]
    )
