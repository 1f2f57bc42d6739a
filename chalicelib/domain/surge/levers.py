"""Levers: what a posture sets in the cloud, what each is as shipped, and what the plan says of the three postures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.domain.surge.peaks import Peak


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
    """One setting. Environments, parallel batches, pollers, units a second, requests a second and at once.

    0 of `intake_reserved` is none: the intake shares the account's concurrency with everything else. 0 of
    `intake_provisioned_most`: nobody but us moves the number. 0 of `pollers`: as many as AWS thinks fit.
    """

    INTAKE_PROVISIONED = "intake_provisioned"
    INTAKE_MOST = "intake_provisioned_most"
    INTAKE_RESERVED = "intake_reserved"
    URGENT = "deliveries.urgent"
    NORMAL = "deliveries.normal"
    BULK = "deliveries.bulk"
    URGENT_POLLERS = "pollers.urgent"
    NORMAL_POLLERS = "pollers.normal"
    BULK_POLLERS = "pollers.bulk"
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
    Lever.REQUEST_RATE: 2_000, Lever.REQUEST_BURST: 1_000, Lever.INTAKE_MOST: 0,
    Lever.URGENT_POLLERS: 0, Lever.NORMAL_POLLERS: 0, Lever.BULK_POLLERS: 0,
}  # fmt: skip
"""What a deployment begins with: the template's own figures, and a new table's warm throughput."""
BOUNDS: Mapping[Lever, tuple[int, int]] = {
    Lever.INTAKE_PROVISIONED: (0, 10_000), Lever.INTAKE_RESERVED: (0, 100_000),
    Lever.URGENT: (2, 1_000), Lever.NORMAL: (2, 1_000), Lever.BULK: (2, 1_000),
    Lever.CONTACT_READS: (12_000, 1_000_000), Lever.CONTACT_WRITES: (4_000, 1_000_000),
    Lever.HEALTH_READS: (12_000, 1_000_000), Lever.HEALTH_WRITES: (4_000, 1_000_000),
    Lever.REQUEST_RATE: (1, 100_000), Lever.REQUEST_BURST: (1, 100_000), Lever.INTAKE_MOST: (0, 10_000),
    Lever.URGENT_POLLERS: (0, 200), Lever.NORMAL_POLLERS: (0, 200), Lever.BULK_POLLERS: (0, 200),
}  # fmt: skip
"""The least and the most that a plan may ask for. What the account's own quotas refuse is found out when it is set."""
POLLED: Mapping[Lever, Lever] = {
    Lever.URGENT_POLLERS: Lever.URGENT, Lever.NORMAL_POLLERS: Lever.NORMAL, Lever.BULK_POLLERS: Lever.BULK,
}  # fmt: skip
"""Which lane a number of pollers belongs to: AWS takes either a width or pollers for a queue, never both."""
EACH_POLLER = 10
"""Parallel deliveries of one poller (AWS Lambda, scaling of SQS event sources, provisioned mode)."""
LEAST_POLLERS = 2
WARM = frozenset(
    {Lever.CONTACT_READS, Lever.CONTACT_WRITES, Lever.HEALTH_READS, Lever.HEALTH_WRITES},
)
"""A table's warm throughput: paid once when it is raised, and never lowered again (AWS does not take it back)."""
BY_THE_HOUR = frozenset({Lever.INTAKE_PROVISIONED, Lever.INTAKE_MOST, *POLLED})
"""What costs money for as long as it stands."""
PAID = WARM | BY_THE_HOUR
"""What costs money by being set. The others cost only what really comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityPlan:
    """What operators publish: all levers of each posture, what raised postures may cost a month (USD), and peaks."""

    monthly_cost_cap: float
    settings: Mapping[Posture, Settings] = field(
        default_factory=lambda: {posture: dict(SHIPPED) for posture in Posture}
    )
    peaks: "tuple[Peak, ...]" = ()


def most_environments(settings: Settings) -> int:
    """How many environments of the intake may be kept warm: those that are wanted, or as far as tracking may go."""
    return max(settings[Lever.INTAKE_PROVISIONED], settings[Lever.INTAKE_MOST])


def most_pollers(settings: Settings, pollers: Lever) -> int:
    """How many pollers a queue may have, so that they deliver no more at once than its lane's width; 0 for none."""
    return settings[POLLED[pollers]] // EACH_POLLER if settings[pollers] else 0
