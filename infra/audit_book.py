"""The heads that anchors hold and the names of chains, on disk while a verification runs: there may be millions."""

import sqlite3
from collections.abc import Iterator

from chalicelib.domain.audit.anchor import Head

_TABLES = """
CREATE TABLE chains (id INTEGER PRIMARY KEY, name TEXT UNIQUE, seen INTEGER DEFAULT 0);
CREATE TABLE heads (chain INTEGER, place INTEGER, seq INTEGER, digest BLOB, PRIMARY KEY (chain, place)) WITHOUT ROWID;
"""
_CACHE_KB = 8_000


class DiskBook:
    """Book in a nameless file of its own, which the system removes with the process."""

    def __init__(self) -> None:
        self._disk = sqlite3.connect("", isolation_level=None)
        self._disk.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
        self._disk.execute("PRAGMA synchronous = OFF")
        self._disk.executescript(_TABLES)
        self._disk.execute("BEGIN")
        self._noted = 0

    def note(self, chain: str, head: Head) -> None:
        """Three small statements."""
        self._disk.execute("INSERT OR IGNORE INTO chains (name) VALUES (?)", (chain,))
        self._noted += 1
        self._disk.execute(
            "INSERT INTO heads SELECT id, ?, ?, ? FROM chains WHERE name = ?",
            (self._noted, head.seq, bytes.fromhex(head.digest), chain),
        )

    def heads(self, chain: str) -> list[Head]:
        """Those of one chain."""
        self._disk.execute("UPDATE chains SET seen = 1 WHERE name = ?", (chain,))
        found = self._disk.execute(
            "SELECT seq, digest FROM heads JOIN chains ON id = chain WHERE name = ? ORDER BY place", (chain,)
        )
        return [Head(seq=seq, digest=digest.hex()) for seq, digest in found]

    def unseen(self) -> Iterator[tuple[str, Head]]:
        """The chains that nobody asked for, by name."""
        found = self._disk.execute(
            "SELECT name, seq, digest FROM chains JOIN heads ON id = chain WHERE seen = 0"
            " AND place = (SELECT MAX(place) FROM heads WHERE chain = id) ORDER BY name"
        )
        for name, seq, digest in found:
            yield name, Head(seq=seq, digest=digest.hex())


class DiskNames:
    """Names of chains, each once, in order; on disk likewise."""

    def __init__(self) -> None:
        self._disk = sqlite3.connect("", isolation_level=None)
        self._disk.execute("CREATE TABLE names (name TEXT PRIMARY KEY) WITHOUT ROWID")
        self._disk.execute("BEGIN")
        self._last = ""

    def add(self, name: str) -> None:
        """Once more, or for the first time."""
        if name != self._last:
            self._disk.execute("INSERT OR IGNORE INTO names VALUES (?)", (name,))
            self._last = name

    def __iter__(self) -> Iterator[str]:
        """All of them."""
        for (name,) in self._disk.execute("SELECT name FROM names ORDER BY name"):
            yield name
