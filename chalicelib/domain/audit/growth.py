"""What a chain has come to since its head was anchored, and whether it still is the chain that was anchored."""

from collections.abc import Sequence

from chalicelib.domain.audit.anchor import Head
from chalicelib.domain.proof.chain import Entry, chained


def grown(name: str, head: Head | None, tail: Sequence[Entry]) -> tuple[Head | None, bool]:
    """The new head, and True when `tail` (the entries from the head's own on, or all) follows from it.

    None without entries. A chain that does not follow keeps its head: what was anchored is never taken back.
    """
    if head is not None and (not tail or Head(seq=tail[0].seq, digest=tail[0].digest) != head):
        return head, False
    last = tail[0] if head is not None else None
    for entry in tail[1:] if head is not None else tail:
        if chained(name, last, entry.entry, entry.at) != entry:
            return head, False
        last = entry
    return (Head(seq=last.seq, digest=last.digest) if last else None), True
