"""A world whose plan has postures, and which has known for weeks what is usual: six orders a minute."""

from datetime import timedelta
from itertools import count

from chalicelib.domain.detection.usual import HALVES, Usual
from chalicelib.domain.surge.levers import Lever
from chalicelib.handlers import workers
from chalicelib.wiring import use
from tests.world import PLAN, START, World

CAPACITY = """capacity:
  monthly_cost_cap: 200
  alert: {intake_provisioned: 20, deliveries: {normal: 60}}
  crisis: {intake_provisioned: 100, deliveries: {normal: 200}, requests: {rate: 9000, burst: 4000}}
"""
STREAM = "surge/order/fr"
USUAL = 6
"""Contacts a minute."""
_ids = count()


def flat(per_minute: float, stream: str = STREAM, spread: float = 0.02) -> Usual:
    """So many contacts a minute at any hour of the week, well known."""
    return Usual(
        path=stream, until=START, version=1, learned=HALVES * 6, sums=(per_minute * 30 * 5,) * HALVES,
        weights=(5.0,) * HALVES, spread=spread * 1e6, spread_weight=1e6,
    )  # fmt: skip


class Crowd(World):
    """`pass_minutes` lets people come, evenly, each once unless there are fewer `persons`."""

    def __init__(self, capacity: str = CAPACITY) -> None:
        super().__init__(PLAN + capacity)
        self.ports.traffic.keep(flat(USUAL))

    def pass_minutes(self, minutes: int, per_minute: int, persons: int = 10**9) -> None:
        for _ in range(minutes):
            with use(self.wired):
                workers.tick({}, None)
            self.run()
            for step in range(12):
                for _ in range(per_minute * (step + 1) // 12 - per_minute * step // 12):
                    number = next(_ids)
                    self.say(id_=f"n{number}", person=f"p{number % persons}")
                self.run()
                self.clock.advance(5)

    def posture(self) -> str:
        return self.ports.stance.read().posture.value

    def told(self) -> list[dict]:
        events = self.ports.events.published
        return [event.about for event in events if event.type.value == "capacity.posture.changed"]

    def lever(self, lever: Lever) -> int:
        return self.ports.control.levers[lever]

    def later(self, **length: float) -> None:
        self.clock.advance(timedelta(**length).total_seconds())
