"""A ledger and its anchors as JSON lines, to be verified anywhere: no AWS here, and nothing but the standard library.

A line is `{"anchor": 7, "text": "..."}`, `{"stage": ..., "at": ...}`, `{"touched": "CHAIN"}`, or an entry:
`{"chain": ..., "seq": ..., "at": MILLISECONDS, "entry": {...}, "digest": ...}`, in which `at` may be a time as well:
what /v1/audit and /v1/audit/anchors list are such lines. Those of a backup's
LedgerTable (`{"item": ...}`) are read, too.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chalicelib.domain.audit.rows import Row
from chalicelib.domain.proof.chain import LIST, Entry
from chalicelib.domain.upgrade.times import millis, moment

Json = dict[str, Any]
_NOBODYS = Entry(seq=0, at=datetime.fromtimestamp(0, UTC))


class NoExport(Exception):
    """What was given is no export of a ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One export: a file, or a folder of `*.jsonl` in the order of their names. Each reading is one pass."""

    path: Path

    def stage(self) -> tuple[str, datetime | None]:
        """The stage's name as its anchors have it, and when the export was made (None: nobody knows)."""
        for line in self._lines():
            if "stage" in line:
                return str(line["stage"]), moment(int(line["at"]))
            if "anchor" in line:
                return _stage_in(line["text"]), None
        raise NoExport(f"{self.path} holds no anchor")

    def anchors(self) -> Iterator[tuple[int, str]]:
        """Texts by number, as they come: an export has them in order."""
        for line in self._lines('"anchor"'):
            if "anchor" in line:
                yield int(line["anchor"]), str(line["text"])

    def touched(self) -> frozenset[str]:
        """The chains that were added to since the last anchor."""
        return frozenset(str(line["touched"]) for line in self._lines('"touched"') if "touched" in line)

    def rows(self) -> Iterator[Row]:
        """Entries as they come: chain by chain."""
        for line in self._lines():
            found = line.get("item", line)
            if "chain" in found and "seq" in found and "pk" not in found:
                yield str(found["chain"]), entry_of(found)
            elif "pk" in found and not str(found["pk"]).startswith(LIST + "#"):
                yield str(found["pk"]), stored_entry(found)

    def _lines(self, with_word: str = "") -> Iterator[Json]:
        """Each line that has this word somewhere: reading JSON is most of the work."""
        files = sorted(self.path.glob("**/*.jsonl")) if self.path.is_dir() else [self.path]
        if not files:
            raise NoExport(f"there is no *.jsonl in {self.path}")
        for file in files:
            with file.open(encoding="utf-8") as lines:
                for number, text in enumerate(lines, 1):
                    if with_word in text:
                        yield _line(text, f"{file.name}:{number}")


def anchor_line(number: int, text: str) -> str:
    """One anchor."""
    return json.dumps({"anchor": number, "text": text})


def entry_line(chain: str, entry: Entry) -> str:
    """One entry."""
    found = {"chain": chain, "seq": entry.seq, "at": millis(entry.at), "entry": dict(entry.entry)}
    return json.dumps({**found, "digest": entry.digest})


def touched_line(chain: str) -> str:
    """A chain that was added to since the last anchor."""
    return json.dumps({"touched": chain})


def head_line(stage: str, now: datetime) -> str:
    """The first line: whose ledger, and when it was read."""
    return json.dumps({"stage": stage, "at": millis(now)})


def entry_of(found: Mapping[str, Any]) -> Entry:
    """An entry as it was stored; what is no entry of ours becomes one without a digest, which no chain holds."""
    try:
        words: Mapping[str, str] | object = found["entry"]
        if not isinstance(words, dict):
            return _NOBODYS
        at = _time(found["at"])
        return Entry(seq=int(found["seq"]), at=at, entry=words, digest=str(found["digest"]))
    except (KeyError, TypeError, ValueError, OverflowError):
        return _NOBODYS


def _time(at: Any) -> datetime:
    """Milliseconds as the table has them, or a time as /v1/audit gives it."""
    if isinstance(at, str) and "T" in at:
        return datetime.fromisoformat(at).astimezone(UTC)
    return moment(int(at))


def stored_entry(item: Mapping[str, Any]) -> Entry:
    """The same of an item as it lies in the table, where the words are JSON in a text."""
    try:
        return entry_of({**item, "entry": json.loads(str(item.get("entry")))})
    except (ValueError, RecursionError):
        return _NOBODYS


def _line(text: str, place: str) -> Json:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as odd:
        raise NoExport(f"{place} is no JSON") from odd
    if not isinstance(found, dict):
        raise NoExport(f"{place} is no line of an export")
    return found


def _stage_in(text: str) -> str:
    try:
        return str(json.loads(text)["stage"])
    except (ValueError, KeyError, TypeError) as odd:
        raise NoExport("the first anchor names no stage") from odd
