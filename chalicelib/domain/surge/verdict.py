"""The verdict on a stream: surge, drop or neither, how many times the usual, how many people in how many attempts."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from chalicelib.domain.detection.traffic import BLOCK
from chalicelib.domain.detection.usual import Usual
from chalicelib.domain.surge.people import WINDOW, people, window_of
from chalicelib.domain.surge.streams import SLOT, slot_of
from chalicelib.domain.surge.sums import ENOUGH, Due, Sums, added, due_in

LAG = timedelta(seconds=20)
"""Contacts are counted by each container every 10 s; slots are judged when they ended this long ago."""
RECENT = 4
"""Slots that tell how many times the usual come now: two minutes."""
GOING_ON = 1.44
"""Times the usual below which a surge is over: no sum rises with less."""
LONGEST = 120
"""Slots judged at most, an hour."""
_LENGTH = timedelta(seconds=SLOT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`up` and `down` in nats; `seen` and `due` are contacts of the last two minutes and the most that is usual.

    `people` and `attempts` are those of the last ten minutes or more; `since` is when a surge began.
    """

    up: float = 0.0
    down: float = 0.0
    seen: int = 0
    due: float = 0.0
    people: int = 0
    attempts: int = 0
    since: datetime | None = None

    @property
    def surging(self) -> bool:
        """More than chance brings, and still going on: a sum that is high takes its time to sink."""
        return self.up >= ENOUGH and self.multiple >= GOING_ON

    @property
    def dropping(self) -> bool:
        """Fewer than chance leaves."""
        return self.down >= ENOUGH

    @property
    def multiple(self) -> float:
        """How many times the usual come now."""
        return self.seen / self.due if self.due else 0.0


def judge(usual: Usual, counts: Mapping[int, int], now: datetime, zone: tzinfo) -> Verdict | None:
    """The verdict from the slots that are kept (`counts` by slot number); None while nothing is known to be usual.

    The sums begin anew with the oldest slot at each look, so that nothing but counts is stored.
    """
    last = slot_of(now - LAG) - 1
    first = max(last - LONGEST + 1, oldest_slot(last))
    sums, dues = Sums(), dict[int, Due]()
    for slot in range(first, last + 1):
        start = datetime.fromtimestamp(slot * SLOT, UTC)
        due = due_in(usual, start, _LENGTH, zone)
        if due is None:
            return None
        sums, dues[slot] = added(sums, counts.get(slot, 0), due, start), due
    recent = range(last - RECENT + 1, last + 1)
    return Verdict(
        up=sums.up, down=sums.down, since=sums.since, seen=sum(counts.get(slot, 0) for slot in recent),
        due=sum(dues[slot].most for slot in recent if slot in dues),
    )  # fmt: skip


def oldest_slot(newest: int) -> int:
    """The first slot that every store still has: the running block and the one before it are kept."""
    return (newest // BLOCK - 1) * BLOCK


def turnout(
    sketches: Mapping[int, Collection[int]], counts: Mapping[int, int], now: datetime
) -> tuple[int, int]:
    """People and attempts of the running window and the one before: marks by window, contacts by slot.

    So whoever comes again within ten to twenty minutes is one person. Across midnight (UTC) they are two.
    """
    newest = window_of(now)
    windows = (newest - 1, newest)
    attempts = sum(count for slot, count in counts.items() if slot * SLOT // WINDOW in windows)
    return people(mark for window in windows for mark in sketches.get(window, ())), attempts
