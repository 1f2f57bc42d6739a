"""Levers: what a posture sets in the cloud, what each is as shipped, and what the plan says of the three postures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Posture(StrEnum):
    """How much is kept ready, in rising order."""

    CALM = "calm"
    ALERT = "alert"
    CRISIS = "crisis"

    @property
    def rank(self) -> int:
        """0, 1, 2."""
        return tuple(Posture).index(self)

    def down(self) -> "Posture":
        """The next lower one; CALM has none and stays."""
        return tuple(Posture)[max(0, self.rank - 1)]


class Lever(StrEnum):
    """One setting. Environments, parallel batches, units a second, requests a second and at once.

    0 of `intake_reserved` is none: the intake shares the account's concurrency with everything else.
    """

    INTAKE_PROVISIONED = "intake_provisioned"
    INTAKE_RESERVED = "intake_reserved"
    URGENT = "deliveries.urgent"
    NORMAL = "deliveries.normal"
    BULK = "deliveries.bulk"
    CONTACT_READS = "contacts_table.reads"
    CONTACT_WRITES = "contacts_table.writes"
    HEALTH_READS = "health_table.reads"
    HEALTH_WRITES = "health_table.writes"
    REQUEST_RATE = "requests.rate"
    REQUEST_BURST = "requests.burst"


Settings = Mapping[Lever, int]

SHIPPED: Settings = {
    Lever.INTAKE_PROVISIONED: 0, Lever.INTAKE_RESERVED: 0, Lever.URGENT: 50, Lever.NORMAL: 20, Lever.BULK: 5,
    Lever.CONTACT_READS: 12_000, Lever.CONTACT_WRITES: 4_000, Lever.HEALTH_READS: 12_000, Lever.HEALTH_WRITES: 4_000,
    Lever.REQUEST_RATE: 2_000, Lever.REQUEST_BURST: 1_000,
}  # fmt: skip
"""What a deployment begins with: the template's own figures, and a new table's warm throughput."""
BOUNDS: Mapping[Lever, tuple[int, int]] = {
    Lever.INTAKE_PROVISIONED: (0, 10_000), Lever.INTAKE_RESERVED: (0, 100_000),
    Lever.URGENT: (2, 1_000), Lever.NORMAL: (2, 1_000), Lever.BULK: (2, 1_000),
    Lever.CONTACT_READS: (12_000, 1_000_000), Lever.CONTACT_WRITES: (4_000, 1_000_000),
    Lever.HEALTH_READS: (12_000, 1_000_000), Lever.HEALTH_WRITES: (4_000, 1_000_000),
    Lever.REQUEST_RATE: (1, 100_000), Lever.REQUEST_BURST: (1, 100_000),
}  # fmt: skip
"""The least and the most that a plan may ask for. What the account's own quotas refuse is found out when it is set."""
WARM = frozenset(
    {Lever.CONTACT_READS, Lever.CONTACT_WRITES, Lever.HEALTH_READS, Lever.HEALTH_WRITES},
)
"""A table's warm throughput: paid once when it is raised, and never lowered again (AWS does not take it back)."""
PAID = WARM | {Lever.INTAKE_PROVISIONED}
"""What costs money by being set. The others cost only what really comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityPlan:
    """What operators publish: all levers of each posture, and what raised postures may cost a month, in USD."""

    monthly_cost_cap: float
    settings: Mapping[Posture, Settings] = field(
        default_factory=lambda: {posture: dict(SHIPPED) for posture in Posture}
    )
