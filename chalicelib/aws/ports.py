"""All ports on AWS, each made when it is first asked for."""

import time
from collections.abc import Mapping
from functools import cached_property

import botocore.session

from chalicelib import ports
from chalicelib.aws.clients import Clients
from chalicelib.aws.names import Names
from chalicelib.aws.operators_ports import OperatorsPorts
from chalicelib.aws.table import Table


class AwsPorts(OperatorsPorts):
    """One of each port over one botocore session; a port's module is imported with its first use.

    `control`: the intake function, the API and the deliveries' triggers; `tick` alone is told.
    """

    def __init__(
        self,
        names: Names,
        session: botocore.session.Session | None = None,
        control: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(names, Clients(session, names.home_region))
        self._control = control or {}

    @cached_property
    def contacts(self) -> ports.ContactStore:
        """The contacts table."""
        from chalicelib.aws.contacts import DynamoContacts  # noqa: PLC0415 - only what a function needs is imported

        return DynamoContacts(Table(self.clients, self._names.contacts_table), time.time)

    @cached_property
    def people(self) -> ports.PeopleStore:
        """The people table, and the state bucket for a second copy of tombstones."""
        from chalicelib.aws.objects import Bucket  # noqa: PLC0415 - only what a function needs is imported
        from chalicelib.aws.people import AwsPeople  # noqa: PLC0415 - only what a function needs is imported

        state = Bucket(self.clients, self._names.state_bucket)
        return AwsPeople(Table(self.clients, self._names.people_table), state, time.time)

    @cached_property
    def health(self) -> ports.HealthStore:
        """The health table."""
        from chalicelib.aws.health import DynamoHealth  # noqa: PLC0415 - only what a function needs is imported

        return DynamoHealth(Table(self.clients, self._names.health_table))

    @cached_property
    def pages(self) -> ports.PageStore:
        """The health table too: an item for each page."""
        from chalicelib.aws.pages import DynamoPages  # noqa: PLC0415 - only what a function needs is imported

        return DynamoPages(Table(self.clients, self._names.health_table))

    @cached_property
    def vantages(self) -> ports.VantageStore:
        """The health table too: an item for each vantage and channel."""
        from chalicelib.aws.vantages import DynamoVantages  # noqa: PLC0415 - only what a function needs is imported

        return DynamoVantages(Table(self.clients, self._names.health_table))

    @cached_property
    def traffic(self) -> ports.TrafficStore:
        """The health table too: a few items for each path."""
        from chalicelib.aws.traffic import DynamoTraffic  # noqa: PLC0415 - only what a function needs is imported

        return DynamoTraffic(Table(self.clients, self._names.health_table))

    @cached_property
    def snapshots(self) -> ports.SnapshotStore:
        """The snapshot's item in the plans table, its object, and the front door's bucket."""
        from chalicelib.aws.objects import Bucket  # noqa: PLC0415 - only what a function needs is imported
        from chalicelib.aws.snapshot import AwsSnapshots  # noqa: PLC0415 - only what a function needs is imported

        names = self._names
        state, front_door = (
            Bucket(self.clients, names.state_bucket),
            Bucket(self.clients, names.front_door_bucket),
        )
        return AwsSnapshots(Table(self.clients, names.plans_table), state, front_door)

    @cached_property
    def queues(self) -> ports.Queues:
        """The queues."""
        from chalicelib.aws.queues import SqsQueues  # noqa: PLC0415 - only what a function needs is imported

        return SqsQueues(self.clients, self._names.queues, self._names.vantage_queue)

    @cached_property
    def dead_letters(self) -> ports.DeadLetters:
        """The queues of what failed for good."""
        from chalicelib.aws.dead_letters import SqsDeadLetters  # noqa: PLC0415 - only what a function needs is imported

        return SqsDeadLetters(self.clients, self._names.queues)

    @cached_property
    def secrets(self) -> ports.Secrets:
        """The two secret documents."""
        from chalicelib.aws.secrets import SecretDocuments, SecretsManager  # noqa: PLC0415 - only what a function needs is imported

        ids = {"channels": self._names.channel_secrets, "operators": self._names.operator_secrets}
        return SecretDocuments(SecretsManager(self.clients, ids).read, time.monotonic)

    @cached_property
    def control(self) -> ports.Control:
        """Our own functions, tables and API, as far as this function was told their names."""
        from chalicelib.aws.control import AwsControl  # noqa: PLC0415 - only what a function needs is imported

        tables = {"contacts_table": self._names.contacts_table, "health_table": self._names.health_table}
        return AwsControl(self.clients, {**self._control, **tables})

    @cached_property
    def stories(self) -> ports.StoryStore:
        """The plans table too: an item beside the snapshot."""
        from chalicelib.aws.stories import AwsStories  # noqa: PLC0415 - only what a function needs is imported

        return AwsStories(Table(self.clients, self._names.plans_table))

    @cached_property
    def events(self) -> ports.Events:
        """The event bus."""
        from chalicelib.aws.events import BusEvents  # noqa: PLC0415 - only what a function needs is imported

        return BusEvents(self.clients, self._names.event_bus)


__all__ = ["AwsPorts", "Names"]
