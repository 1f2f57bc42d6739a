"""Turn after turn: the floor's functions and the product take turns under the same crowd, on one stack, in one run."""

import json
import secrets
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median, quantiles
from typing import Any

from bench.load.crowd import __name__ as crowd
from bench.load.floors import floors
from infra.local.fakes.vendor_desks import Webhook
from infra.local.scene import WORKED, Scene, until
from infra.local.triggers import untriggered

OURS = "ours"
DRAINED_WITHIN, LOOKS = 300, 6
STARTS = 5
"""Turns at most until all containers run that so many clients need."""
TEXT = "Où est ma commande ? Elle devait arriver hier. 📦"


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is done: at how many clients, rounds in which all take turns, requests in a turn."""

    clients: tuple[int, ...] = (1, 8, 32)
    rounds: int = 5
    requests: int = 216


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Requests a second, and the seconds that each took."""

    rate: float
    latencies: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one number of clients found. `triggers`: whether contacts were delivered meanwhile."""

    clients: int
    triggers: str
    ratio_to_bare_put: float
    ratio_to_put_and_send: float
    ratio_of_floors: float
    """The put and send over the bare put: what a second call costs here, whoever makes it."""
    p50_ms: float
    p99_ms: float
    requests: int
    refused_at_start: int
    """Requests that were told to come again while containers started; later on there may be none."""


class RefusedError(Exception):
    """A request was not accepted: then a rate says nothing."""


@dataclass(slots=True)
class Load:
    """One run."""

    scene: Scene
    size: Size
    process: "subprocess.Popen[str]"
    urls: Mapping[str, str] = field(default_factory=dict)

    def rows(self) -> Sequence[Row]:
        """With the deliveries' triggers off, and on: that first, for what was held would take long to deliver."""
        self.urls = {**floors(self.scene.stack), OURS: self.scene.hook("shop")}
        on = [self._row(clients, "on") for clients in self.size.clients]
        with untriggered(self.scene.stack.client("lambda"), self.scene.stack.functions["Deliver"]):
            return [*(self._row(clients, "off") for clients in self.size.clients), *on]

    def _row(self, clients: int, triggers: str) -> Row:
        refused = sum(self._started(name, clients) for name in self.urls)
        rounds: list[Mapping[str, Turn]] = []
        order = list(self.urls)
        for _ in range(self.size.rounds):
            found = {}
            for name in order:
                self._rest(triggers)
                found[name] = self._turn(name, clients)
            rounds.append(found)
            order = [*order[1:], order[0]]
        waits = [1000 * seconds for each in rounds for seconds in each[OURS].latencies]
        return Row(
            clients=clients,
            triggers=triggers,
            ratio_to_bare_put=_ratio(rounds, OURS, "put"),
            ratio_to_put_and_send=_ratio(rounds, OURS, "put and send"),
            ratio_of_floors=_ratio(rounds, "put and send", "put"),
            p50_ms=round(median(waits), 1),
            p99_ms=round(quantiles(waits, n=100)[98], 1),
            requests=len(waits),
            refused_at_start=refused,
        )

    def _rest(self, triggers: str) -> None:
        if triggers == "on":
            drained(self.scene)

    def _started(self, name: str, clients: int) -> int:
        """Send turns until one is accepted whole; how many requests were refused before."""
        refused = 0
        for _ in range(STARTS):
            found = sum(_refused(self._sent(name, clients)).values())
            if not found:
                return refused
            refused += found
        raise RefusedError(f"{name}, {clients} clients: refused {refused} in {STARTS} turns")

    def _turn(self, name: str, clients: int) -> Turn:
        told = self._sent(name, clients)
        if refused := _refused(told):
            raise RefusedError(f"{name}, {clients} clients: {refused}")
        return Turn(rate=self.size.requests / told["seconds"], latencies=told["latencies"])

    def _sent(self, name: str, clients: int) -> dict[str, Any]:
        requests = [self._request() for _ in range(self.size.requests)]
        return _asked(self.process, {"url": self.urls[name], "clients": clients, "requests": requests})

    def _request(self) -> tuple[Mapping[str, str], str]:
        key = secrets.token_hex(12)
        side = Webhook(url=self.scene.hook("shop"), secret=self.scene.shop_secret)
        signed = side.contact(key, f"person-{key}", TEXT, datetime.now(UTC))
        return signed.headers, signed.body.decode()


def _refused(told: Mapping[str, Any]) -> dict[str, int]:
    return {code: count for code, count in told["codes"].items() if not code.startswith("2")}


def _ratio(rounds: Sequence[Mapping[str, Turn]], one: str, other: str) -> float:
    """The median of the rounds' own ratios: what slowed a round down slowed both."""
    return round(median(each[one].rate / each[other].rate for each in rounds), 3)


def _asked(process: "subprocess.Popen[str]", asked: Mapping[str, Any]) -> dict[str, Any]:
    if process.stdin is None or process.stdout is None:
        raise ValueError("the crowd has no pipes")
    process.stdin.write(json.dumps(asked) + "\n")
    process.stdin.flush()
    told: dict[str, Any] = json.loads(process.stdout.readline())
    return told


@contextmanager
def gathered() -> Iterator["subprocess.Popen[str]"]:
    """The crowd's own process: its clients shall not wait for our interpreter."""
    with subprocess.Popen(  # noqa: S603 - our own module
        (sys.executable, "-m", crowd), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process


def drained(scene: Scene) -> None:
    """Wait until no bell waits and nobody works on one.

    What stays hidden without change does no work: its delivery failed, and the queue shows it again in minutes.
    """
    looks = deque[tuple[tuple[int, int], ...]](maxlen=LOOKS)

    def settled() -> bool:
        looks.append(tuple(scene.messages(*WORKED).values()))
        return len(looks) == LOOKS and len(set(looks)) == 1 and not any(waits for waits, _ in looks[0])

    until(settled, "every bell is answered", DRAINED_WITHIN)
