"""The ports that services work on, taken together: memory's bundle and the one on AWS both have this shape."""

from typing import Protocol

from chalicelib.ports import (
    Anchors,
    ContactStore,
    Control,
    DeadLetters,
    Events,
    HealthStore,
    Ledger,
    MaintenanceStore,
    OrderStore,
    PageStore,
    PaperStore,
    PeopleStore,
    PermissionStore,
    PlanStore,
    Queues,
    RepeatStore,
    ScheduleStore,
    SeatStore,
    Secrets,
    SnapshotStore,
    StanceStore,
    StoryStore,
    Surroundings,
    TrafficStore,
    VantageStore,
)


class Stores(Protocol):
    """One of each; each may be made when it is first asked for."""

    @property
    def contacts(self) -> ContactStore:
        """Rows."""
        ...

    @property
    def people(self) -> PeopleStore:
        """Who was erased."""
        ...

    @property
    def health(self) -> HealthStore:
        """Paths and loads."""
        ...

    @property
    def traffic(self) -> TrafficStore:
        """What customers do, counted."""
        ...

    @property
    def plans(self) -> PlanStore:
        """Plan versions."""
        ...

    @property
    def schedule(self) -> ScheduleStore:
        """Publications planned for a time."""
        ...

    @property
    def orders(self) -> OrderStore:
        """The orders."""
        ...

    @property
    def maintenance(self) -> MaintenanceStore:
        """The maintenance windows."""
        ...

    @property
    def permission(self) -> PermissionStore:
        """Plan, orders and windows, changed together."""
        ...

    @property
    def repeats(self) -> RepeatStore:
        """Operators' requests that may come again."""
        ...

    @property
    def pages(self) -> PageStore:
        """The vendors' status pages."""
        ...

    @property
    def papers(self) -> PaperStore:
        """Small versioned texts."""
        ...

    @property
    def surroundings(self) -> Surroundings:
        """Our own cloud, looked at."""
        ...

    @property
    def vantages(self) -> VantageStore:
        """What each vantage saw."""
        ...

    @property
    def snapshots(self) -> SnapshotStore:
        """The snapshot and the feeds."""
        ...

    @property
    def queues(self) -> Queues:
        """Our own queues."""
        ...

    @property
    def dead_letters(self) -> DeadLetters:
        """What failed for good."""
        ...

    @property
    def secrets(self) -> Secrets:
        """The secret documents."""
        ...

    @property
    def ledger(self) -> Ledger:
        """What happened, in order."""
        ...

    @property
    def anchors(self) -> Anchors:
        """The ledger's heads outside of it."""
        ...

    @property
    def stance(self) -> StanceStore:
        """The capacity posture."""
        ...

    @property
    def seats(self) -> SeatStore:
        """What each region says of itself."""
        ...

    @property
    def control(self) -> Control:
        """What the cloud gives."""
        ...

    @property
    def stories(self) -> StoryStore:
        """What was told of each path."""
        ...

    @property
    def events(self) -> Events:
        """The event bus."""
        ...
