"""Two regions in memory: a whole Bascule each; items are copied late, in any order, and the last write wins."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from chalicelib.bells import dump_ring
from chalicelib.domain.backlog.lot import LOT_SHARDS
from chalicelib.domain.keys import due_shard
from chalicelib.domain.model import row_key
from chalicelib.handlers import workers
from chalicelib.memory import MemoryPorts
from chalicelib.wiring import Wired, use
from tests.unit.operations_side import Operations, operator
from tests.world import PLAN, SETTINGS, Desks, World

WEST, EAST = "west", "east"
SHARED = (
    "plans", "orders", "maintenance", "people", "health", "traffic", "secrets", "stories", "stance", "pages",
    "vantages", "papers",
)  # fmt: skip
"""What only home writes, and is read there alone or looked at by people: both regions have the same."""
Item = tuple[str, ...]


class Died(BaseException):
    """The function's container is gone in the middle of what it did."""


class Region(World):
    """One of the two: rows, the snapshot, stands, queues and the ledger of its own."""

    def __init__(self, name: str, other: "Region | None" = None) -> None:
        shared = {port: getattr(other.ports, port) for port in SHARED} if other else {}
        settings = replace(SETTINGS, vantage=name, regions=f"{WEST},{EAST}")
        super().__init__("", MemoryPorts(**shared), settings=settings)
        self.name = name
        if other:
            self.clock, self.desks = other.clock, other.desks
            self.wired = Wired(stores=self.ports, http=other.desks, clock=other.clock, settings=settings)

    @property
    def serving(self) -> bool:
        return self.wired.seats.serving()

    def tick(self) -> None:
        with use(self.wired):
            workers.tick({}, None)

    def work(self) -> None:
        """Whatever is rung by now, through the functions themselves; a death ends all that this region does."""
        with use(self.wired):
            self._pump_once()

    def restarted(self) -> None:
        """New containers: what they remembered is gone, and what is stored is not."""
        self.wired = Wired(stores=self.ports, http=self.desks, clock=self.clock, settings=self.wired.settings)

    def _pump_once(self) -> None:
        for ring in self.ports.queues.take_bells():
            workers.deliver({"Records": [{"messageId": "1", "body": dump_ring(ring)}]}, None)
        for note in self.ports.queues.take_notes("flips"):
            workers.tick({"Records": [{"messageId": "1", "body": note.body}]}, None)


class Copies:
    """Global tables: what a region writes is on its way to the other one until it is let through."""

    def __init__(self, one: Region, other: Region) -> None:
        self.regions = (one, other)
        self.waiting: list[tuple[int, Item, Any, int]] = []
        self.cut = False
        self._seen: list[dict[Item, Any]] = [{}, {}]
        self._stamps: list[dict[Item, int]] = [{}, {}]
        self._time = 0

    def note(self) -> None:
        """Take in what was written since; whoever writes later wins."""
        for place, region in enumerate(self.regions):
            now = dict(items(region))
            for item, value in now.items():
                if self._seen[place].get(item) != value:
                    self._time += 1
                    self._stamps[place][item] = self._time
                    self.waiting.append((1 - place, item, value, self._time))
            self._seen[place] = now

    def let_through(self, number: int = 0) -> None:
        """One of those on their way, whichever; none while the regions are cut off from each other."""
        if self.waiting and not self.cut:
            place, item, value, stamp = self.waiting.pop(number % len(self.waiting))
            if stamp > self._stamps[place].get(item, 0):
                self._stamps[place][item] = stamp
                put(self.regions[place], item, value)
                self._seen[place] = dict(items(self.regions[place]))

    def settle(self) -> None:
        self.note()
        while self.waiting and not self.cut:
            self.let_through()


def items(region: Region) -> Iterator[tuple[Item, Any]]:
    """Every item of the tables that are copied, as they lie there."""
    contacts = region.ports.contacts
    yield from ((("row", key), row) for key, row in contacts._rows.items())
    yield from ((("work", "", key), work) for key, work in contacts._works.items())
    for term, works in contacts._of_terms.items():
        yield from ((("work", term, key), work) for key, work in works.items())
    yield from ((("alias", alias), key) for alias, key in contacts._aliases.items())
    yield from ((("stand", name), stand) for name, stand in region.ports.seats.stands.items())
    if region.ports.snapshots._table:
        yield ("snapshot",), region.ports.snapshots._table


def put(region: Region, item: Item, value: Any) -> None:
    contacts, (kind, *key) = region.ports.contacts, item
    if kind == "row":
        contacts._leave(key[0])
        contacts._rows[key[0]] = value
        if value.lot:
            contacts._parked.setdefault((value.lot, due_shard(key[0], LOT_SHARDS)), set()).add(key[0])
    elif kind == "work":
        works = contacts._of_terms.setdefault(key[0], {}) if key[0] else contacts._works
        works[key[1]] = value
    elif kind == "alias":
        contacts._aliases[key[0]] = value
    elif kind == "stand":
        region.ports.seats.stands[key[0]] = value
    else:
        region.ports.snapshots._table = value


class TwoRegions:
    """Home in the west at first, the east beside it; `effects[text]` are the terms in which the desk took a contact."""

    def __init__(self) -> None:
        self.west = Region(WEST)
        self.east = Region(EAST, self.west)
        self.clock, self.desks = self.west.clock, self.west.desks
        self.copies = Copies(self.west, self.east)
        self.effects: dict[str, list[str]] = {}
        self.deaths: dict[str, list[str]] = {}
        self.dies = ""
        self.at_work: Region | None = None
        self.accepted: list[str] = []
        self.west.ports.events.queues = self.west.ports.queues
        self.west.publish(PLAN)
        self.desks.on_call = self._called
        for region in self.both:
            region.ports.secrets.tokens |= {"o1": operator("operator"), "v1": operator("viewer")}
        self.copies.settle()
        self.seconds(3)

    @property
    def both(self) -> tuple[Region, Region]:
        return self.west, self.east

    def seconds(self, count: float) -> None:
        self.clock.advance(count)

    def say(self, region: Region, text: str) -> None:
        if region.say(text, id_=text).code == 200:
            self.accepted.append(text)
        self.copies.note()

    def run(self, region: Region, act: Callable[[], None]) -> None:
        """What one region does; where it dies of it, new containers take its place."""
        self.at_work = region
        try:
            act()
        except Died:
            region.restarted()
        finally:
            self.at_work = None
        self.copies.note()

    def take_over(self, region: Region, epoch: int | None = None, **more: object) -> Any:
        api = at_the_desk(region)
        seen = api.ask("GET", "/v1/regions", role="operator").json["epoch"] if epoch is None else epoch
        said = api.ask(
            "POST", "/v1/regions/takeover", {"reason": "the other region is gone", **more}, role="operator",
            headers={"if-match": f'"{seen}"'},
        )  # fmt: skip
        self.copies.note()
        return said

    def minutes(self, count: int, *regions: Region) -> None:
        """Everything works, and what is written comes over."""
        for _ in range(count):
            for region in regions or self.both:
                self.run(region, region.tick)
                self.copies.settle()
            for _ in range(4):
                for region in regions or self.both:
                    self.run(region, region.work)
                    self.copies.settle()
                self.seconds(15)

    def row(self, region: Region, text: str) -> Any:
        return region.wired.stores.contacts.get(row_key("shop", "", text))

    def _called(self, call: Any) -> None:
        region = self.at_work
        if region is None or call.method != "POST" or b"contact.message" not in call.body:
            return
        text = json.loads(call.body)["data"]["text"]
        term = region.wired.seats.now().term
        if self.dies == "before":
            self.dies = ""
            self.deaths.setdefault(text, []).append(term)
            raise Died
        if self.desks.fault.get(call.url.split("/")[2], 200) == 200:
            self.effects.setdefault(text, []).append(term)
        if self.dies == "after":
            self.dies = ""
            self.deaths.setdefault(text, []).append(term)
            raise Died


def at_the_desk(region: Region) -> Operations:
    api = Operations.__new__(Operations)
    api.world, api.ports = region, region.ports
    return api


@contextmanager
def cut_off(two: TwoRegions) -> Iterator[None]:
    two.copies.cut = True
    yield
    two.copies.cut = False


__all__ = ["EAST", "WEST", "Copies", "Desks", "Died", "Region", "TwoRegions", "at_the_desk", "cut_off"]
