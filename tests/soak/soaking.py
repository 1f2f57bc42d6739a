"""A container that works without a pause: contacts come in by the door, are handed over, reported on and forgotten."""

import gc
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from chalicelib.handlers.log import logger
from tests.fuzz.gallery import Gallery
from tests.fuzz.shots import Shot
from tests.fuzz.vendors import VENDORS

ROUND = 20
"""Contacts between two deliveries."""


class Soak:
    """One warm container, on stores that keep nothing for long: what grows is the product's own memory."""

    def __init__(self, seed: int = 1) -> None:
        self.gallery, self.random, self.contacts = Gallery(), Random(seed), 0  # noqa: S311 - repeatable by its seed

    def work(self, rounds: int) -> None:
        """So many rounds of ROUND honest requests of all kinds, each with a name of its own, and all they lead to."""
        for _ in range(rounds):
            for _ in range(ROUND):
                assert self.gallery.fire(self._request()).code in (0, 200, 202)
                self.contacts += 1
            assert self.gallery.deliver() == []
            self._clean()

    def _request(self) -> Shot:
        vendor = self.random.choice([v for v in VENDORS if v.kind != "twilio_voice"])
        body = vendor.bodies[0]
        for name in NAMED:
            body = body.replace(name, name[:-6] + b"%06x" % self.random.getrandbits(24))
        return vendor.sign(vendor, body, self.gallery.world.clock.now(), self.random)

    def _clean(self) -> None:
        world, ports = self.gallery.world, self.gallery.ports
        world.clock.advance(1)
        for kept in (
            ports.contacts._aliases,
            ports.contacts._tokens,
            ports.contacts._sent,
            ports.ledger._chains,
        ):
            kept.clear()
        ports.events.published.clear()
        world.wired.tick.flip()
        self.gallery.forget()


NAMED = (b"m_AbCdEf0001", b"SM00000000000000000000000000000011", b"o3vrnil0e2ic28trm7dfhrc2v0clambda4nbp0g1")
"""Providers' ids in the samples: each request has others, so that nothing is known already."""


@contextmanager
def quiet() -> Iterator[None]:
    """Without a log line for each."""
    before = logger().level
    logger().setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger().setLevel(before)


def objects() -> int:
    """How many objects the collector tracks, rubbish gone."""
    gc.collect()
    return len(gc.get_objects())


def resident() -> int:
    """Resident memory of this process in KiB (Linux: /proc/self/status, VmRSS)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS")))
