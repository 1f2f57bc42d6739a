"""The ledger for people: its entries by stream and hour, its anchors, and the verification of one hour."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain.audit.anchor import Unreadable, read_anchor
from chalicelib.domain.audit.faults import Fault
from chalicelib.domain.audit.rows import Row
from chalicelib.domain.audit.rsa import read_key
from chalicelib.domain.audit.trail import PlainBook
from chalicelib.domain.audit.verify import Verification
from chalicelib.domain.proof.chain import Entry, chain_of, hour_name
from chalicelib.ports import Missing
from chalicelib.service.operate.post import Json, Post, iso

STREAM = "operations"
WATCHED = timedelta(hours=3)
"""After an hour's beginning: by then every entry is anchored that did not come late by hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which entries: of a stream's hour those after number `after`, `limit` of them."""

    stream: str
    hour: datetime
    limit: int
    after: int = 0


def entries(post: Post, page: Page) -> Json:
    """Entries in their order, with the streams that there are in this hour."""
    chain = chain_of(page.stream, page.hour)
    found = post.stores.ledger.tail(chain, page.after + 1)
    shown = found[: page.limit]
    return {
        "hour": hour_name(page.hour),
        "stream": page.stream,
        "streams": sorted(name.rpartition("#")[0] for name in _begun(post, page.hour)),
        "entries": [_shown(chain, entry) for entry in shown],
        "next": str(shown[-1].seq) if len(found) > page.limit else None,
    }


def anchors(post: Post, limit: int, below: int | None) -> Json:
    """Anchors, the newest first. `text` is what was signed and kept."""
    store = post.stores.anchors
    try:
        newest, _ = store.newest()
    except Missing:
        newest = 0
    top = newest if below is None else min(newest, below - 1)
    numbers = range(top, max(top - limit, 0), -1)
    listed = [_anchor(number, store.read(number)) for number in numbers]
    return {"anchors": listed, "next": str(numbers[-1]) if numbers and numbers[-1] > 1 else None}


def verify(post: Post, hour: datetime) -> Json:
    """Everything that is wrong with the chains of an hour, by the anchors of it and of the two hours after."""
    name = hour_name(hour)
    checking = Verification(
        stage=post.stage,
        keys=[read_key(post.stores.anchors.public_key())],
        book=PlainBook(),
        wanted=lambda chain: chain.rpartition("#")[2] == name,
        touched=frozenset(_touched(post)),
    )
    faults = list(checking.faults(_watched(post, hour), _rows(post, hour)))
    trail = checking.trail
    return {
        "hour": name,
        "whole": not faults,
        "faults": [_fault(fault) for fault in faults],
        "rows": checking.done.rows,
        "chains": checking.done.chains,
        "after_the_last": checking.done.after_the_last,
        "anchors": trail.anchors,
        "anchored_until": iso(trail.last),
    }


def _watched(post: Post, hour: datetime) -> Iterator[tuple[int, str]]:
    """The anchors from the hour's beginning on, found by halving."""
    store, low = post.stores.anchors, 1
    try:
        newest = store.newest()[0]
    except Missing:
        return
    high = newest + 1
    while low < high:
        middle = (low + high) // 2
        if _before(store.read(middle), hour):
            low = middle + 1
        else:
            high = middle
    for number in range(low, newest + 1):
        text = store.read(number)
        yield number, text
        if not _before(text, hour + WATCHED):
            return


def _before(text: str, moment: datetime) -> bool:
    """True for an anchor of an earlier time; one that cannot be read counts as later: it is looked at."""
    try:
        return read_anchor(text).at < moment
    except Unreadable:
        return False


def _rows(post: Post, hour: datetime) -> Iterator[Row]:
    for chain in _begun(post, hour):
        for entry in post.stores.ledger.tail(chain, 0):
            yield chain, entry


def _begun(post: Post, hour: datetime) -> list[str]:
    """The chains of an hour, as they are listed beside the ledger."""
    return [name for name in post.stores.ledger.touched(hour) if name.rpartition("#")[2] == hour_name(hour)]


def _touched(post: Post) -> Iterator[str]:
    for back in range(2):
        yield from post.stores.ledger.touched(post.now - timedelta(hours=back))


def _shown(chain: str, entry: Entry) -> Json:
    return {
        "chain": chain,
        "seq": entry.seq,
        "at": iso(entry.at),
        "entry": dict(entry.entry),
        "digest": entry.digest,
    }


def _anchor(number: int, text: str) -> Json:
    try:
        found = read_anchor(text)
    except Unreadable:
        return {"anchor": number, "at": None, "heads": None, "text": text}
    return {"anchor": number, "at": iso(found.at), "heads": len(found.heads), "text": text}


def _fault(fault: Fault) -> Json:
    return {
        "kind": fault.kind.value,
        "stream": fault.stream or None,
        "hour": fault.hour or None,
        "number": fault.number,
        "words": fault.words,
    }
