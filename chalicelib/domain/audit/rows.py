"""The ledger's rows against what the anchors hold of them: one pass, one entry in memory at a time."""

from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from operator import itemgetter

from chalicelib.domain.audit.anchor import Head
from chalicelib.domain.audit.faults import Fault, Kind
from chalicelib.domain.audit.trail import Book, Trail
from chalicelib.domain.proof.chain import Entry, chained, hour_of_chain

SEALED = timedelta(hours=2)
"""After the beginning of an hour: by then every entry of its chain is in an anchor, if there is an anchor at all."""
Row = tuple[str, Entry]


@dataclass(slots=True, kw_only=True)
class Checked:
    """What a verification went through: rows and chains; entries after the last anchor; chains before the first."""

    rows: int = 0
    chains: int = 0
    after_the_last: int = 0
    before_the_first: int = 0
    strangers: int = 0


@dataclass(slots=True, kw_only=True)
class Rows:
    """Checks chains against the heads in `book`. `touched` are chains with entries younger than the last anchor.

    `every` rows, `told` is called with what was done so far.
    """

    book: Book
    trail: Trail
    touched: Container[str] = ()
    wanted: Callable[[str], bool] = lambda _: True
    every: int = 100_000
    told: Callable[[Checked], None] = lambda _: None
    done: Checked = field(default_factory=Checked)

    def check(self, rows: Iterable[Row]) -> Iterator[Fault]:
        """Everything that is wrong with rows that come chain by chain, each in its order; then what is gone."""
        for name, group in groupby(rows, itemgetter(0)):
            entries = (entry for _, entry in group)
            if hour_of_chain(name) is None:
                self.done.strangers += sum(1 for _ in entries)
            elif self.wanted(name):
                self.done.chains += 1
                yield from self._chain(name, entries)
        for name, head in self.book.unseen():
            yield Fault(kind=Kind.DROPPED, where=name, number=head.seq)

    def _chain(self, name: str, entries: Iterable[Entry]) -> Iterator[Fault]:
        """The first thing that is wrong with a chain: what follows it is wrong by that alone."""
        heads = iter(self.book.heads(name))
        due, latest = next(heads, None), 0
        last: Entry | None = None
        for entry in entries:
            self._count()
            fault = _unlike(name, last, entry) or _not_anchored(name, due, entry)
            if fault:
                yield fault
                return
            last = entry
            while due is not None and due.seq <= entry.seq:
                latest = due.seq
                due = next(heads, None)
        if due is not None:
            anchored = [due.seq, *(head.seq for head in heads)]
            yield Fault(kind=Kind.TRUNCATED, where=name, number=max(anchored))
        elif last is not None and last.seq > latest:
            yield from self._loose(name, latest, last.seq)

    def _loose(self, name: str, anchored: int, last: int) -> Iterator[Fault]:
        """Entries that no anchor covers: too young, older than all anchors, or put in."""
        hour, trail = hour_of_chain(name), self.trail
        if hour is None or trail.last is None or hour + SEALED > trail.last or name in self.touched:
            self.done.after_the_last += last - anchored
        elif not anchored and trail.begins == 1 and trail.first is not None and hour <= trail.first:
            self.done.before_the_first += 1
        else:
            yield Fault(kind=Kind.UNANCHORED, where=name, number=anchored + 1)

    def _count(self) -> None:
        self.done.rows += 1
        if self.done.rows % self.every == 0:
            self.told(self.done)


def _unlike(name: str, last: Entry | None, entry: Entry) -> Fault | None:
    expected = chained(name, last, entry.entry, entry.at)
    if entry.seq != expected.seq:
        return Fault(kind=Kind.GAP, where=name, number=expected.seq)
    if entry.digest != expected.digest or entry.at != expected.at:
        return Fault(kind=Kind.CHANGED, where=name, number=entry.seq)
    return None


def _not_anchored(name: str, due: Head | None, entry: Entry) -> Fault | None:
    if due is not None and due.seq == entry.seq and due.digest != entry.digest:
        return Fault(kind=Kind.REWRITTEN, where=name, number=entry.seq)
    return None
