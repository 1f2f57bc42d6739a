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
from infra.local.scene import Scene, until
from infra.local.triggers import untriggered

OURS = "ours"
DRAINED_WITHIN, LOOKS = 600, 2
TEXT = "Où est ma commande ? Elle devait arriver hier. 📦"


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is done: at how many clients, rounds in which all take turns, requests in a turn."""

    clients: tuple[int, ...] = (1, 8, 32)
    rounds: int = 5
    requests: int = 72


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
    p50_ms: float
    p99_ms: float
    requests: int


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
        rounds: list[Mapping[str, Turn]] = []
        order = list(self.urls)
        for number in range(self.size.rounds + 1):
            found = {}
            for name in order:
                found[name] = self._turn(name, clients)
                if triggers == "on" and name == OURS:
                    drained(self.scene)
            rounds += [found] if number else []  # the first one starts containers
            order = [*order[1:], order[0]]
        waits = [1000 * seconds for each in rounds for seconds in each[OURS].latencies]
        return Row(
            clients=clients,
            triggers=triggers,
            ratio_to_bare_put=_ratio(rounds, "put"),
            ratio_to_put_and_send=_ratio(rounds, "put and send"),
            p50_ms=round(median(waits), 1),
            p99_ms=round(quantiles(waits, n=100)[98], 1),
            requests=len(waits),
        )

    def _turn(self, name: str, clients: int) -> Turn:
        requests = [self._request() for _ in range(self.size.requests)]
        asked = {"url": self.urls[name], "clients": clients, "requests": requests}
        told = _asked(self.process, asked)
        refused = {code: count for code, count in told["codes"].items() if not code.startswith("2")}
        if refused:
            raise RefusedError(f"{name}, {clients} clients: {refused}")
        return Turn(rate=len(requests) / told["seconds"], latencies=told["latencies"])

    def _request(self) -> tuple[Mapping[str, str], str]:
        key = secrets.token_hex(12)
        side = Webhook(url=self.scene.hook("shop"), secret=self.scene.shop_secret)
        signed = side.contact(key, f"person-{key}", TEXT, datetime.now(UTC))
        return signed.headers, signed.body.decode()


def _ratio(rounds: Sequence[Mapping[str, Turn]], floor: str) -> float:
    """The median of the rounds' own ratios: what slowed a round down slowed both."""
    return round(median(each[OURS].rate / each[floor].rate for each in rounds), 3)


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
    """Wait until no bell is left at two looks in a row: what the last ones led to may ring once more."""
    looks = deque[bool](maxlen=LOOKS)

    def settled() -> bool:
        looks.append(scene.quiet())
        return len(looks) == LOOKS and all(looks)

    until(settled, "every bell is answered", DRAINED_WITHIN)
