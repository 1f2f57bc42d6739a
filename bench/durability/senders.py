"""The vendors' side: every contact delivered one to five times by parallel senders, who note what they heard."""

import hmac
import json
import time
from base64 import b64decode, b64encode
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from heapq import heappop, heappush
from itertools import count
from random import Random
from threading import Condition
from typing import Any

from bench.durability.line import Line, NoAnswer, NobodyThere
from bench.durability.oracle import Heard
from bench.durability.scenery import SECRET, Scenery

SENDERS, MOST = 20, 5
PATIENCE = 15.0
"""Seconds of the run's clock that a vendor waits for our answer."""
AGAIN = 20.0
"""Seconds of the run's clock, at most, until a vendor delivers again what got no 2xx."""
MOST_RIPE = 150
"""Messages waiting for our workers beyond which senders pause: accounts are measured here, not speed."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Delivery:
    """One webhook: our name of the contact (or of the desk's word), where it goes, what it says."""

    name: str
    channel: str
    body: bytes


def deliveries(scenery: Scenery, draw: Random) -> list[Delivery]:
    """All of them in random order; every other contact's come all at once, as of a vendor in a hurry."""
    placed: list[tuple[float, int, Delivery]] = []
    for number in range(scenery.contacts):
        name = f"c{number:06}"
        channel = "post" if draw.random() < scenery.letters else draw.choice(("shop", "form"))
        person = f"p{draw.randrange(max(1, scenery.contacts * 2 // 3)):06}"
        told = {"customer": {"id": person, "language": "en"}, "text": f"about {name}"}
        one = Delivery(
            name=name, channel=channel, body=json.dumps({"type": "contact.message", "data": told}).encode()
        )
        first, spread = draw.random(), number % 2
        for _ in range(1 + draw.randrange(MOST)):
            place = draw.random() if spread else first + draw.random() * 4 / scenery.contacts
            placed.append((place, len(placed), one))
    return [one for _, _, one in sorted(placed)]


def signed(delivery: Delivery, at: float) -> dict[str, str]:
    """The headers of Standard Webhooks, specification 1.0; `at` in seconds since the epoch."""
    stamp = str(int(at))
    key = b64decode(SECRET.removeprefix("whsec_"))
    proof = hmac.new(key, f"{delivery.name}.{stamp}.".encode() + delivery.body, sha256).digest()
    signature = f"v1,{b64encode(proof).decode()}"
    return {"webhook-id": delivery.name, "webhook-timestamp": stamp, "webhook-signature": signature}


class Postbag:
    """What is still to be delivered; senders take from it, and put back what got no 2xx."""

    def __init__(self, scenery: Scenery, first: Sequence[Delivery]) -> None:
        self.scenery = scenery
        self._draw, self._ids = Random(scenery.seed + 6), count()  # noqa: S311 - a repeatable draw
        self._heap = [(0.0, next(self._ids), one) for one in first]
        self._change, self._out, self._open = Condition(), 0, True
        self.ripe = 0
        self.codes: defaultdict[str, list[int | None]] = defaultdict(list)
        self.answers: Counter[str] = Counter()
        self._deliveries = len(first)

    def heard(self) -> Heard:
        """The journal: of contacts alone, not of what desks said."""
        return Heard(
            codes={name: codes for name, codes in self.codes.items() if name.startswith("c")},
            deliveries=self._deliveries,
        )

    def post_all(self) -> None:
        """One sender's life."""
        line = Line(self.scenery.address("intake"))
        while (one := self._taken()) is not None:
            code: int | None = None
            with suppress(NobodyThere, NoAnswer):
                headers = signed(one, self.scenery.now().timestamp())
                code = line.ask((one.channel, headers, one.body), self.scenery.real(PATIENCE, least=5.0))
            line.close()
            self._note(one, code)

    def add(self, more: Sequence[Delivery]) -> None:
        """Further webhooks, to be delivered at once."""
        with self._change:
            for one in more:
                heappush(self._heap, (0.0, next(self._ids), one))
            self._change.notify_all()

    def left(self) -> int:
        """How many have not got their 2xx."""
        with self._change:
            return len(self._heap) + self._out

    def close(self) -> None:
        """Send the senders home."""
        with self._change:
            self._open = False
            self._change.notify_all()

    def _taken(self) -> Delivery | None:
        with self._change:
            while self._open:
                if self._heap and self._heap[0][0] <= time.monotonic() and self.ripe < MOST_RIPE:
                    self._out += 1
                    return heappop(self._heap)[2]
                self._change.wait(0.25)
        return None

    def _note(self, one: Delivery, code: int | None) -> None:
        with self._change:
            self._out -= 1
            self.codes[one.name].append(code)
            self.answers[str(code)] += 1
            if code is None or not 200 <= code < 300:  # noqa: PLR2004 - HTTP's own
                wait = self._draw.uniform(0, AGAIN) / self.scenery.pace
                heappush(self._heap, (time.monotonic() + wait, next(self._ids), one))


def desks_words(ask: Callable[[], Any]) -> tuple[list[Delivery], int]:
    """Receipts and agents' words that are due at the providers, and how many are still to come."""
    due, waiting = ask()
    found = [
        Delivery(name=name, channel=channel, body=json.dumps(event).encode()) for channel, name, event in due
    ]
    return found, waiting
