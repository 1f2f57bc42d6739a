"""The workers' process: forks every worker, and another when one is killed; it kills some itself; `python -m ...`."""

import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Listener
from pathlib import Path
from random import Random
from typing import Any

import chalicelib
from bench.durability.line import BROKEN, NoAnswer, NobodyThere
from bench.durability.ports import Asking, channels
from bench.durability.scenery import PLAN, Scenery, read_scenery
from bench.durability.worker import FUNCTIONS, Fuse, accepted, wired_for
from chalicelib import wiring
from chalicelib.handlers.log import logger
from chalicelib.ports import PortError
from chalicelib.service.situation import NoSituation
from chalicelib.wiring import Wired

INTAKES, FUNCTIONS_AT_ONCE = 4, 6
KILL_EVERY = 1.0
"""Seconds between two kills from outside, wherever the worker then is."""
IDLE, LONGEST_IDLE = 0.02, 0.2
"""Seconds: after how long an idle worker looks at the queues again, ever more seldom."""


class Orphaned(SystemExit):
    """Whoever started this worker is gone."""


def intake(wired: Wired, fuse: Fuse, listener: Listener) -> None:
    """Take one request after the other from the socket that all intakes share."""
    parent, waiting = os.getppid(), listener._listener._socket  # type: ignore[attr-defined] # noqa: SLF001 - to wait on
    while True:
        if not select.select([waiting], [], [], 1.0)[0]:
            alive(parent)
            continue
        with suppress(*BROKEN), listener.accept() as caller:
            channel, headers, body = caller.recv()
            fuse.arm("intake")
            code = accepted(wired, channel, headers, body)
            fuse.rest()
            caller.send(code)


def functions(ask: Asking, fuse: Fuse) -> None:
    """Take one batch after the other from the queues, as the platform invokes functions."""
    parent, idle = os.getppid(), IDLE
    while True:
        name, given = ask.bare("receive")
        if not given:
            alive(parent)
            time.sleep(idle)  # nothing is due
            idle = min(idle * 1.5, LONGEST_IDLE)
            continue
        idle = IDLE
        fuse.arm(name)
        kept = run(name, given)
        fuse.rest()
        if name != "minute":
            ask.bare("done", name, kept)


def run(name: str, given: list[tuple[int, str, int]]) -> list[int]:
    """Invoke a function with a batch; the ids that it has done with."""
    records = [
        {"messageId": id_, "body": body, "attributes": {"ApproximateReceiveCount": received}}
        for id_, body, received in given
    ]
    event: dict[str, Any] = {} if name == "minute" else {"Records": records}
    try:
        answer = FUNCTIONS[name](event, None)
    except (PortError, NoSituation):  # the invocation failed: all of it comes again
        return []
    failed = (
        {one["itemIdentifier"] for one in answer.get("batchItemFailures", ())} if name != "minute" else set()
    )
    return [id_ for id_, _, _ in given if id_ not in failed]


def alive(parent: int) -> None:
    """Raise Orphaned when the parent is gone."""
    if os.getppid() != parent:
        raise Orphaned(0)


class Crew:
    """Every worker by process id; all draws follow from the run's seed."""

    def __init__(self, scenery: Scenery) -> None:
        self._scenery, self._draw = scenery, Random(scenery.seed + 4)  # noqa: S311 - a repeatable draw
        self._listener = Listener(scenery.address("intake"), "AF_UNIX", backlog=128)
        self._born = 0
        self._roles: dict[int, str] = {}
        self.killed = {"by themselves": 0, "from outside": 0, "otherwise ended": 0}

    def keep(self) -> None:
        """Have them all at work until our own input closes; then kill them, and tell how many died before."""
        for role in ["intake"] * INTAKES + ["functions"] * FUNCTIONS_AT_ONCE:
            self._bear(role)
        victim, next_kill = 0, time.monotonic() + KILL_EVERY
        while not select.select([sys.stdin], [], [], 0)[0]:
            pid, ended = os.waitpid(-1, os.WNOHANG)
            if pid:
                self._bury(pid, ended, victim)
            elif time.monotonic() >= next_kill:
                victim, next_kill = self._strike(), time.monotonic() + KILL_EVERY
            else:
                select.select([sys.stdin], [], [], 0.005)
        for pid in self._roles:
            os.kill(pid, signal.SIGKILL)
        Path(self._scenery.folder, "killed").write_text(json.dumps(self.killed))

    def _strike(self) -> int:
        if not self._scenery.crash:
            return 0
        pid = self._draw.choice(list(self._roles))
        os.kill(pid, signal.SIGKILL)
        return pid

    def _bury(self, pid: int, ended: int, victim: int) -> None:
        by = "from outside" if pid == victim else "by themselves"
        killed = os.WIFSIGNALED(ended) and os.WTERMSIG(ended) == signal.SIGKILL
        self.killed[by if killed else "otherwise ended"] += 1
        self._bear(self._roles.pop(pid))

    def _bear(self, role: str) -> None:
        self._born += 1
        pid = os.fork()
        if pid:
            self._roles[pid] = role
            return
        try:
            self._work(role, self._born)
        except BaseException:  # noqa: BLE001 - a forked child must not go on as its parent, whatever it died of
            traceback.print_exc()
        os._exit(1)

    def _work(self, role: str, number: int) -> None:
        fuse = Fuse(Random(self._scenery.seed * 1_000_003 + number), self._scenery.crash)  # noqa: S311 - repeatable
        ask = Asking(self._scenery, number)
        wired = wired_for(self._scenery, ask, fuse)
        with wiring.use(wired), suppress(NobodyThere, NoAnswer):
            work: Callable[[], None] = {
                "intake": lambda: intake(wired, fuse, self._listener),
                "functions": lambda: functions(ask, fuse),
            }[role]
            work()


def warm_up() -> None:
    """Import here what functions import when they first need it: every worker that is forked then has it."""
    for found in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
        if not found.name.startswith("chalicelib.aws"):
            importlib.import_module(found.name)
    logger()
    channels(PLAN)
    gc.freeze()


if __name__ == "__main__":
    warm_up()
    Crew(read_scenery(sys.argv[1])).keep()
