"""Everybody's keys and tombstones while a restore runs: on disk, for there may be millions of persons."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from chalicelib.aws.people import TOMBSTONES, digest_of
from chalicelib.domain.upgrade.times import millis, moment
from infra.export_lines import Item, Line, read_line
from infra.export_parts import Corrupt, Objects, lines_of, read_manifest
from infra.sealing import Sealed, name_of

_TABLE = "CREATE TABLE people (pk TEXT PRIMARY KEY, digest TEXT, key BLOB, erased_at INTEGER, rest TEXT)"
_COLUMNS = "SELECT pk, key, erased_at, rest FROM people"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A line as it is to be stored; `why` says in a word why its person is not in it: erased, or their key is gone."""

    item: Item
    why: str = ""


class Keyring:
    """The items of a people table, with tombstones from elsewhere laid over them."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._store = sqlite3.connect("")  # a file of its own that goes with it
        self._store.execute(_TABLE)
        for item in items:
            self._keep(dict(item))

    def bury(self, digest: str, at: datetime) -> None:
        """Lay a tombstone: a later one than is known takes the key away."""
        known = self._row(digest)
        if known is None:
            self._keep({"pk": f"person#{digest}", "erased_at": millis(at)})
        elif (known[2] or 0) < millis(at):
            change = "UPDATE people SET key = NULL, erased_at = ? WHERE digest = ?"
            self._store.execute(change, (millis(at), digest))

    def digests_key(self) -> bytes:
        """The key of digests; empty when there is none."""
        found = self._store.execute("SELECT key FROM people WHERE digest = ''").fetchone()
        return bytes(found[0]) if found else b""

    def open(self, line: Line, now: datetime) -> Opened:
        """An exported line as it is to be restored."""
        if not line.person:
            return Opened(item=line.item)
        known = self._row(line.person)
        erased_at = moment(known[2]) if known and known[2] else None
        if erased_at is not None and line.at is not None and line.at <= erased_at:
            return Opened(item=_dated(line.item, erased_at), why="erased")
        key = bytes(known[1]) if known and known[1] else b""
        if not key or name_of(key) != line.key_name:
            return Opened(item=_dated(line.item, now), why="key gone")
        try:
            return Opened(item=line.opened(key))
        except Sealed as shut:
            raise Corrupt(str(shut)) from shut

    def items(self) -> Iterator[Item]:
        """The people table to be restored."""
        for pk, key, erased_at, rest in self._store.execute(_COLUMNS):
            named = "export_key" if digest_of(pk) else "secret"
            item = {"pk": pk, **json.loads(rest)}
            yield (
                item | ({named: bytes(key)} if key else {}) | ({"erased_at": erased_at} if erased_at else {})
            )

    def _keep(self, item: Item) -> None:
        pk = item.pop("pk")
        key = item.pop("export_key", None) or item.pop("secret", None)
        erased_at, digest = item.pop("erased_at", None), digest_of(pk)
        row = (pk, digest, key, erased_at, json.dumps(item))
        self._store.execute("INSERT INTO people VALUES (?, ?, ?, ?, ?)", row)

    def _row(self, digest: str) -> tuple[str, bytes | None, int | None, str] | None:
        found: tuple[str, bytes | None, int | None, str] | None
        found = self._store.execute(f"{_COLUMNS} WHERE digest = ?", (digest,)).fetchone()
        return found


def keyring_of(backup: Objects, erasures: Objects | None) -> Keyring:
    """The newest set of keys in a backup bucket, under the tombstones of the stage's state bucket.

    Raises Corrupt.
    """
    sets = [key for key in backup.names("keys/") if key.endswith("/manifest.json")]
    if not sets:
        raise Corrupt("the backup bucket has no set of keys: nobody's words can be opened")
    [table] = read_manifest(backup.get(sets[-1]))["tables"].values()
    ring = Keyring(read_line(text).item for part in table["parts"] for text in lines_of(backup, part))
    for key in erasures.names(TOMBSTONES) if erasures else ():
        told = json.loads(erasures.get(key)) if erasures else {}
        ring.bury(key.removeprefix(TOMBSTONES).removesuffix(".json"), moment(told["erased_at"]))
    return ring


def _dated(item: Item, at: datetime) -> Item:
    """The emptied item, erased at the time that counts."""
    return item | {"erased_at": millis(at)} if "erased_at" in item else item
