"""Contacts counted: how many came to a path in each five minutes, in blocks of six hours."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.domain.detection.usual import Usual

SLOT = 300
"""Seconds of a slot; slots are numbered from 1970 on, without gaps, whatever clocks are set to."""
BLOCK = 72
"""Slots of one stored block. The running block and the one before it are kept: six hours at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What is known of a path's contacts: counts by slot number (absent: none came), and what is usual."""

    path: str
    counts: Mapping[int, int] = field(default_factory=dict)
    usual: Usual | None = None


def slot_of(moment: datetime) -> int:
    """The number of the slot that a moment falls in."""
    return int(moment.timestamp()) // SLOT


def summed(path: str, parts: Mapping[str, Traffic], usual: Usual | None) -> Traffic:
    """The traffic of several markets as that of one path."""
    counts: dict[int, int] = {}
    for part in parts.values():
        for slot, count in part.counts.items():
            counts[slot] = counts.get(slot, 0) + count
    return Traffic(path=path, counts=counts, usual=usual)
