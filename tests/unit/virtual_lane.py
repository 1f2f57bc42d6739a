"""A lane with all its workers in virtual time: each worker is a thread, but only one runs at a time, by a heap."""

import json
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from threading import Event, Thread, current_thread

from chalicelib.bells import dump_ring
from chalicelib.domain.model import row_key
from chalicelib.handlers import workers
from chalicelib.wiring import Wired, use
from infra.queues import QUEUES
from tests.world import SETTINGS, World

LANE = next(queue for queue in QUEUES if queue.name == "NormalQueue")
FUNCTION = 60

PLAN = """
schema: 1
public_base_url: https://bascule.example
market: fr
languages: [fr]
channels:
  shop: {kind: webhook, market: fr, settings: {url: "https://shop.example/in"}}
  store: {kind: webhook, market: fr, settings: {url: "https://store.example/in"}}
  box-a: {kind: webhook, provider: alpha, settings: {url: "https://a.example/in"}}
  box-b: {kind: webhook, provider: beta, settings: {url: "https://b.example/in"}}
desks:
  desk-a: {channel: box-a}
  desk-b: {channel: box-b}
purposes:
  slow: {match: [{channel: shop}], routes: {fr: [desk-a]}, lane: normal, deadline: 4h}
  quick: {match: [{channel: store}], routes: {fr: [desk-b]}, lane: normal, deadline: 4h}
"""


class Baton:
    """Virtual time for threads: whoever sleeps hands on the baton; nobody runs but its holder."""

    def __init__(self, clock) -> None:
        self.clock, self.numbers = clock, count()
        self.heap: list = []
        self.back = Event()
        self.mine: dict[Thread, Event] = {}
        self.dead = False

    def at(self, seconds: float, act: Callable[[], None]) -> None:
        """Have something done by the runner itself, so many seconds after the start."""
        heappush(self.heap, (seconds, next(self.numbers), act))

    def sleep(self, seconds: float) -> None:
        """A worker waits."""
        own = self.own()
        self.at(self.now + seconds, lambda: self.resume(own))
        self.park(own)

    def park(self, own: Event) -> None:
        self.back.set()
        own.wait()
        own.clear()

    def resume(self, own: Event) -> None:
        self.back.clear()
        own.set()
        self.back.wait()

    def own(self) -> Event:
        return self.mine.setdefault(current_thread(), Event())

    now = 0.0

    def run(self, until: float, between: Callable[[], None]) -> None:
        while self.heap and self.heap[0][0] <= until:
            assert not self.dead, "a worker died of an error"
            at, _, act = heappop(self.heap)
            self.clock.advance(at - self.now)
            self.now = at
            act()
            between()


@dataclass
class Context:
    """Lambda's word on the time left."""

    baton: Baton
    began: float

    def get_remaining_time_in_millis(self):
        return round((self.began + FUNCTION - self.baton.now) * 1000)


@dataclass
class Lane:
    """`waits` is how long each desk's host takes; `served` when each contact was taken, by host."""

    waits: dict[str, float]
    size: int = LANE.concurrency
    batch: int = LANE.batch
    world: World = field(default_factory=lambda: World(PLAN))
    served: dict[str, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))
    came: dict[str, float] = field(default_factory=dict)
    due: deque = field(default_factory=deque)
    idle: list = field(default_factory=list)

    def __post_init__(self) -> None:
        self.baton = Baton(self.world.clock)
        self.busy = dict.fromkeys(self.waits, 0)
        self.most_busy = dict(self.busy)
        self.world.desks.on_call = self.wait
        self.stopped = False
        self.hands = [[] for _ in range(self.size)]
        self.threads = [Thread(target=self.work, args=(place,), daemon=True) for place in range(self.size)]
        for thread in self.threads:
            thread.start()
            self.baton.back.wait()
            self.baton.back.clear()

    def wait(self, call) -> None:
        host = call.url.split("/")[2]
        if host not in self.waits:
            return
        self.busy[host] += 1
        self.most_busy[host] = max(self.most_busy[host], self.busy[host])
        self.baton.sleep(min(self.waits[host], 8))
        self.busy[host] -= 1
        key = json.loads(call.body)["data"]["reference"]
        if host not in self.world.desks.fault:
            self.served[host].setdefault(key, self.baton.now)

    def work(self, place: int) -> None:
        """One container: its own services, on the stores that all share."""
        world, own = self.world, self.baton.own()
        wired = Wired(stores=world.ports, http=world.desks, clock=world.clock, settings=SETTINGS)
        self.idle.append((place, own))
        self.baton.park(own)
        try:
            self.answer(place, wired, own)
        except BaseException:
            self.baton.dead = True
            raise
        finally:
            self.baton.back.set()

    def answer(self, place: int, wired: Wired, own: Event) -> None:
        while not self.stopped:
            bells, self.hands[place] = self.hands[place], []
            records = [{"messageId": str(n), "body": dump_ring(ring)} for n, ring in enumerate(bells)]
            with use(wired):
                failed = workers.deliver({"Records": records}, Context(self.baton, self.baton.now))
            assert failed == {"batchItemFailures": []}
            self.idle.append((place, own))
            self.baton.park(own)

    def hand_out(self) -> None:
        """What is due goes to whoever is idle; bells with a delay come later; flips are published at once."""
        queues = self.world.ports.queues
        for ring in queues.take_bells():
            self.baton.at(self.baton.now + ring.delay, lambda ring=ring: self.due.append(ring))
        if queues.take_notes("flips"):
            self.baton.at(self.baton.now, lambda: self.world.wired.tick.flip() and None)
        while self.due and self.idle:
            place, own = self.idle.pop(0)
            self.hands[place] = [self.due.popleft() for _ in range(min(self.batch, len(self.due)))]
            self.baton.at(self.baton.now, lambda own=own: self.baton.resume(own))

    def arrives(self, channel: str, per_second: float, seconds: float) -> None:
        """So many contacts for a channel, evenly."""
        for number in range(int(per_second * seconds)):
            self.baton.at(number / per_second, lambda n=number: self.say(channel, f"{channel}-{n}"))

    def say(self, channel: str, name: str) -> None:
        words = {"type": "contact.message", "data": {"customer": {"id": name}, "text": "hello"}}
        self.world.wired.acceptance.receive(channel, self.world.signed(words, name), self.world.clock.now())
        self.came[row_key(channel, "", name)] = self.baton.now

    def play(self, seconds: float) -> None:
        for minute in range(0, int(seconds), 60):
            self.baton.at(minute, lambda: self.world.wired.tick.minute() and None)
        self.baton.run(seconds, self.hand_out)

    def waited(self, host: str, since: float = 0) -> list[float]:
        """From acceptance until the desk had it, in seconds, shortest first."""
        return sorted(at - self.came[key] for key, at in self.served[host].items() if self.came[key] >= since)

    def close(self) -> None:
        """Let every worker end: those asleep, then those that are idle."""
        self.stopped = True
        self.baton.run(self.baton.now + 3600, lambda: None)
        for _, own in self.idle:
            own.set()
