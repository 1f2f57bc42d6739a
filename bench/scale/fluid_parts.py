"""The fluid model's parts: the gateway's buckets, environments that start, a table that warms, a lane with pollers."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush

from bench.scale.parcels import NOTHING, Parcel
from bench.scale.settings import Settings
from bench.scale.world import Account, World

HALF_HOUR = 1_800


class Door:
    """Two token buckets, the stage's and the account's: filled each second, drawn on in turn."""

    def __init__(self, given: Settings) -> None:
        self._given = given
        self._stage, self._account = given.door_burst, given.account_burst

    def take(self, asked: float, account: Account, second: int) -> float:
        """How many pass in this second."""
        given = self._given
        stage = min(asked, self._stage + given.door_rate)
        passed = min(stage, self._account + given.account_rate)
        if stage < asked:
            account.press("stage throttle", second)
        if passed < stage:
            account.press("gateway account", second)
        self._stage = min(given.door_burst, self._stage + given.door_rate - stage)
        self._account = min(given.account_burst, self._account + given.account_rate - passed)
        return passed


class Environments:
    """The intake's: they start when none is free, only so many at once and so many a second, and then stay."""

    def __init__(self, given: Settings) -> None:
        self._given = given
        self._warm, self._may = 0.0, given.environments_at_once

    def take(self, asked: float, each: float, others: float, account: Account, second: int) -> float:
        """How many begin in this second, when each takes so long and the lane has so many."""
        given = self._given
        most = max(0.0, given.concurrency - given.others - others)
        begun = min(asked, given.requests_per_environment * given.concurrency)
        if begun < asked:
            account.press("requests of functions", second)
        warm = self._warm / each
        excess = max(0.0, begun - warm)
        wanted = excess * given.cold_start
        started = min(wanted, self._may, max(0.0, most - self._warm))
        self._may = min(given.environments_at_once, self._may - started + given.environments_a_second)
        self._warm += started
        if started >= wanted:
            return begun
        account.press("environments" if self._warm < most else "concurrency", second)
        late = started / each * (1 - given.cold_start)
        return min(begun, warm + started + min(late, excess * (1 - given.cold_start)))


class Units:
    """Write units of a table and its indexes: each takes twice its former peak, half an hour later; a key has an end.

    What is too much is refused of every act alike; how much that is, the second before tells.
    """

    def __init__(self, given: Settings, keys: Mapping[str, float]) -> None:
        self._most, self._keys = given.table_most, keys
        self._may = dict.fromkeys(keys, given.table_units)
        self._peak = dict.fromkeys(keys, 0.0)
        self._asked = dict.fromkeys(keys, 0.0)
        self._share = 1.0

    def begin(self, second: int) -> None:
        """A new second, and every half hour a larger table."""
        self._share = 1.0
        for place, asked in self._asked.items():
            most = min(self._may[place], self._keys[place])
            self._share = min(self._share, most / asked if asked > most else 1.0)
            self._peak[place] = max(self._peak[place], min(asked, most))
            self._asked[place] = 0.0
        if second and second % HALF_HOUR == 0:
            for place, peak in self._peak.items():
                self._may[place] = min(self._most, max(self._may[place], 2 * peak))

    def take(self, units: Mapping[str, int], times: float) -> float:
        """So many acts of such units; returns which part of them there is room for."""
        for place, each in units.items():
            self._asked[place] += each * times
        return self._share


@dataclass(slots=True)
class Lane:
    """Bells in their order (by promise where they go in turn), and the functions that answer them."""

    given: Settings
    ceiling: float
    workers: float = 0.0
    amount: float = 0.0
    queue: deque[tuple[Parcel, float]] = field(default_factory=deque)
    heap: list[tuple[float, int, Parcel, float]] = field(default_factory=list)
    number: int = 0

    def add(self, parcel: Parcel, amount: float) -> None:
        """Ring for so many."""
        if amount <= NOTHING:
            return
        self.amount += amount
        if self.given.in_turn:
            self.number += 1
            heappush(self.heap, (parcel.until, self.number, parcel, amount))
        elif self.queue and self.queue[-1][0] == parcel:
            self.queue[-1] = (parcel, self.queue[-1][1] + amount)
        else:
            self.queue.append((parcel, amount))

    def seconds(self, account: Account, second: int, world: World) -> float:
        """Seconds of work that its functions can do in this one; more are started while bells wait."""
        if self.amount <= 0:
            return 0.0
        if not self.workers:
            self.workers = min(self.ceiling, self.given.pollers_at_first)
        busy = self.amount * world.seconds("deliver") > self.workers
        if busy:
            account.press("lane" if self.workers >= self.ceiling else "pollers", second)
            self.workers = min(self.ceiling, self.workers + self.given.pollers_a_second)
        return self.workers

    def waits(self) -> bool:
        """Whether any bell waits."""
        return bool(self.queue or self.heap)

    def head(self) -> tuple[Parcel, float]:
        """The first, and how many they are."""
        return self.heap[0][2:] if self.given.in_turn else self.queue[0]

    def take(self, wanted: float) -> Iterator[tuple[Parcel, float]]:
        """The first so many."""
        while wanted > NOTHING and self.waits():
            parcel, amount = self._first()
            taken = min(amount, wanted)
            wanted -= taken
            self.amount = max(0.0, self.amount - taken)
            if amount - taken > NOTHING:
                self._back(parcel, amount - taken)
            yield parcel, taken

    def _first(self) -> tuple[Parcel, float]:
        return heappop(self.heap)[2:] if self.given.in_turn else self.queue.popleft()

    def _back(self, parcel: Parcel, amount: float) -> None:
        if self.given.in_turn:
            heappush(self.heap, (parcel.until, 0, parcel, amount))
        else:
            self.queue.appendleft((parcel, amount))
