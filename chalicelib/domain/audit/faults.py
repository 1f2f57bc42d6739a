"""What a verification can find: a closed list, each with the words that people read."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What is wrong."""

    CHANGED = "changed"
    GAP = "gap"
    REWRITTEN = "rewritten"
    TRUNCATED = "truncated"
    DROPPED = "dropped"
    UNANCHORED = "unanchored"
    ANCHOR_MISSING = "anchor_missing"
    ANCHOR_UNREADABLE = "anchor_unreadable"
    ANCHOR_CHANGED = "anchor_changed"
    ANCHOR_FORGED = "anchor_forged"
    ANCHOR_COVERED = "anchor_covered"
    ANCHOR_BACKWARDS = "anchor_backwards"
    ANCHOR_TOLD = "anchor_told"
    SILENT = "silent"


WORDS = {
    Kind.CHANGED: "entry {number} was changed, or put in",
    Kind.GAP: "entry {number} is missing or out of its order",
    Kind.REWRITTEN: "entry {number} is not the one that was anchored: the chain was made up anew",
    Kind.TRUNCATED: "{number} entries were anchored, and the last of them are gone",
    Kind.DROPPED: "{number} entries were anchored, and none is there",
    Kind.UNANCHORED: "entry {number} is in no anchor, though later anchors exist: it was put in afterwards",
    Kind.ANCHOR_MISSING: "anchor {number} is missing",
    Kind.ANCHOR_UNREADABLE: "anchor {number} is no anchor",
    Kind.ANCHOR_CHANGED: "anchor {number} does not follow from the one before",
    Kind.ANCHOR_FORGED: "anchor {number} is not signed by a key that you trust",
    Kind.ANCHOR_COVERED: "anchor {number} was written again or hidden; its first version was read",
    Kind.ANCHOR_BACKWARDS: "anchor {number} has fewer entries than an anchor before it, or others",
    Kind.ANCHOR_TOLD: "anchor {number} says that the chain no longer was what had been anchored",
    Kind.SILENT: "anchor {number} is the last, and older than two hours: nothing after it is covered",
}
ANCHORS = "anchors"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong: in which chain (or ANCHORS), at which entry or anchor."""

    kind: Kind
    where: str
    number: int

    @property
    def words(self) -> str:
        """For people: `flips#2026-11-21T20: entry 3 was changed, or put in`."""
        return f"{self.where}: {WORDS[self.kind].format(number=self.number)}"

    @property
    def stream(self) -> str:
        """The stream of the chain, "" for anchors."""
        return self.where.rpartition("#")[0]

    @property
    def hour(self) -> str:
        """The hour of the chain, "" for anchors."""
        return self.where.rpartition("#")[2] if "#" in self.where else ""
