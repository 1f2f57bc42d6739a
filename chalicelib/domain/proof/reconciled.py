"""Fates held against the provider's own list: what it says beyond receipts, and what that says of the rest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from chalicelib.domain.proof.dispatch import Fate
from chalicelib.domain.proof.loss import Judged, Share
from chalicelib.domain.proof.proportion import wilson
from chalicelib.domain.upgrade.times import millis
from chalicelib.domain.vendor_lists.seen import Seen

Mark = tuple[str, int]
"""Row, and when it was sent (ms)."""
LOST = (Seen.FAILED, Seen.ABSENT)
_FATES = {
    (Fate.MISSING, Seen.ON_ITS_WAY): Fate.UNCONFIRMED,
    (Fate.MISSING, Seen.FAILED): Fate.FAILED,
    (Fate.ARRIVED, Seen.CONTRADICTED): Fate.FAILED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """How many sends the list was asked about, by what it said; `unasked` are missing and were not asked about.

    `share`: lost of those that it knew the end of, which holds for the unasked as well, for they are not chosen by it.
    """

    counts: Mapping[Seen, int] = field(default_factory=dict)
    unasked: int = 0
    share: Share = field(default_factory=lambda: Share(lost=0, seen=0, low=0.0, high=1.0))


def adjusted(found: Iterable[Judged], seen: Mapping[Mark, Seen]) -> list[Judged]:
    """The sends with the fates that the list gives them; a word of the list only adds to a receipt's."""
    return [
        replace(one, fate=_FATES.get((one.fate, said), one.fate)) if (said := seen.get(_mark(one))) else one
        for one in found
    ]


def tally(found: Iterable[Judged], seen: Mapping[Mark, Seen]) -> Reconciled:
    """What the list was asked about these sends."""
    counts, unasked = dict.fromkeys(Seen, 0), 0
    for one in found:
        said = seen.get(_mark(one))
        if said is not None:
            counts[said] += 1
        unasked += said is None and one.fate is Fate.MISSING
    lost = sum(counts[each] for each in LOST)
    known = lost + counts[Seen.DELIVERED]
    low, high = wilson(lost, known)
    return Reconciled(counts=counts, unasked=unasked, share=Share(lost=lost, seen=known, low=low, high=high))


def _mark(one: Judged) -> Mark:
    return one.sent.key, millis(one.sent.at)
