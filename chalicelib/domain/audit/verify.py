"""The whole verification: the anchors in their order, then every row; memory does not grow with either."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chalicelib.domain.audit.anchor import Anchor
from chalicelib.domain.audit.faults import ANCHORS, Fault, Kind
from chalicelib.domain.audit.rows import Checked, Row, Rows
from chalicelib.domain.audit.rsa import PublicKey
from chalicelib.domain.audit.trail import Book, PlainBook, Trail

SILENT = timedelta(hours=2)
"""Without an anchor for so long: one is written each hour at least."""


@dataclass(slots=True, kw_only=True)
class Verification:
    """One verification of a stage's ledger. `keys` are the public keys that are trusted.

    `wanted` says which chains are looked at; `touched` are those added to since the last anchor; `now` is the time
    when the ledger was read, None where nobody knows. After `faults` has come to its end, `trail` and `done` tell what
    was looked at. `told` is called every `every` rows.
    """

    stage: str
    keys: Iterable[PublicKey]
    book: Book = field(default_factory=PlainBook)
    wanted: Callable[[str], bool] = lambda _: True
    touched: frozenset[str] = frozenset()
    now: datetime | None = None
    every: int = 100_000
    told: Callable[[Checked], None] = lambda _: None
    trail: Trail = field(init=False)
    done: Checked = field(default_factory=Checked)

    def __post_init__(self) -> None:
        """The trail begins."""
        keys = {key.fingerprint: key for key in self.keys}

        def trusted(anchor: Anchor) -> bool:
            key = keys.get(anchor.key)
            return key is not None and key.proves(anchor.signature, anchor.signed())

        self.trail = Trail(stage=self.stage, trusted=trusted, book=self.book, wanted=self.wanted)

    def faults(self, anchors: Iterable[tuple[int, str]], rows: Iterable[Row]) -> Iterator[Fault]:
        """Everything that is wrong. `anchors` are texts by number, in order; `rows` come chain by chain, in order."""
        for number, text in anchors:
            yield from self.trail.follow(number, text)
        yield from self._silence()
        checking = Rows(
            book=self.book, trail=self.trail, touched=self.touched, wanted=self.wanted,
            every=self.every, told=self.told, done=self.done,
        )  # fmt: skip
        yield from checking.check(rows)

    def _silence(self) -> Iterator[Fault]:
        last = self.trail.last
        if self.now is None:
            return
        if last is None:
            yield Fault(kind=Kind.SILENT, where=ANCHORS, number=0)
        elif self.now - last > SILENT:
            yield Fault(kind=Kind.SILENT, where=ANCHORS, number=self.trail.number)
