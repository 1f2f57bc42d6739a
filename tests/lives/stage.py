"""One deployment on troubled ports among ailing providers, and the hands that carry its queues."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta

from chalicelib.channels.webhook import Webhook
from chalicelib.domain.orders import Order, OrderKind
from chalicelib.handlers.anchored import keep_anchored
from chalicelib.handlers.probing import releaser
from chalicelib.memory import MemoryPorts
from chalicelib.ports import Missing, Note, Ring, Stale, Unavailable
from chalicelib.service.operate.callers import Caller
from chalicelib.service.operate.contacts import redrive
from chalicelib.service.operate.people import Wanted, erase
from chalicelib.service.operate.post import Post
from chalicelib.service.operate.refusals import Absent, Unfit
from chalicelib.service.operate.roles import Role
from chalicelib.service.registry import Registry, config_of
from chalicelib.service.situation import NoSituation
from chalicelib.service.wire import read_held
from chalicelib.wiring import Wired, use
from tests.lives.failing_ports import Died, Trouble, Troubled
from tests.lives.journal import Journal
from tests.lives.plans import PLANS
from tests.lives.providers import KINDS, Providers
from tests.world import SETTINGS, World

REFUSED = (Unavailable, Missing, Stale, NoSituation, Absent, Unfit)
"""What a function may say no with: its message comes back, its caller asks again."""
RETURNS = timedelta(seconds=360)
"""After which a queue brings back what nobody finished."""
TEXT = re.compile(r'"text": "([^"]*)"')
LOST, FAILED, DONE = "lost", "failed", "done"


class Kinds(Registry):
    """The registry, with these providers' kinds."""

    def get(self, plan, channel) -> Webhook:
        planned = plan.channels.get(channel)
        if planned is None:
            raise Missing(f"no channel {channel!r}")
        return KINDS[channel](config_of(planned, self.secrets.channel(channel)), self.http)


@dataclass(frozen=True)
class Carried:
    """A message in a queue: when it may be taken, and how often it was."""

    at: datetime
    what: Ring | Note
    times: int = 1


class Stage:
    """`kept` are ports to use instead of memory's, by name."""

    def __init__(self, kept: dict[str, object] | None = None) -> None:
        self.journal, self.trouble = Journal(), Trouble()
        bare = MemoryPorts(**(kept or {}))
        self.rows_of = bare.contacts
        self.ports = MemoryPorts(
            **{f.name: Troubled(f.name, getattr(bare, f.name), self.trouble) for f in fields(bare) if f.init}
        )
        self.world = World(PLANS["whole"], ports=self.ports)
        self.clock = self.world.clock
        self.providers = Providers(self.clock, self.journal)
        self.carried: list[Carried] = []
        self.rung: list[Ring] = []
        self.restart()
        self.anchor()

    def restart(self) -> None:
        """A new container: whatever was in memory is gone."""
        network = Troubled("http", self.providers, self.trouble)
        self.world.wired = Wired(stores=self.ports, http=network, clock=self.clock, settings=SETTINGS)
        self.wired.registry = Kinds(secrets=self.ports.secrets, http=network)
        self.providers.another_worker = lambda key: self.attempt(self.wired.delivery.answer, key)

    @property
    def wired(self) -> Wired:
        return self.world.wired

    def rows(self) -> list:
        """Every row as it is kept, by another way than the product's own."""
        found, cursor = self.rows_of.page(200)
        while cursor:
            more, cursor = self.rows_of.page(200, cursor)
            found = [*found, *more]
        return list(found)

    def held(self) -> set[str]:
        """Texts of the requests that wait in the overflow queue; some may not be proven yet, or be forged."""
        notes = [c.what for c in self.carried if isinstance(c.what, Note)] + self.ports.queues.notes
        bodies = [read_held(note.body).request.body for note in notes if note.queue == "overflow"]
        return {found[1] for found in map(TEXT.search, (body.decode("latin-1") for body in bodies)) if found}

    def attempt(self, call: Callable, *given: object) -> str:
        """Let a function do something: it may fail, and it may die."""
        try:
            call(*given)
        except REFUSED:
            return FAILED
        except Died:
            return LOST
        return DONE

    def collect(self) -> None:
        """What was rung and put goes into the queues, with its delay."""
        now, queues = self.clock.now(), self.ports.queues
        rings = queues.take_bells()
        self.rung = (self.rung + rings)[-40:]
        self.carried += [Carried(now + timedelta(seconds=ring.delay), ring) for ring in rings]
        for name in ("evidence", "overflow", "flips"):
            self.carried += [Carried(now, note) for note in queues.take_notes(name)]
        queues.take_notes("announcements")

    def work(self, *, backwards: bool = False, forgets: bool = False) -> int:
        """Every function takes what is due, once. One that dies with a bell may lose it for good (`forgets`)."""
        self.collect()
        due = [c for c in self.carried if c.at <= self.clock.now()]
        self.carried = [c for c in self.carried if c.at > self.clock.now()]
        for one in reversed(due) if backwards else due:
            came = self.attempt(self._handle, one)
            gone = came == DONE or (came == LOST and forgets and isinstance(one.what, Ring))
            if not gone:
                self.carried.append(replace(one, at=self.clock.now() + RETURNS, times=one.times + 1))
        self.collect()
        return len(due)

    def _handle(self, one: Carried) -> None:
        what, wired = one.what, self.wired
        if isinstance(what, Ring):
            wired.delivery.answer(what.key)
        elif what.queue == "evidence":
            wired.hearing.take(what.body, one.times)
        elif what.queue == "flips":
            wired.tick.flip([what.body])
        elif what.queue == "probes":
            releaser(wired).run(what.body)
        else:
            wired.acceptance.replay(read_held(what.body), self.clock.now())

    def minute(self) -> None:
        """The schedule's tick and the probes it asks for."""
        self.attempt(self.wired.tick.minute)
        self.attempt(self.anchor)
        now, notes = self.clock.now(), self.ports.queues.take_notes("probes")
        for body in sorted({note.body for note in notes}):
            if json.loads(body).keys() == {"channel"}:
                self.attempt(self.wired.prober.run, body)
        turns = [note for note in notes if "backlog" in json.loads(note.body)]
        self.carried += [Carried(now + timedelta(seconds=note.delay), note) for note in turns]

    def anchor(self) -> None:
        """The minute's anchor, whatever became of the tick."""
        with use(self.wired):
            keep_anchored(self.wired, None)

    def order(self, kind: OrderKind, desk: str, hours: int) -> bool:
        """An operator's order; True when every container will know it from now on."""
        now = self.clock.now()
        order = Order(
            id=f"{kind.value}-{desk}", kind=kind, scope=f"desk:{desk}", until=now + timedelta(hours=hours),
            owner="t", reason="t", since=now,
        )  # fmt: skip
        self.attempt(lambda: self.ports.orders.write(self.ports.orders.read().give(order, now)))
        return order.id in self.told_everywhere()

    def lift(self, name: str) -> None:
        """An order ends before its time, if it has not ended by itself."""
        orders = self.ports.orders.read()
        if any(order.id == name for order in orders.given):
            self.ports.orders.write(orders.lift(name, self.clock.now()))
        self.told_everywhere()

    def told_everywhere(self) -> str:
        """Publish, and have it read; the snapshot's text as it is stored, or nothing."""
        self.attempt(self.wired.tick.flip)
        self.clock.advance(3)
        seen: list[str] = []
        self.attempt(lambda: seen.append(self.ports.snapshots.read()[1]))
        read = self.attempt(self.wired.situations.read, self.clock.now())
        return seen[0] if seen and read == DONE and not self.trouble.down else ""

    def erase(self, person: str) -> bool:
        """An operator erases whoever wrote to the shop; True when nothing of them is left to wait for."""
        done: list[dict] = []
        self.attempt(lambda: done.append(erase(self._post(), Wanted(address=person, channel="shop"))))
        return bool(done) and not done[0]["waiting"] and not done[0]["more"]

    def redrive(self, key: str) -> str:
        """An operator asks for another try."""
        return self.attempt(lambda: redrive(self._post(), key))

    def _post(self) -> Post:
        caller = Caller(id="t", name="t", role=Role.ADMIN, expires=datetime(2030, 1, 1, tzinfo=UTC))
        wired, now = self.wired, self.clock.now()
        return Post(
            stores=self.ports, situations=wired.situations, registry=wired.registry, caller=caller, now=now
        )
