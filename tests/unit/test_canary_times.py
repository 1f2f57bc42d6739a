"""How soon canaries alone find silent loss and its end: the whole product, second by second, real delays."""

import random
from statistics import median

import pytest

from chalicelib.domain.health import State
from chalicelib.domain.model import EvidenceClass
from chalicelib.handlers import probing
from chalicelib.http_types import Request
from chalicelib.wiring import use
from tests.world import PLAN, World

SHOP = 'settings: {url: "https://shop.example/in"}'
CANARY = "canary: {from: tester, every: 1m, wait: 15s, most_per_day: 8000}"
HOOK = "https://bascule.example/hooks/shop"


class Seconds:
    """A world that goes on second by second: the minute's tick at its own second, queue messages after their delay."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - a play, not a secret
        self.world = World(PLAN.replace(SHOP, f"{SHOP}, {CANARY}"))
        self.world.desks.on_call = self._call
        self.share, self.waiting, self.minute = 0.0, [], self.random.randrange(60)

    def until(self, done, limit: float) -> float:
        """The seconds until something is so; `limit` if it never is."""
        began = self.world.clock.now()
        with use(self.world.wired):
            while (spent := (self.world.clock.now() - began).total_seconds()) < limit and not done():
                self._second()
        return spent

    def state(self):
        path = self.world.ports.health.read(["shop#in#fr"]).get("shop#in#fr")
        silent = path.classes.get(EvidenceClass.SILENT) if path else None
        return silent.state if silent else State.CLOSED

    def _call(self, call) -> None:
        if call.url == HOOK and self.random.random() >= self.share:
            request = Request(headers=dict(call.headers), body=call.body, url="/hooks/shop")
            self.world.wired.acceptance.receive("shop", request, self.world.clock.now())

    def _second(self) -> None:
        now = int(self.world.clock.now().timestamp())
        if now % 60 == self.minute:
            self.world.wired.tick.minute()
        notes = self.world.ports.queues.notes
        self.waiting += [(now + note.delay, note.body) for note in notes if note.queue == "probes"]
        notes[:] = [note for note in notes if note.queue != "probes"]
        due = [body for at, body in self.waiting if at <= now]
        self.waiting = [(at, body) for at, body in self.waiting if at > now]
        for body in due:
            probing.probed(self.world.wired, body)
        self.world.run()
        self.world.clock.advance(1)


def spell(share: float, seed: int) -> tuple[float, float]:
    """Seconds from the onset until the way in is down, and from the end, five minutes later, until it is up."""
    seconds = Seconds(seed)
    seconds.until(lambda: False, 60 + seconds.random.randrange(120))
    seconds.share = share
    down = seconds.until(lambda: seconds.state() is State.OPEN, 3_600)
    seconds.until(lambda: False, 300)
    seconds.share = 0.0
    return down, seconds.until(lambda: seconds.state() is State.CLOSED, 3_600)


@pytest.mark.parametrize(("share", "most", "seeds"), [(1.0, 180, 5), (0.5, 600, 11)])
def test_silent_loss_is_found_in_time_by_canaries_without_any_traffic(share, most, seeds):
    spells = [spell(share, seed) for seed in range(seeds)]

    found, ended = sorted(down for down, _ in spells), [up for _, up in spells]
    assert found[-1] <= most
    assert median(found) <= most / 1.5
    assert max(ended) <= 300
