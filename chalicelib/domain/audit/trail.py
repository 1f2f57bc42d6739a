"""The anchors one after the other: numbers, the digest of the one before, signatures, heads that only grow."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from chalicelib.domain.audit.anchor import Anchor, Head, Unreadable, beginning, digest_of, read_anchor
from chalicelib.domain.audit.faults import ANCHORS, Fault, Kind

Trusted = Callable[[Anchor], bool]


class Book(Protocol):
    """The heads that anchors hold of each chain, in the anchors' order; where they are kept is not said here."""

    def note(self, chain: str, head: Head) -> None:
        """One more head of a chain."""
        ...

    def heads(self, chain: str) -> "list[Head]":
        """All heads of a chain in the order of noting; from now on it has been seen."""
        ...

    def unseen(self) -> "Iterator[tuple[str, Head]]":
        """Every chain that was never asked for, with its last head."""
        ...


@dataclass(slots=True)
class PlainBook:
    """Book in memory: for an hour, a test, or a ledger of moderate size."""

    _heads: dict[str, list[Head]] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)

    def note(self, chain: str, head: Head) -> None:
        """Keep it."""
        self._heads.setdefault(chain, []).append(head)

    def heads(self, chain: str) -> list[Head]:
        """Those kept."""
        self._seen.add(chain)
        return self._heads.get(chain, [])

    def unseen(self) -> Iterator[tuple[str, Head]]:
        """The others."""
        for chain, heads in self._heads.items():
            if chain not in self._seen:
                yield chain, heads[-1]


@dataclass(slots=True, kw_only=True)
class Trail:
    """Follows anchors in order and notes in `book` each head that moved. `wanted` says of which chains.

    `first` and `last` are times; a trail that `begins` later than with number 1 takes its first anchor's `before` as
    given.
    """

    stage: str
    trusted: Trusted
    book: Book
    wanted: Callable[[str], bool] = lambda _: True
    first: datetime | None = None
    last: datetime | None = None
    begins: int = 0
    anchors: int = 0
    number: int = 0
    _before: str = ""
    _heads: Mapping[str, Head] = field(default_factory=dict)
    _broken: tuple[str, ...] = ()

    def follow(self, number: int, text: str) -> Iterator[Fault]:
        """Everything that is wrong with the next anchor; its heads count in any case, where it can be read."""
        expected = self.number + 1 if self.number else number
        if number != expected:
            yield _fault(Kind.ANCHOR_MISSING, expected)
        before = beginning(self.stage) if number == 1 else self._before
        self.number, self._before, self.anchors = number, digest_of(text), self.anchors + 1
        self.begins = self.begins or number
        try:
            anchor = read_anchor(text)
        except Unreadable:
            yield _fault(Kind.ANCHOR_UNREADABLE, number)
            return
        if not self.trusted(anchor):
            yield _fault(Kind.ANCHOR_FORGED, number)
            return
        whose = (anchor.number, anchor.stage, anchor.before) == (number, self.stage, before or anchor.before)
        if not whose or (self.last is not None and anchor.at < self.last):
            yield _fault(Kind.ANCHOR_CHANGED, number)
        yield from self._take(anchor)

    def _take(self, anchor: Anchor) -> Iterator[Fault]:
        for name, head in anchor.heads.items():
            known = self._heads.get(name)
            if known is not None and (head.seq < known.seq or (head.seq == known.seq and head != known)):
                yield Fault(kind=Kind.ANCHOR_BACKWARDS, where=name, number=anchor.number)
            if head != known and self.wanted(name):
                self.book.note(name, head)
        for name in anchor.broken:
            if name not in self._broken and self.wanted(name):
                yield Fault(kind=Kind.ANCHOR_TOLD, where=name, number=anchor.number)
        self._heads, self._broken = anchor.heads, anchor.broken
        self.first, self.last = self.first or anchor.at, anchor.at


def _fault(kind: Kind, number: int) -> Fault:
    return Fault(kind=kind, where=ANCHORS, number=number)
