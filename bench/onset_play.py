"""One onset on a virtual clock: the product's own services on memory, with the delays of queues and schedules."""

import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import partial
from heapq import heappop, heappush
from random import Random

from bench.onset_sides import BOX, MAIL, SECRET, SHOP, Browser, Provider, Trouble, plan
from chalicelib.domain.health import State
from chalicelib.domain.plan_document.reader import dump_plan, read_plan
from chalicelib.handlers.probing import canaries
from chalicelib.http_types import Request
from chalicelib.memory import ManualClock, MemoryPorts
from chalicelib.ports import Note, PlanVersion, Ring
from chalicelib.settings import Settings
from chalicelib.wiring import Wired
from infra.local.fakes.vendor_desks import Webhook

EPOCH = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
WARM, LIMIT = 300.0, 3_600.0
"""Seconds that are played before the onset, and at most after it."""
MINUTE, DEADLINE, WINDOW = 60.0, 8.0, 1.0
"""Seconds: the schedule, our own deadline for an answer, the evidence queue's batching window."""
LATE = 0.05
"""Share of minutes that come up to a whole minute late: a schedule's precision is one minute."""
COLD = 0.1
SETTINGS = Settings(**{each.name: each.name for each in fields(Settings) if each.name != "home_region"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Onset:
    """Seconds from the trouble's beginning until a path is open, a feed steers, a customer sees it; None: not yet."""

    believed: float | None
    published: float | None
    seen: float | None


class Play:
    """One onset: `contacts` come per second, phases and delays are drawn from the seed."""

    def __init__(self, trouble: Trouble, contacts: float, seed: int, *, canary: bool = False) -> None:
        self._draw = Random(f"onset:{trouble.name}:{contacts}:{seed}")  # noqa: S311 - a simulation must be repeatable
        self._clock, self._ports = ManualClock(EPOCH), MemoryPorts()
        self._provider = Provider(
            trouble=trouble, draw=self._draw, second=lambda: self._second, arrive=self._arrive
        )
        self._wired = Wired(stores=self._ports, http=self._provider, clock=self._clock, settings=SETTINGS)
        self._browser, self._contacts = Browser(draw=self._draw), contacts
        self._due: list[tuple[float, int, Callable[[], object]]] = []
        self._second, self._count = -WARM, 0
        self._found: dict[str, float] = {}
        self._plan, self._canaries = plan(canary=canary), canaries(self._wired)

    def run(self) -> Onset:
        """Play until the customer sees the alternative, or the time is up."""
        self._publish()
        self._at(self._draw.random() * MINUTE, self._minute)
        self._at(self._draw.random() * MINUTE, self._look)
        if self._contacts:
            self._at(self._draw.expovariate(self._contacts), self._contact)
        while "seen" not in self._found and self._due[0][0] < LIMIT:
            second, _, action = heappop(self._due)
            self._clock.advance(second - self._second)
            self._second = second
            action()
            self._drain()
        found = {name: self._found.get(name) for name in ("believed", "published", "seen")}
        return Onset(**found)

    def _publish(self) -> None:
        for channel in (SHOP, BOX):
            self._ports.secrets.channels[channel] = {"secret": (SECRET,)}
        self._ports.secrets.channels[MAIL] = {}
        self._ports.secrets.keys = (b"a-key",)
        read = read_plan(self._plan, 1)
        self._ports.plans.publish(
            PlanVersion(
                version=1,
                text=self._plan,
                digest=read.digest,
                author="a",
                reason="r",
                at=EPOCH,
                compiled=dump_plan(read),
            )
        )
        self._wired.tick.flip()

    def _minute(self) -> None:
        self._at(MINUTE, self._minute)
        late = self._draw.random() * (MINUTE if self._draw.random() < LATE else 5.0)
        self._at(late + self._start(), lambda: self._tell(self._wired.tick.minute))

    def _tell(self, tick: Callable[[], object]) -> None:
        tick()
        steers = self._browser.published(self._second, self._ports.snapshots.read_feed("fr.fr.json"))
        if steers and self._provider.ill:
            self._found.setdefault("published", self._second)

    def _look(self) -> None:
        if self._provider.ill and self._browser.sees(self._second):
            self._found.setdefault("seen", self._second)
        self._at(self._browser.pause(), self._look)

    def _contact(self) -> None:
        self._at(self._draw.expovariate(self._contacts), self._contact)
        name, now = f"c{self._count}", self._clock.now()
        signed = Webhook(url="https://contact.example/hooks/shop", secret=SECRET).contact(
            name, name, "Bonjour", now
        )
        headers = {key.lower(): value for key, value in signed.headers.items()}
        request = Request(url=signed.url, headers=headers, body=signed.body)
        self._wired.acceptance.receive(SHOP, request, now)

    def _arrive(self, request: Request, after: float) -> None:
        self._at(after, lambda: self._wired.acceptance.receive(MAIL, request, self._clock.now()))

    def _drain(self) -> None:
        for ring in self._ports.queues.take_bells():
            self._at(ring.delay + self._start() + self._wait(), self._answering(ring))
        for queue, handle, more in (
            ("probes", self._probe, 0.0),
            ("flips", self._flip, 0.0),
            ("evidence", self._hear, WINDOW * self._draw.random()),
        ):
            for note in self._ports.queues.take_notes(queue):
                if queue == "flips":
                    self._noticed(note)
                self._at(note.delay + more + self._start(), partial(handle, note))

    def _answering(self, ring: Ring) -> Callable[[], object]:
        return lambda: self._wired.delivery.answer(ring.key)

    def _probe(self, note: Note) -> None:
        told = json.loads(note.body)
        if "canary" in told:
            self._canaries.run(note.body)
            return
        if "checkup" in told:  # the doctor's hourly look adds nothing to what is believed
            return
        hung = self._wait() if told.get("channel") == MAIL else 0.0
        self._at(hung, lambda: self._wired.prober.run(note.body))

    def _flip(self, _note: Note) -> None:
        self._tell(self._wired.tick.flip)

    def _hear(self, note: Note) -> None:
        self._wired.hearing.take(note.body, 1)

    def _noticed(self, note: Note) -> None:
        if self._provider.ill and json.loads(note.body)["after"] == State.OPEN.value:
            self._found.setdefault("believed", self._second)

    def _wait(self) -> float:
        """What an answer that never comes costs us, while we still ask for one."""
        return (
            DEADLINE if self._provider.hangs and self._provider.ill and "believed" not in self._found else 0.0
        )

    def _start(self) -> float:
        """A queue's or schedule's latency and a function's run, its container cold once in ten times."""
        return 0.3 + self._draw.random() * 1.7 + (2.0 if self._draw.random() < COLD else 0.0)

    def _at(self, after: float, action: Callable[[], object]) -> None:
        self._count += 1
        heappush(self._due, (self._second + after, self._count, action))
