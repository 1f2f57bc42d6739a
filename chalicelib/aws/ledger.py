"""The ledger in one table: a chain of entries per stream and hour, numbered by conditional puts."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256

from chalicelib.aws.errors import ConditionFailed
from chalicelib.aws.table import Plain, Table
from chalicelib.domain.proof.chain import LIST, Entry, chain_of, chained, hour_name
from chalicelib.domain.proof.dispatch import hours_between
from chalicelib.domain.upgrade.times import millis, moment
from chalicelib.ports import Unavailable

_TRIES = 10


class _Known(Exception):
    """The entry is in its chain."""


class DynamoLedger:
    """Ledger. The last entry of each chain is remembered, so an append is one PutItem for a lone writer."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._last: dict[str, Entry] = {}

    def append(self, stream: str, entry: Mapping[str, str], now: datetime) -> None:
        """One conditional PutItem, after a Query when the chain's end is not known. Raises Unavailable."""
        chain = chain_of(stream, now)
        self._add(stream, entry, now, lambda: self._last.get(chain) or self._newest(chain))

    def append_once(
        self, stream: str, entry: Mapping[str, str], now: datetime, written: datetime | None = None
    ) -> None:
        """A Query for the whole chain, and one PutItem on condition that nothing was added to it since."""

        def last() -> Entry | None:
            found = self.entries(stream, now)
            if any(known.entry.get("id") == entry["id"] for known in found):
                raise _Known
            if written is not None and hour_name(written) != hour_name(now):
                self._touch(chain_of(stream, now), written)
            return found[-1] if found else None

        with suppress(_Known):
            self._add(stream, entry, now, last)

    def _add(
        self, stream: str, entry: Mapping[str, str], now: datetime, last: Callable[[], Entry | None]
    ) -> None:
        chain, writer = chain_of(stream, now), os.urandom(8).hex()
        for _ in range(_TRIES):
            new = chained(chain, last(), entry, now)
            self._last = {}
            if new.seq == 1:  # written first: a chain in the list may be empty, but none is missing from it
                self._touch(chain, now)
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
        return self._whole(chain_of(stream, hour))

    def read(self, stream: str, since: datetime, until: datetime) -> Mapping[str, Sequence[Entry]]:
        """BatchGetItem finds the hours that have a first entry, a hundred at a time; one Query or more for each."""
        names = [chain_of(stream, hour) for hour in hours_between(since, until)]
        begun = {item["pk"] for item in self._table.gather({"pk": name, "seq": 1} for name in names)}
        return {name: self._whole(name) for name in names if name in begun}

    def touched(self, hour: datetime) -> Sequence[str]:
        """One Query: the chains begun in an hour are listed beside the ledger."""
        listed = self._table.whole("#pk = :pk", pk=chain_of(LIST, hour))
        return sorted(str(item["chain"]) for item in listed if "chain" in item)

    def tail(self, chain: str, seq: int) -> Sequence[Entry]:
        """One Query; what is no entry of ours has number 0 and no digest."""
        try:
            return [
                _any_entry(item)
                for item in self._table.whole("#pk = :pk AND #seq >= :seq", pk=chain, seq=seq)
            ]
        except ValueError:  # a number that is not whole
            return [_NOT_OURS]

    def _touch(self, chain: str, now: datetime) -> None:
        """One PutItem; the same one again changes nothing."""
        number = int.from_bytes(sha256(chain.encode()).digest()[:8])
        self._table.put({"pk": chain_of(LIST, now), "seq": number, "chain": chain})

    def _whole(self, chain: str) -> Sequence[Entry]:
        return [_entry(item) for item in self._table.whole("#pk = :pk AND #seq > :zero", pk=chain, zero=0)]

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


def _any_entry(item: Plain) -> Entry:
    try:
        return _entry(item)
    except (KeyError, TypeError, ValueError, OverflowError):
        return _NOT_OURS


_NOT_OURS = Entry(seq=0, at=datetime.fromtimestamp(0, UTC))
