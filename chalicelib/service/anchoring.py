"""The minute's anchor: what the ledger's chains have come to since the last one, kept where nobody can change it."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from chalicelib.domain.audit.anchor import Anchor, Head, Unreadable, beginning, digest_of, read_anchor
from chalicelib.domain.audit.growth import grown
from chalicelib.domain.audit.rsa import read_key
from chalicelib.domain.proof.chain import hour_name, hour_of_chain
from chalicelib.domain.proof.dispatch import hours_between
from chalicelib.ports import Anchors, Ledger, Missing, Stale

HOUR = timedelta(hours=1)
HEARTBEAT = HOUR
"""Without any change an anchor is written as often: it says that we were there, and that nothing was."""
FURTHEST = timedelta(days=14)
"""How far back chains are looked for after a time without a tick: as long as a flip's message may travel."""
TRIES = 2
MOST = 1_000
"""Chains looked at in one run; with more of them, each in its turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchored:
    """One anchor written: its number, how many heads it holds, how many of them moved; what is broken or left.

    `strange`: the anchor before it is none of ours, whoever laid it there.
    """

    number: int
    heads: int
    moved: int
    broken: tuple[str, ...] = ()
    left: int = 0
    strange: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The anchor before: `number` 0 when there is none; `at` and `anchor` None when it cannot be read."""

    number: int
    digest: str
    at: datetime | None = None
    heads: Mapping[str, Head] | None = None
    broken: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    anchor: Anchor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchoring:
    """Writes anchors of one stage. Raises Unavailable, having written nothing."""

    ledger: Ledger
    anchors: Anchors
    stage: str
    most: int = MOST

    def run(self, now: datetime) -> Anchored | None:
        """Write the next anchor; None when nothing moved, or somebody else wrote it: the next run sees the rest."""
        for _ in range(TRIES):
            before = self._before()
            seen = self._look(before, now)
            moved = sum((before.heads or {}).get(name) != head for name, head in seen.heads.items())
            rest = before.at is not None and now - before.at < HEARTBEAT
            if rest and not moved and (seen.broken, seen.left) == (before.broken, before.left):
                return None
            with suppress(Stale):  # a container that was away knows an earlier one only
                return self._written(before, seen, moved)
        return None

    def _written(self, before: Before, seen: Anchor, moved: int) -> Anchored:
        at = max(seen.at, before.at or seen.at)  # the last one's clock may go before ours
        signed = self._signed(replace(seen, number=before.number + 1, before=before.digest, at=at))
        self.anchors.add(signed.number, signed.text())
        return Anchored(
            number=signed.number,
            heads=len(signed.heads),
            moved=moved,
            broken=signed.broken,
            left=len(signed.left),
            strange=before.number > 0 and not self._ours(before.anchor),
        )

    def _ours(self, anchor: Anchor | None) -> bool:
        """True for an anchor that this stage's own key signed."""
        if anchor is None or anchor.stage != self.stage:
            return False
        return read_key(self.anchors.public_key()).proves(anchor.signature, anchor.signed())

    def _before(self) -> Before:
        try:
            number, text = self.anchors.newest(remembered=True)
        except Missing:
            return Before(number=0, digest=beginning(self.stage))
        bare = Before(number=number, digest=digest_of(text))
        try:
            last = read_anchor(text)
        except Unreadable:  # somebody else's: it stays, and verification names it
            return bare
        return replace(bare, at=last.at, heads=last.heads, broken=last.broken, left=last.left, anchor=last)

    def _look(self, before: Before, now: datetime) -> Anchor:
        """The heads of all chains that may have grown since, without number and signature."""
        names = self._names(before, now)
        heads = {name: head for name, head in (before.heads or {}).items() if name in names}
        broken = set(before.broken) & set(names)
        for name in names[: self.most]:
            head = heads.get(name)
            found, whole = grown(name, head, self.ledger.tail(name, head.seq if head else 1))
            if not whole:
                broken.add(name)
            elif found is not None:
                heads[name] = found
        told, left = tuple(sorted(broken)), tuple(names[self.most :])
        return Anchor(number=0, at=now, stage=self.stage, before="", heads=heads, broken=told, left=left)

    def _names(self, before: Before, now: datetime) -> Sequence[str]:
        """Those left by the anchor before; then the chains of the hours since it, and of the hour before that."""
        since = max(min(now, before.at or now) - HOUR, now - FURTHEST)
        hours = hours_between(since, now + timedelta.resolution)
        listed = {name for hour in hours for name in self.ledger.touched(hour)}
        named = listed | _within(before.heads or {}, hours[0])
        rest = sorted(name for name in named - set(before.left) if hour_of_chain(name) is not None)
        return [*before.left, *rest]

    def _signed(self, anchor: Anchor) -> Anchor:
        named = replace(anchor, key=sha256(self.anchors.public_key()).hexdigest())
        return replace(named, signature=self.anchors.sign(named.signed()))


def _within(names: Iterable[str], first: datetime) -> set[str]:
    """The chains of an hour and of those after it, whatever the list beside the ledger says now."""
    return {name for name in names if name.rpartition("#")[2] >= hour_name(first)}
