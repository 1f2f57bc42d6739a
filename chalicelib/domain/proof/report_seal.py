"""Seals a report: its digest, the chains that it rests on, and what shows when any of it was changed."""

import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from typing import Any

from chalicelib.domain.proof.chain import Entry, chained

Json = dict[str, Any]
FIELDS = (
    "report", "version", "path", "provider", "from", "until", "from_ms", "until_ms", "at", "plan",
    "receipts_promised", "counts", "loss", "verdict", "reconciled", "blame", "unannounced", "incidents", "recurrences",
    "agents", "pages", "tickets", "lost", "late", "ledger", "digest", "signature",
)  # fmt: skip
"""The names in a report."""


def excerpt(chains: Mapping[str, Sequence[Entry]], path: str) -> list[Json]:
    """Whole chains for a report about one path: other paths' entries with their digest only, never their words."""
    return [
        {"chain": name, "entries": [_shown(entry, path) for entry in entries]}
        for name, entries in chains.items()
    ]


def sealed(report: Json, keys: Sequence[bytes]) -> Json:
    """The report with its digest, and our signature on that with the newest of our keys ("" without any)."""
    digest = digest_of(report)
    return {**report, "digest": digest, "signature": _signature(digest, keys[0]) if keys else ""}


def signed(report: Mapping[str, Any], keys: Sequence[bytes]) -> bool:
    """True when one of our keys made the report's signature on its digest."""
    given = str(report["signature"])
    return any(
        compare_digest(given.encode(), _signature(str(report["digest"]), key).encode()) for key in keys
    )


def digest_of(report: Mapping[str, Any]) -> str:
    """SHA-256 of the report without digest and signature, as JSON with sorted names, without spaces, in UTF-8."""
    bare = {name: value for name, value in report.items() if name not in ("digest", "signature")}
    text = json.dumps(bare, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def faults_of(report: Mapping[str, Any]) -> list[str]:
    """Everything in a report that does not hold together by itself; empty: it is whole.

    Raises KeyError, TypeError or ValueError for what is no report.
    """
    found = [] if report["digest"] == digest_of(report) else ["the report is not what its digest was made of"]
    for chain in report["ledger"]:
        found += _chain_faults(chain["chain"], chain["entries"])
    return found + list(_unlike_the_ledger(report))


def entries_of(chain: Mapping[str, Any]) -> list[Entry]:
    """The entries of an excerpt that are shown with their words."""
    return [
        Entry(
            seq=one["seq"],
            at=datetime.fromisoformat(one["at"]),
            entry=one["entry"],
            digest=one["digest"],
        )
        for one in chain["entries"]
        if "entry" in one
    ]


def digests(chain: Mapping[str, Any]) -> list[str]:
    """The digests of a whole excerpt, in order."""
    return [one["digest"] for one in chain["entries"]]


def _signature(digest: str, key: bytes) -> str:
    """HMAC-SHA256: only this stage can make or check it."""
    return hmac.new(key, f"loss report {digest}".encode(), sha256).hexdigest()


def _shown(entry: Entry, path: str) -> Json:
    mark: Json = {"seq": entry.seq, "digest": entry.digest}
    if entry.entry.get("path", path) != path:
        return mark
    return {**mark, "at": entry.at.isoformat(), "entry": dict(entry.entry)}


def _chain_faults(name: str, entries: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A number out of turn, or a shown entry that does not follow from the digest before it."""
    before: Entry | None = None
    for number, one in enumerate(entries, 1):
        if one["seq"] != number:
            yield f"{name}: entry {number} is missing or out of its order"
            return
        if "entry" in one:
            expected = chained(name, before, one["entry"], datetime.fromisoformat(one["at"]))
            if expected.digest != one["digest"]:
                yield f"{name}: entry {number} was changed, or one before it"
                return
        before = Entry(seq=number, at=datetime.min, digest=one["digest"])  # noqa: DTZ901 - never looked at


def _unlike_the_ledger(report: Mapping[str, Any]) -> Iterator[str]:
    """Losses that the ledger has and the report has not, or the other way round."""
    prefix = f"losses/{report['path']}#"
    written = {
        (entry.entry["key"], int(entry.entry["sent_at"]))
        for chain in report["ledger"]
        if chain["chain"].startswith(prefix)
        for entry in entries_of(chain)
    }
    told = {(one["key"], one["sent_at_ms"]) for one in [*report["lost"], *report["late"]]}
    claimed = {(one["key"], one["sent_at_ms"]) for one in report["lost"] if one["ledgered"]}
    for key, _ in sorted(claimed - written):
        yield f"the loss of {key} is said to be in the ledger and is not"
    first, last = report["from_ms"], report["until_ms"]
    for key, at in sorted(written - told):
        if first <= at < last:
            yield f"the ledger has the loss of {key}, and the report has not"
