"""Every port in memory: one lock each, nothing random; tests, drills and simulation run on it."""

from dataclasses import dataclass, field

from chalicelib.memory.anchors import MemoryAnchors
from chalicelib.memory.contacts import MemoryContacts
from chalicelib.memory.dead_letters import MemoryDeadLetters
from chalicelib.memory.health import MemoryHealth
from chalicelib.memory.loud import MemoryEvents, MemoryStories
from chalicelib.memory.maintenance import MemoryMaintenance
from chalicelib.memory.pages import MemoryPages
from chalicelib.memory.papers import MemoryPapers, MemorySurroundings
from chalicelib.memory.people import MemoryPeople
from chalicelib.memory.permission import MemoryPermission
from chalicelib.memory.plans import MemoryOrders, MemoryPlans, MemorySnapshots
from chalicelib.memory.queues import MemoryQueues
from chalicelib.memory.records import ManualClock, MemoryLedger, MemorySecrets
from chalicelib.memory.repeats import MemoryRepeats
from chalicelib.memory.schedule import MemorySchedule
from chalicelib.memory.seats import MemorySeats
from chalicelib.memory.stance import MemoryControl, MemoryStance
from chalicelib.memory.traffic import MemoryTraffic
from chalicelib.memory.vantages import MemoryVantages


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryPorts:
    """One of each port, named as in the AWS bundle. A port whose `down` is True raises Unavailable."""

    contacts: MemoryContacts = field(default_factory=MemoryContacts)
    people: MemoryPeople = field(default_factory=MemoryPeople)
    health: MemoryHealth = field(default_factory=MemoryHealth)
    permission: MemoryPermission = field(init=False)
    pages: MemoryPages = field(default_factory=MemoryPages)
    papers: MemoryPapers = field(default_factory=MemoryPapers)
    surroundings: MemorySurroundings = field(default_factory=MemorySurroundings)
    vantages: MemoryVantages = field(default_factory=MemoryVantages)
    traffic: MemoryTraffic = field(default_factory=MemoryTraffic)
    plans: MemoryPlans = field(default_factory=MemoryPlans)
    schedule: MemorySchedule = field(default_factory=MemorySchedule)
    orders: MemoryOrders = field(default_factory=MemoryOrders)
    maintenance: MemoryMaintenance = field(default_factory=MemoryMaintenance)
    repeats: MemoryRepeats = field(default_factory=MemoryRepeats)
    snapshots: MemorySnapshots = field(default_factory=MemorySnapshots)
    queues: MemoryQueues = field(default_factory=MemoryQueues)
    dead_letters: MemoryDeadLetters = field(init=False)
    secrets: MemorySecrets = field(default_factory=MemorySecrets)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    anchors: MemoryAnchors = field(default_factory=MemoryAnchors)
    stories: MemoryStories = field(default_factory=MemoryStories)
    events: MemoryEvents = field(default_factory=MemoryEvents)
    stance: MemoryStance = field(default_factory=MemoryStance)
    seats: MemorySeats = field(default_factory=MemorySeats)
    control: MemoryControl = field(default_factory=MemoryControl)

    def __post_init__(self) -> None:
        """Dead letters lie in the queues; permission is made of three others."""
        object.__setattr__(self, "dead_letters", MemoryDeadLetters(self.queues))
        permission = MemoryPermission(self.plans, self.orders, self.maintenance)
        object.__setattr__(self, "permission", permission)


__all__ = [
    "ManualClock", "MemoryAnchors", "MemoryContacts", "MemoryControl", "MemoryDeadLetters", "MemoryEvents",
    "MemoryHealth", "MemoryLedger", "MemoryMaintenance", "MemoryOrders", "MemoryPages", "MemoryPapers",
    "MemoryPeople", "MemoryPermission", "MemoryPlans", "MemoryPorts", "MemoryQueues", "MemoryRepeats",
    "MemorySchedule", "MemorySeats", "MemorySecrets", "MemorySnapshots", "MemoryStance",
    "MemoryStories", "MemorySurroundings", "MemoryTraffic", "MemoryVantages",
]  # fmt: skip
