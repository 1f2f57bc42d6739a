"""The store process: the memory ports behind one socket, refusing, failing and hanging; `python -m ... SCENERY`."""

import sys
from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from threading import Event
from typing import Any, cast

from bench.durability.indexed import IndexedContacts
from bench.durability.line import HANG_UP, end_with_parent, serve
from bench.durability.messages import Asked, Said
from bench.durability.queues import TWICE, AtLeastOnce
from bench.durability.scenery import PLAN, SECRET, START, Scenery, read_scenery
from chalicelib.domain.outbox import Row
from chalicelib.domain.plan_document.reader import dump_plan, read_plan
from chalicelib.memory import MemoryPorts, MemoryQueues
from chalicelib.ports import PlanVersion, PortError, Stale
from chalicelib.settings import Settings
from chalicelib.wiring import Wired

THROTTLED, FAILED_BEFORE, FAILED_AFTER, HUNG_BEFORE, HUNG_AFTER = (
    "throttle",
    "5xx",
    "5xx after",
    "hang",
    "hang after",
)
SHARES = {THROTTLED: 0.01, FAILED_BEFORE: 0.004, FAILED_AFTER: 0.004, HUNG_BEFORE: 0.0005, HUNG_AFTER: 0.0005}
"""Of all calls. "After" means that it was done and nobody was told."""
SPELLS: tuple[tuple[str, ...], ...] = (
    ("health", "snapshots"),
    ("contacts",),
    ("contacts", "queues"),
    ("queues",),
)
"""Ports that refuse everything together for a while, one group after the other."""
EVERY, LASTS = 120, 10
"""Seconds of the run's clock from one such spell to the next, and how long it is."""
UNWRITTEN, UNCONDITIONAL = "acknowledges without writing", "saves without a condition"
"""Faults that can be planted here."""
BARE = frozenset({"receive", "done", "depth", "redrive", "rows", "awake", "faults"})
"""The platform's and the observers' own questions: no product asks them, and nothing befalls them."""


class Store:
    """Every port, and what befalls those who call them."""

    def __init__(self, scenery: Scenery) -> None:
        self.scenery = scenery
        self._draw = Random(scenery.seed)  # noqa: S311 - a repeatable draw
        self._planted = Random(scenery.seed + 1)  # noqa: S311 - likewise
        twice = 0.5 if scenery.planted == UNCONDITIONAL else TWICE  # few races would meet it otherwise
        self.queues = AtLeastOnce(scenery.now, Random(scenery.seed + 2), twice)  # noqa: S311 - likewise
        self.contacts = IndexedContacts()
        self.ports = MemoryPorts(contacts=self.contacts, queues=cast("MemoryQueues", self.queues))
        self.counted: Counter[str] = Counter()
        self._writers: dict[str, int] = {}
        self._given_up = Event()

    def answer(self, asked: Asked) -> object:
        """Do what was asked, unless something befalls it. HANG_UP after a silence."""
        if asked.method in BARE:
            return Said(value=self._bare(asked.method)(*asked.args))
        fault = self._fault(asked.port)
        if fault:
            self.counted[fault] += 1
        if fault in (THROTTLED, FAILED_BEFORE):
            return Said(sick=fault)
        said = self._done(asked) if fault != HUNG_BEFORE else Said()
        if fault in (HUNG_BEFORE, HUNG_AFTER):
            self._given_up.wait(self.scenery.real(1.0) * 3)
            return HANG_UP
        return Said(sick=fault) if fault == FAILED_AFTER else said

    def _bare(self, method: str) -> Callable[..., Any]:
        own: Mapping[str, Callable[..., Any]] = {
            "rows": self._rows,
            "awake": self.contacts.awake,
            "faults": lambda: {**self.counted, "queue: given twice": self.queues.repeated},
        }
        return own.get(method) or getattr(self.queues, method)

    def _rows(self, cursor: str) -> tuple[list[Row], str]:
        found, following = self.ports.contacts.page(2_000, cursor)
        return list(found), following

    def _fault(self, port: str) -> str:
        since = (self.scenery.now() - START).total_seconds()
        spell, second = divmod(since, EVERY)
        if spell and second < LASTS * self.scenery.trouble and port in SPELLS[int(spell) % len(SPELLS)]:
            return THROTTLED
        drawn = self._draw.random()
        for fault, share in SHARES.items():
            drawn -= share * self.scenery.trouble
            if drawn < 0:
                return fault
        return ""

    def _done(self, asked: Asked) -> Said:
        key = str(asked.args[0]) if asked.args else ""
        try:
            if self._misdone(asked):
                return Said()
            value = getattr(getattr(self.ports, asked.port), asked.method)(*asked.args, **asked.named)
        except Stale as stale:
            # A try again of a write that was done finds its own mark: aws/contacts.py does the same.
            return (
                Said()
                if asked.method == "save" and self._writers.get(key) == asked.writer
                else Said(error=stale)
            )
        except PortError as refused:
            return Said(error=refused)
        if asked.method == "save":
            self._writers[key] = asked.writer
        return Said(value=value)

    def _misdone(self, asked: Asked) -> bool:
        """True when a planted fault has taken the call's place."""
        match self.scenery.planted, asked.method:
            case planted, "add" if planted == UNWRITTEN:
                return self._planted.random() < 0.3  # noqa: PLR2004 - often enough for a small run
            case planted, "save" if planted == UNCONDITIONAL:
                self.contacts.forget_version(*asked.args[:2])
        return False


def furnished(store: Store) -> Store:
    """The store with the plan published and a first snapshot."""
    now, plan = store.scenery.now(), read_plan(PLAN, 1)
    names = {name: name for name in Settings.__dataclass_fields__}
    settings = Settings(
        **names | {"mail_topic": "", "private_hosts": "", "vantage": "bench", "home_region": ""}
    )
    store.ports.secrets.channels = {channel: {"secret": (SECRET,)} for channel in plan.channels}
    version = PlanVersion(
        version=1, text=PLAN, digest=plan.digest, author="b", reason="b", at=now, compiled=dump_plan(plan)
    )
    store.ports.plans.publish(version)
    wired = Wired(stores=store.ports, http=cast("Any", None), clock=store.scenery, settings=settings)
    wired.tick.flip()
    return store


if __name__ == "__main__":
    end_with_parent()
    run = read_scenery(sys.argv[1])
    serve(run.address("store"), furnished(Store(run)).answer)
