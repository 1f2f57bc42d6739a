"""The check: the same world told contact by contact, by a heap of events; shares no arithmetic with the fluid model."""

from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from math import inf
from random import Random

from bench.scale.events_parts import Bucket, Contact, Environment, Station, Store
from bench.scale.scenario import ONCE, RETRIES
from bench.scale.world import DUE, TABLE, Account, World
from chalicelib.domain.load import shard_tokens, shards
from chalicelib.service.put_by import FULL_WAIT

LONGEST = 4
"""Doublings of the wait for a full desk."""


class Events:
    """One run of so many contacts through a world that is as much smaller (or larger) than the scenario's."""

    def __init__(self, world: World, contacts: int, seed: int = 1) -> None:
        given, self.total = world.settings, contacts
        self.world, self.scale, self.account = world, world.scenario.contacts / contacts, Account()
        self.draw = Random(seed)  # noqa: S311 - repeatable
        self.heap: list[tuple[float, int, Callable[[float, Contact], None], Contact]] = []
        self.number, self.now = count(), 0.0
        scale = self.scale
        self.stage = Bucket(given.door_rate / scale, given.door_burst / scale)
        self.gateway = Bucket(given.account_rate / scale, given.account_burst / scale)
        self.intake = Environment(given, world.seconds("accept"), scale)
        keys = given.due_shards * given.key_units
        self.store = Store({TABLE: 1e18, DUE: keys}, given, scale)
        self.lane = Station(world.lane_ceiling, given.pollers_at_first, given.pollers_a_second, scale)
        self.replayer = Station(given.replay_most, given.replay_most, 0.0, scale)
        self.bells: deque[Contact] = deque()
        self.promised: list[tuple[float, int, Contact]] = []
        self.tokens = (-1, 0)
        self.open: set[int] = set()

    def run(self) -> Account:
        """Until the last promise is over."""
        scenario, total = self.world.scenario, self.total
        shares = [promise.share for promise in scenario.promises]
        for name in range(total):
            at = scenario.lasts * (name + self.draw.random()) / total
            promise = self.draw.choices(range(len(shares)), shares)[0]
            until = at + scenario.promises[promise].seconds
            self._at(at, self._arrive, Contact(name=name, until=until, promise=promise))
        while self.heap and self.heap[0][0] < scenario.ends:
            self.now, _, happen, contact = heappop(self.heap)
            happen(self.now, contact)
        self.account.unserved += len(self.open)
        return self.account

    def _at(self, at: float, happen: Callable[[float, Contact], None], contact: Contact) -> None:
        heappush(self.heap, (at, next(self.number), happen, contact))

    def _arrive(self, now: float, contact: Contact) -> None:
        """At the gateway's door, for the first time or again."""
        if contact.asked == 0:
            self.account.arrived += 1
            self.open.add(contact.name)
        self.account.acts["requests"] += 1
        others = self.lane.servers
        if not (self.stage.take(now) and self.gateway.take(now) and self.intake.take(now, others)):
            self._refused(now, contact)
        elif self.store.take(now, self.world.units("accept")):
            self.account.acts["accept"] += 1
            self._ring(now, contact)
        else:
            self.account.acts["held"] += 1
            self._again(now, contact)

    def _again(self, now: float, contact: Contact) -> None:
        self._at(self.replayer.starts(now, self.world.seconds("replayed")), self._replay, contact)

    def _refused(self, now: float, contact: Contact) -> None:
        gives_up = contact.asked >= len(RETRIES) or (
            contact.asked == 0 and contact.name % round(1 / ONCE) == 0
        )
        if gives_up:
            self.account.lost += 1
            self.open.discard(contact.name)
            return
        # Never to the second: else who was refused would always come back just behind the same token's taker.
        wait = RETRIES[contact.asked] * (0.9 + 0.2 * self.draw.random())
        contact.asked += 1
        self._at(now + wait, self._arrive, contact)

    def _replay(self, now: float, contact: Contact) -> None:
        if not self.store.take(now, self.world.units("replayed")):
            self._at(now + self.world.settings.replay_visibility, self._again, contact)
            return
        self.account.acts["replayed"] += 1
        self._ring(now, contact)

    def _ring(self, now: float, contact: Contact) -> None:
        if self.world.settings.in_turn:
            heappush(self.promised, (contact.until, contact.name, contact))
        else:
            self.bells.append(contact)
        if not self.lane.running:
            self.lane.running = True
            self._at(max(now, self.lane.free), self._next, contact)

    def _next(self, now: float, contact: Contact) -> None:
        """A function of the lane is free: it takes the first bell."""
        token = self._token(now)
        if self.world.settings.in_turn and not token:
            window = max(1.0, self.scale)
            self._at((now // window + 1) * window, self._next, contact)
            return
        first = heappop(self.promised)[2] if self.world.settings.in_turn else self.bells.popleft()
        name = "done" if now >= first.until else "deliver" if token else "full"
        self._answered(now, first, name)
        busy = self.lane.starts(now, self.world.seconds(name))
        if self.bells or self.promised:
            self._at(busy, self._next, first)
        else:
            self.lane.running = False

    def _answered(self, now: float, contact: Contact, name: str) -> None:
        if name == "done":
            self.account.acts["done"] += 1
            self.account.unserved += 1
            self.account.by_promise[contact.promise] += 1
            self.open.discard(contact.name)
            return
        if not self.store.take(now, self.world.units(name)):
            self._at(now + self.world.settings.visibility, self._ring, contact)
            return
        self.account.acts[name] += 1
        if name == "deliver":
            self.tokens = (self.tokens[0], self.tokens[1] - 1)
            self.account.served += 1
            self.open.discard(contact.name)
            return
        wait = FULL_WAIT.total_seconds() * 2 ** min(contact.puts, LONGEST) * (1 + self.draw.random() / 4)
        contact.puts += 1
        self._at(now + wait, self._ring, contact)

    def _token(self, now: float) -> bool:
        """Whether the desk has one left, by the product's own arithmetic.

        A smaller world's second is as much longer: else too few bells would meet a token.
        """
        rate, window = self.world.scenario.desk.rate, max(1.0, self.scale)
        if rate == inf:
            return True
        number = int(now // window)
        if self.tokens[0] != number:
            each = rate * window / self.scale
            self.tokens = (number, sum(shard_tokens(each, shard, number) for shard in range(shards(each))))
        return self.tokens[1] > 0
