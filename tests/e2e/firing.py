"""Contacts sent into a stack whose workers are killed and whose database is reached by a faulty way."""

import json
import os
import secrets
import signal
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field

from bench.durability.oracle import AT_REST, Got, Heard, Stands
from infra.local.fakes.vendors import post
from infra.local.fault_proxy import FaultProxy
from infra.local.scene import Scene
from tests.e2e import sides
from tests.e2e.test_killed_worker import workers_of
from tests.e2e.watching import DESKS, overflowing

UNDER_FIRE = ("APIHandler", "Deliver", "Evidence")
"""They reach the tables through the proxy, and their workers are killed."""
DRAW = secrets.SystemRandom()
PATIENCE, TRIES = 20, 40
"""Seconds that a vendor waits, and how often it delivers the same until it hears a 2xx."""


@dataclass(slots=True)
class Fire:
    """What befell the stack: the proxy's own counts, and how many workers were killed."""

    proxy: FaultProxy
    killed: int = 0
    ceased: threading.Event = field(default_factory=threading.Event)

    def kill(self, scene: Scene, every: float) -> None:
        """Kill some worker, busy or not, every so many seconds."""
        while not self.ceased.wait(every):
            function = DRAW.choice(UNDER_FIRE)
            for pid in DRAW.sample(found := workers_of(scene.stack, function), min(1, len(found))):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    self.killed += 1


@contextmanager
def under_fire(scene: Scene, every: float) -> Iterator[Fire]:
    """Fire while it lasts; afterwards the functions reach their tables as before."""
    with ExitStack() as ending:
        proxy = ending.enter_context(FaultProxy(scene.stack.endpoint))
        for function in UNDER_FIRE:
            ending.enter_context(
                scene.stack.changed_environment(function, AWS_ENDPOINT_URL_DYNAMODB=proxy.url)
            )
        fire = Fire(proxy)
        killer = threading.Thread(target=fire.kill, args=(scene, every))
        killer.start()
        ending.callback(killer.join)
        ending.callback(fire.ceased.set)
        yield fire


class Sending:
    """Everybody's vendor, who delivers the same until it hears a 2xx, with a pause of so many seconds."""

    def __init__(self, scene: Scene, names: Sequence[str], pause: float) -> None:
        self.pause = pause
        self.people = {name: sides.person("form") for name in names}
        self.codes: defaultdict[str, list[int | None]] = defaultdict(list)
        self._scene = scene

    def deliver(self, name: str) -> None:
        for _ in range(TRIES):
            self.codes[name].append(code := self._once(name))
            if code is not None and 200 <= code < 300:
                return
            time.sleep(self.pause)

    def _once(self, name: str) -> int | None:
        request = sides.form(self._scene, name, self.people[name], name)
        return answered(lambda: post(request, patience=PATIENCE).code)


def sent_in(scene: Scene, names: Sequence[str], most: int, senders: int) -> Heard:
    """Deliver each contact one to `most` times in random order; what the senders were told."""
    turns = [name for name in names for _ in range(1 + DRAW.randrange(most))]
    DRAW.shuffle(turns)
    sending = Sending(scene, names, pause=0)
    with ThreadPoolExecutor(senders) as pool:
        list(pool.map(sending.deliver, turns))
    return Heard(codes=sending.codes, deliveries=len(turns))


def arriving(scene: Scene, names: Sequence[str], rate: float) -> Heard:
    """So many contacts a second, each at its moment, however long the answers to those before take."""
    sending, began = Sending(scene, names, pause=1), time.monotonic()

    def at_its_moment(place: int) -> None:
        time.sleep(max(0.0, began + place / rate - time.monotonic()))
        sending.deliver(names[place])

    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(at_its_moment, range(len(names))))
    return Heard(codes=sending.codes, deliveries=len(names))


def answered(ask: Callable[[], int]) -> int | None:
    """The code, or None for no answer."""
    try:
        return ask()
    except OSError:
        return None


def at_rest(scene: Scene, names: Sequence[str]) -> bool:
    """True when nothing of these contacts is still to be done, and nothing is held."""
    rows = standing(scene, names)
    moving = [row for row in rows if row.due or row.state not in AT_REST]
    return not moving and len(rows) == len(names) and overflowing(scene) == 0


def got(scene: Scene, names: Sequence[str]) -> list[Got]:
    """What the desks' own journals say of these contacts."""
    known, came = set(names), {"taken": "effect", "repeated": "repeated"}
    return [
        Got(provider=desk, key=entry.key, came=came[entry.came_to], name=entry.text)
        for desk in DESKS
        for entry in scene.fakes[desk].stage.journal.entries()
        if entry.text in known and entry.came_to in came
    ]


def standing(scene: Scene, names: Sequence[str]) -> list[Stands]:
    """The rows of these contacts, read by the database's own client."""
    client, known = scene.stack.client("dynamodb"), set(names)
    pages = client.get_paginator("scan").paginate(TableName=scene.stack.outputs["ContactsTable"])
    items = [item for page in pages for item in page["Items"]]
    works = {item["pk"]["S"]: item for item in items if item["sk"]["S"] == "w"}
    rows = [item for item in items if item["sk"]["S"] == "c" and item["provider_id"]["S"] in known]
    return [stands(row, works.get(row["pk"]["S"])) for row in rows]


def stands(row: dict, work: dict | None) -> Stands:
    attempts = json.loads(work["work"]["S"]).get("attempts", []) if work else []
    return Stands(
        name=row["provider_id"]["S"],
        channel=row["channel"]["S"],
        state=work["state"]["S"] if work else "accepted",
        kind=row["kind"]["S"],
        last=(attempts[-1][3] or "") if attempts else "",
        due="due_at" in row,
    )
