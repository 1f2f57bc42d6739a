"""Plays one run: starts the processes, lets the senders work, waits until all has come to rest, reads the journals."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

from bench.durability.line import Line, NoAnswer, NobodyThere
from bench.durability.oracle import Accounts, Got, Stands, balance
from bench.durability.ports import Asking
from bench.durability.scenery import Scenery
from bench.durability.senders import SENDERS, Postbag, deliveries, desks_words
from chalicelib.domain.outbox import Row

ROOT = Path(__file__).parents[2]
READY, STUCK = 60.0, 120.0
"""Seconds until the processes answer; seconds without any change after which a run is given up as it stands."""
LOOK = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """One run: the accounts, how often what befell whom, what vendors were answered, seconds."""

    accounts: Accounts
    faults: Mapping[str, int]
    kills: Mapping[str, int]
    answers: Mapping[str, int]
    redriven: int
    steps: int
    seconds: float


class Play:
    """One run."""

    def __init__(self, scenery: Scenery) -> None:
        self._scenery = scenery
        self._ask = Asking(scenery, 0)
        self._providers = Line(scenery.address("provider"))
        first = deliveries(scenery, Random(scenery.seed + 5))  # noqa: S311 - a repeatable draw
        self._bag, self._redriven = Postbag(scenery, first), 0
        self._steps = 0

    def run(self) -> Played:
        """Until all is at rest, or has not come to rest in its time."""
        began = time.monotonic()
        with _processes(self._scenery):
            self._until_ready()
            senders = [Thread(target=self._bag.post_all, daemon=True) for _ in range(SENDERS)]
            for sender in senders:
                sender.start()
            self._until_rest()
            self._bag.close()
            for sender in senders:
                sender.join()
            rows, faults = list(self._rows()), self._faults()
            self._steps = self._ask.bare("depth")["batches"]
        accounts = balance(self._bag.heard(), _journal(self._scenery), rows)
        return Played(
            accounts=accounts, faults=faults, kills=json.loads(Path(self._scenery.folder, "killed").read_text()),
            answers=dict(self._bag.answers), redriven=self._redriven,
            steps=self._steps + sum(self._bag.answers.values()), seconds=round(time.monotonic() - began, 1),
        )  # fmt: skip

    def _until_ready(self) -> None:
        until = time.monotonic() + READY
        while not all(Path(self._scenery.address(part)).exists() for part in ("store", "provider", "intake")):
            if time.monotonic() > until:
                raise TimeoutError("the processes of the benchmark do not answer")
            time.sleep(0.02)  # poll until the deadline

    def _until_rest(self) -> None:
        """Pass the desks' words on; stop when nothing is under way, or when nothing has moved for long."""
        moved, seen = time.monotonic(), (0, 0, 0)
        while time.monotonic() < moved + STUCK:
            words, waiting = desks_words(self._hooks)
            self._bag.add(words)
            depth = self._ask.bare("depth")
            self._bag.ripe = depth["ripe"]
            now = (self._bag.left(), waiting, self._ask.bare("awake"))
            if now != seen:
                moved, seen = time.monotonic(), now
            if not any(now) and not words and self._at_rest(depth):
                return
            time.sleep(LOOK)  # the next look

    def _at_rest(self, depth: Mapping[str, int]) -> bool:
        if depth["evidence"] or depth["overflow"]:  # a bell is nothing: what it rings for is in the rows
            return False
        self._redriven += (again := self._ask.bare("redrive"))
        return not again

    def _hooks(self) -> Any:
        try:
            return self._providers.ask("hooks", 5.0)
        except (NobodyThere, NoAnswer):
            return (), 1

    def _faults(self) -> Mapping[str, int]:
        own: dict[str, int] = self._ask.bare("faults")
        theirs: dict[str, int] = self._providers.ask("faults", 5.0)
        return {f"store: {n}": c for n, c in own.items()} | {f"provider: {n}": c for n, c in theirs.items()}

    def _rows(self) -> Iterator[Stands]:
        cursor = ""
        while True:
            rows, cursor = self._ask.bare("rows", cursor)
            yield from map(_stands, rows)
            if not cursor:
                return


def _stands(row: Row) -> Stands:
    """A row as the accounts have it: only what an operator could read, too."""
    last = row.work.attempts[-1].outcome if row.work.attempts else None
    return Stands(
        name=row.contact.provider_id, channel=row.channel, state=row.work.state.value, kind=row.kind.value,
        last=last.value if last else "", due=row.due_at is not None,
    )  # fmt: skip


def _journal(scenery: Scenery) -> Sequence[Got]:
    lines = Path(scenery.folder, "journal").read_text(encoding="utf-8").splitlines()
    entries = map(json.loads, lines)
    return [Got(provider=e["host"], key=e["key"], came=e["came"], name=e["id"]) for e in entries]


@contextmanager
def _processes(scenery: Scenery) -> Iterator[None]:
    """The store's, the providers' and the workers', which end with their standard input."""
    with ExitStack() as ending:
        for part in ("store", "provider", "crew"):
            words = Path(scenery.folder, f"{part}.log").open("wb")  # noqa: SIM115 - closed below
            ending.callback(words.close)
            child = subprocess.Popen(  # noqa: S603 - our own modules
                [sys.executable, "-m", f"bench.durability.{part}", scenery.dump()],
                cwd=ROOT, stdin=subprocess.PIPE, stderr=words, stdout=words,
            )  # fmt: skip
            ending.callback(_ended, child)
        yield


def _ended(child: "subprocess.Popen[bytes]") -> None:
    assert child.stdin
    child.stdin.close()
    child.wait(30)


@contextmanager
def folder() -> Iterator[str]:
    """A place for the sockets and journals of one run."""
    with TemporaryDirectory(prefix="bascule-durability-") as made:
        yield made
