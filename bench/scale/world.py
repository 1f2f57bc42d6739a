"""Seconds of work per act, made from what was measured; who may run how much; the account of all contacts."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.scale.costs import Act, Costs
from bench.scale.scenario import Scenario
from bench.scale.settings import Settings

WHOLE_CORE = 1_769.0
"""MB with which a function has one whole core (Lambda's developer guide, "Configure function memory", seen 2026-11)."""
TABLE, DUE = "ContactsTable", "ContactsTable/due"


class Unbalanced(Exception):
    """Contacts that are neither served, nor unserved, nor lost, nor anywhere."""


@dataclass(slots=True)
class Account:
    """Where all contacts are that came until now; `acts` counts runs of functions, for the price."""

    arrived: float = 0.0
    served: float = 0.0
    unserved: float = 0.0
    lost: float = 0.0
    by_promise: defaultdict[int, float] = field(default_factory=lambda: defaultdict(float))
    acts: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    pressed: dict[str, float] = field(default_factory=dict)

    def press(self, limit: str, second: float) -> None:
        """A limit refused or held something up for the first time."""
        self.pressed.setdefault(limit, second)

    def balance(self, waiting: float, second: float) -> None:
        """Raise Unbalanced unless all are accounted for, to a millionth."""
        known = self.served + self.unserved + self.lost + waiting
        if abs(known - self.arrived) > 1e-6 * max(1.0, self.arrived):
            raise Unbalanced(f"at {second:g} s {self.arrived:.3f} had come and {known:.3f} are known of")


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One scenario under some settings with measured costs."""

    scenario: Scenario
    settings: Settings
    costs: Costs

    def seconds(self, name: str) -> float:
        """How long one act keeps its function: CPU by its memory, calls to AWS, and the desk's own time."""
        act, given = self.costs[name], self.settings
        memory = given.intake_memory if act.function == "APIHandler" else given.worker_memory
        calls = act.dynamo * given.dynamo_call + act.sends * given.queue_call
        return act.cpu_ms / 1_000 * WHOLE_CORE / memory + calls + self._desk(name)

    def _desk(self, name: str) -> float:
        return self.scenario.desk.seconds if name == "deliver" else 0.0

    def units(self, name: str) -> Mapping[str, int]:
        """Write units of the contacts table and of its due index."""
        act: Act = self.costs[name]
        return {TABLE: act.of(TABLE), DUE: act.of(DUE)}

    @property
    def lane_ceiling(self) -> float:
        """Functions that may answer the lane's bells: what the door needs is taken off, up to half the account."""
        free = self.settings.concurrency - self.settings.others
        door = min(self.scenario.rate * self.seconds("accept"), free / 2)
        return min(self.settings.pollers_most, free - door)
