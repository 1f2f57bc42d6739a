"""What a half hour teaches of what is usual: a surge little, and nothing of how this day compares with others."""

from dataclasses import replace
from datetime import tzinfo

from chalicelib.domain.detection.usual import Usual, expected, half_of, learn

CLIP = 1.5
"""Of a half hour at most so many times the expected contacts are learned: what is rare must not come to look usual."""
ODD = 0.25
"""The weight of a half hour with a surge or a drop."""


def taught(usual: Usual, count: int, zone: tzinfo, *, odd: bool = False, whole: bool = True) -> Usual:
    """With the half hour at `usual.until`, in which so many came; `odd`: in a surge or drop, `whole`: all were counted.

    What lasts is learned all the same, a little each week. A surge must not pass for a busy day: then the level of
    the hours before counts as usual.
    """
    trust = (ODD if odd else 1.0) if whole else 0.0
    after = learn(usual, clipped(usual, count, zone), zone, trust)
    return replace(after, near=after.near_due) if odd or not whole else after


def clipped(usual: Usual, count: int, zone: tzinfo) -> int:
    """The count, at most CLIP times the expected one and chance's share."""
    hoped = expected(usual, half_of(usual.until, zone))
    return count if hoped is None else min(count, round(CLIP * hoped + 3 * hoped**0.5 + 3))
