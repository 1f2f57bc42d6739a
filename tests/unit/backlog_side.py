"""A world with three desks, seen second by second, whose store counts what is written to rows."""

import json
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from bench.durability.indexed import IndexedContacts
from chalicelib.domain.backlog.lot import LOT_SHARDS
from chalicelib.domain.model import Contact, Medium, Party
from chalicelib.domain.outbox import Attempt, Due, Row, RowState, Work
from chalicelib.handlers import probing, workers
from chalicelib.memory import MemoryPorts
from chalicelib.service.backlog import Backlogs
from chalicelib.service.rows import contact_row
from chalicelib.wiring import use
from tests.world import CHANNELS, World

BOXES = """  box-c: {kind: webhook, provider: gamma, settings: {url: "https://c.example/in"}}
"""
DESKS = """desks:
  desk-a: {channel: box-a, target: {queue: sales}, capacity: {rate: RATE}}
  desk-b: {channel: box-b, target: {queue: sales}, capacity: {rate: 2}}
  desk-c: {channel: box-c, target: {queue: sales}}
"""
PURPOSES = """purposes:
  order: {match: [{channel: shop, keywords: [order]}], routes: {fr: [desk-a]}, lane: normal, deadline: 4h}
  claim: {match: [{channel: shop, keywords: [claim]}], routes: {fr: [desk-b]}, lane: normal, deadline: 4h}
  quick: {match: [{channel: shop, keywords: [quick]}], routes: {fr: [desk-c]}, lane: normal, deadline: 4h}
"""


def plan(rate: float = 5, purposes: str = PURPOSES) -> str:
    return CHANNELS + BOXES + DESKS.replace("RATE", str(rate)) + purposes


class CountingContacts(IndexedContacts):
    """The store, and how often each row was written to."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: Counter[str] = Counter()

    def save(self, key: str, work: Work, due: Due = Due.KEEP, due_at: datetime | None = None) -> None:
        self.writes[key] += 1
        super().save(key, work, due, due_at)

    def park(self, key: str, work: Work, lot: str, serve_by: datetime) -> None:
        self.writes[key] += 1
        super().park(key, work, lot, serve_by)

    def unpark(self, key: str, lot: str, due_at: datetime) -> bool:
        self.writes[key] += 1
        return super().unpark(key, lot, due_at)


class Desk3(World):
    """The world with such a store; `pass_` lets seconds go by as functions and queues would see them."""

    def __init__(self, text: str = "", ports: MemoryPorts | None = None) -> None:
        self.due_notes: list[tuple[datetime, str]] = []
        self.served: list[tuple[int, str]] = []
        super().__init__(text or plan(), ports or MemoryPorts(contacts=CountingContacts()))
        self.desks.on_call = self._seen
        self.clock.advance(60 - self.clock.now().second % 60)

    def pass_(self, seconds: int) -> None:
        """Tick at each full minute, and everything at its own second."""
        for _ in range(seconds):
            with use(self.wired):
                if self.clock.now().second == 0:
                    workers.tick({}, None)
                self._probes()
                self.run()
            self.clock.advance(1)

    def waiting(self) -> list[str]:
        """Keys of all rows in open lots."""
        store = self.ports.contacts
        return [
            key
            for lot in store.lots()
            for shard in range(LOT_SHARDS)
            for key, _, _ in store.waiting((lot, shard), 10_000)
        ]

    def park(self, count: int, text: str = "order", *, promises: list[timedelta] | None = None) -> list[Row]:
        """Rows that were put by for want of a desk, as the product does it, in no time."""
        now, store = self.clock.now(), self.ports.contacts
        situation = self.wired.situations.read(now)
        keeper = Backlogs(contacts=store, queues=self.ports.queues, registry=self.wired.registry)
        rows = []
        for n in range(count):
            person = Party(address=f"{text}-{n}", language="en")
            contact = Contact(
                account="", provider_id=f"{text}-{n}", party=person, text=text, medium=Medium.MESSAGING
            )
            row = contact_row("shop", contact, situation, now)
            row = replace(row, deadline=now + promises[n]) if promises else row
            waited = Work(round=2)
            store.add(replace(row, work=waited))
            attempt = Attempt(at=now, decision="|desk-a:dn||1.0.0")
            work = replace(waited, state=RowState.DEFERRED, round=3, version=1, attempts=(attempt,))
            assert keeper.take(replace(row, work=waited), work, situation.plan, now)
            rows.append(row)
        return rows

    def per_second(self, host: str) -> Counter[int]:
        return Counter(second for second, where in self.served if where == host)

    def answer_new(self) -> None:
        """Have the bells that ring now answered before those that were rung for this second."""
        for ring in self.ports.queues.take_bells():
            if ring.delay:
                self.ports.queues.rung.append(ring)
            else:
                self.wired.delivery.answer(ring.key)

    def states(self, rows: list[Row]) -> Counter[str]:
        return Counter(self.ports.contacts.get(row.key).work.state.value for row in rows)

    def _seen(self, call) -> None:
        host = call.url.split("/")[2]
        contact = b'"contact.message"' in (call.body or b"")
        if contact and self.desks.fault.get(host, 200) == 200:
            self.served.append((int(self.clock.now().timestamp()), host))

    def _probes(self) -> None:
        now = self.clock.now()
        self.due_notes += [
            (now + timedelta(seconds=note.delay), note.body)
            for note in self.ports.queues.take_notes("probes")
        ]
        for _, body in [one for one in self.due_notes if one[0] <= now]:
            probing.probed(self.wired, body)
        self.due_notes = [one for one in self.due_notes if one[0] > now]


def releases(world: Desk3) -> list[str]:
    """The messages that ask for backlogs to be served, of those now in the queue."""
    bodies = [body for _, body in world.due_notes] + [note.body for note in world.ports.queues.notes]
    return [body for body in bodies if "backlog" in json.loads(body)]
