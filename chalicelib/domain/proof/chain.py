"""The ledger's chain: every entry's digest covers the one before, so that a change or a gap shows."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

_WRITTEN = json.JSONEncoder(separators=(",", ":")).encode
"""As `json.dumps` with these separators, which would make an encoder anew for each entry."""
LIST = "chains"
"""A stream's name that is taken: what lies under it is no chain, but the list of an hour's chains."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry: its number (1, 2, ...) in the chain of a stream's hour, what happened, a digest."""

    seq: int
    at: datetime
    entry: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""


def chain_of(stream: str, now: datetime) -> str:
    """The name of the chain that an entry of this hour belongs to: `stream#2026-11-21T20`."""
    return f"{stream}#{hour_name(now)}"


def hour_name(now: datetime) -> str:
    """An hour as chains are named by: `2026-11-21T20`."""
    return f"{now:%Y-%m-%dT%H}"


def hour_of_chain(name: str) -> datetime | None:
    """The hour in a chain's name; None for what is no chain's name."""
    stream, _, hour = name.rpartition("#")
    try:
        found = datetime.strptime(hour, "%Y-%m-%dT%H").replace(tzinfo=UTC)
    except ValueError:
        return None
    return found if stream not in ("", LIST) and hour_name(found) == hour else None


def chained(chain: str, last: Entry | None, entry: Mapping[str, str], now: datetime) -> Entry:
    """The next entry after `last` (None: the chain's first, which hangs on the chain's name)."""
    at = now.replace(microsecond=now.microsecond // 1000 * 1000)
    seq = last.seq + 1 if last else 1
    before = last.digest if last else chain
    text = _WRITTEN([before, seq, at.isoformat(), dict(sorted(entry.items()))])
    return Entry(seq=seq, at=at, entry=dict(entry), digest=sha256(text.encode()).hexdigest())


def broken_at(chain: str, entries: Iterable[Entry]) -> int | None:
    """The number of the first entry that does not follow from those before it; None: the chain is whole."""
    last: Entry | None = None
    for found in entries:
        expected = chained(chain, last, found.entry, found.at)
        if expected != found:
            return expected.seq
        last = found
    return None
