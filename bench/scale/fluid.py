"""The fluid model: amounts of contacts, second by second, through door, function, table, queue and desk."""

from collections import defaultdict, deque
from collections.abc import Iterator

from bench.scale.fluid_parts import Door, Environments, Lane, Units
from bench.scale.parcels import NOTHING, Later, Parcel
from bench.scale.scenario import ONCE, RETRIES
from bench.scale.world import DUE, TABLE, Account, World

WAITS = (2.0, 4.0, 8.0, 16.0, 32.0)
"""Seconds until a bell comes back from a full desk (service/put_by.py), by round; up to a quarter later."""
LATER = 1.125
SPREAD = (0.92, 0.96, 1.0, 1.04, 1.08)
"""Of a sender's wait: they do not all keep it to the second."""
BINS = 12


class Fluid:
    """One run from a cold start; `leak` loses that share of what is put by, for the test that sees it."""

    def __init__(self, world: World, leak: float = 0.0) -> None:
        self.world, self.leak, self.account = world, leak, Account()
        given = world.settings
        self.door = Door(given)
        self.intake = Environments(given)
        self.table = Units(given, {TABLE: 1e18, DUE: given.due_shards * given.key_units})
        self.lane = Lane(given, self.world.lane_ceiling)
        self.senders, self.away, self.refused = Later(), Later(), Later()
        self.held = 0.0
        self.overflow: deque[tuple[Parcel, float]] = deque()

    def run(self) -> Account:
        """Until the last promise is over: who is then not served is unserved. Raises Unbalanced."""
        for second in range(int(self.world.scenario.ends)):
            self._second(second)
            self.account.balance(self.waiting(), second)
            if second > self.world.scenario.lasts and self.waiting() < 1e-9 * self.account.arrived:
                break
        self.account.unserved += self.waiting()
        return self.account

    def waiting(self) -> float:
        """All that are somewhere: with their senders, held, in the lane, put by."""
        return self.lane.amount + self.held + self.refused.amount + self.senders.amount + self.away.amount

    def _second(self, second: int) -> None:
        self.table.begin(second)
        self._arrive(second)
        self._replay(second)
        for parcel, amount in self.away.pop(second).items():
            self.lane.add(parcel, amount)
        self._deliver(second)

    def _arrive(self, second: int) -> None:
        came = defaultdict(float, self.senders.pop(second))
        for parcel, amount in self._new(second):
            came[parcel] += amount
            self.account.arrived += amount
        asked = sum(came.values())
        if not asked:
            return
        passed = self.door.take(asked, self.account, second)
        begun = self.intake.take(
            passed, self.world.seconds("accept"), self.lane.workers, self.account, second
        )
        share = self._room("accept", begun, second)
        self.account.acts["requests"] += asked
        for parcel, amount in came.items():
            kept = amount * begun / asked
            self.lane.add(parcel, kept * share)
            self._put_aside(parcel, kept * (1 - share))
            self._refuse(parcel, amount - kept, second)
        self.account.acts["accept"] += begun * share
        self.account.acts["held"] += begun * (1 - share)

    def _new(self, second: int) -> Iterator[tuple[Parcel, float]]:
        scenario = self.world.scenario
        amount = scenario.rate * max(0.0, min(1.0, scenario.lasts - second))
        width = scenario.lasts / BINS
        middle = (second // width + 0.5) * width
        for number, promise in enumerate(scenario.promises):
            if amount:
                yield Parcel(until=middle + promise.seconds, promise=number), amount * promise.share

    def _put_aside(self, parcel: Parcel, amount: float) -> None:
        if amount > 0:
            self.held += amount
            self.overflow.append((parcel, amount))

    def _refuse(self, parcel: Parcel, amount: float, second: int) -> None:
        """Most senders ask again, each a few times; who does no more is lost."""
        if amount <= 0:
            return
        gone = amount if parcel.round >= len(RETRIES) else amount * ONCE if parcel.round == 0 else 0.0
        self.account.lost += gone
        if amount > gone:
            for part in SPREAD:
                later = second + max(1, round(RETRIES[parcel.round] * part))
                self.senders.add(later, parcel.again(), (amount - gone) / len(SPREAD))

    def _replay(self, second: int) -> None:
        """What the table refuses comes back when its message is seen again."""
        for parcel, amount in self.refused.pop(second).items():
            self._put_aside(parcel, amount)
        most = min(self.held, self.world.settings.replay_most / self.world.seconds("replayed"))
        share = self._room("replayed", most, second)
        while self.overflow and most > NOTHING:
            parcel, amount = self.overflow.popleft()
            taken = min(amount, most)
            most -= taken
            self.held -= taken
            self.account.acts["replayed"] += taken * share
            self.lane.add(parcel.fresh(), taken * share)
            if share < 1:
                self.refused.add(
                    second + int(self.world.settings.replay_visibility), parcel, taken * (1 - share)
                )
            if amount > taken:
                self.overflow.appendleft((parcel, amount - taken))

    def _room(self, name: str, times: float, second: int) -> float:
        share = self.table.take(self.world.units(name), times)
        if share < 1:
            self.account.press("table", second)
        return share

    def _deliver(self, second: int) -> None:
        world, lane = self.world, self.lane
        rate, ok, full = world.scenario.desk.rate, world.seconds("deliver"), world.seconds("full")
        budget = lane.seconds(self.account, second, world)
        given = min(lane.amount, budget / ok, rate)
        put_by = 0.0
        if given >= rate and lane.amount > given:
            self.account.press("desk", second)
            if not world.settings.in_turn:
                put_by = min(lane.amount - given, (budget - given * ok) / full)
        taken = given + put_by
        if taken <= 0:
            return
        share = min(self._room("deliver", given, second), self._room("full", put_by, second))
        rung = self._rung(taken, second)
        part = min(1.0, given / sum(amount for _, amount in rung)) if rung else 0.0
        for parcel, amount in rung:
            self._end(parcel, amount, part * share, second, share)

    def _rung(self, wanted: float, second: int) -> list[tuple[Parcel, float]]:
        """So many whose promise still holds; a bell of one whose does not costs a fraction of a delivery."""
        each, found = self.world.seconds("done") / self.world.seconds("deliver"), []
        while wanted > NOTHING and self.lane.waits():
            first, amount = self.lane.head()
            late = first.until <= second
            for parcel, taken in self.lane.take(min(amount, wanted / each if late else wanted)):
                wanted -= taken * (each if late else 1.0)
                if late:
                    self._expire(parcel, taken)
                else:
                    found.append((parcel, taken))
        return found

    def _expire(self, parcel: Parcel, amount: float) -> None:
        self.account.unserved += amount
        self.account.by_promise[parcel.promise] += amount
        self.account.acts["done"] += amount

    def _end(self, parcel: Parcel, amount: float, served: float, second: int, share: float) -> None:
        """Of a parcel that was rung for: handed over, or put by for a while."""
        self.account.served += amount * served
        self.account.acts["deliver"] += amount * served
        refused = amount * (1 - share)
        if refused > 0:
            self.away.add(second + int(self.world.settings.visibility), parcel, refused)
        back = amount - amount * served - refused
        if back > NOTHING:
            self.account.acts["full"] += back
            wait = round(WAITS[min(parcel.round, len(WAITS) - 1)] * LATER)
            self.away.add(second + wait, parcel.again(), back * (1 - self.leak))
