"""Settings -> services with real ports, once per cold start; tests put a memory one in its place."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.bundle import bundled
from chalicelib.channels import kinds
from chalicelib.http_types import Http
from chalicelib.late_door import LateDoor
from chalicelib.ports import Clock
from chalicelib.service.regions.seats import taking_turns
from chalicelib.service.registry import Registry
from chalicelib.service.situation import SituationReader
from chalicelib.service.stores import Stores
from chalicelib.settings import Settings

if TYPE_CHECKING:  # each function imports only the service it runs
    from chalicelib.aws.ports import AwsPorts
    from chalicelib.service.accept import Acceptance
    from chalicelib.service.believe import Believer
    from chalicelib.service.deliver import Delivery
    from chalicelib.service.evidence import Hearing
    from chalicelib.service.hand_over import HandOver
    from chalicelib.service.probe import Prober
    from chalicelib.service.tick import Tick
    from chalicelib.service.watch import Watcher

LEASED = 5  # tokens that a container leases at once for calls: one write for up to five in a second


class Wired:
    """Everything a handler may ask for; what a function never asks for is never made or imported."""

    def __init__(self, *, stores: Stores, http: Http, clock: Clock, settings: Settings) -> None:
        self.http, self.clock, self.settings = http, clock, settings
        self.situations = SituationReader(
            snapshots=stores.snapshots, plans=stores.plans, kinds=kinds, bundle=bundled
        )
        turns = (settings.takes_turns, settings.vantage, self.situations, clock)
        self.seats, self.stores = taking_turns(stores, *turns)
        self.registry = Registry(secrets=stores.secrets, http=http)

    @cached_property
    def believer(self) -> "Believer":
        """Folds evidence into health."""
        from chalicelib.service.believe import Believer

        return Believer(
            health=self.stores.health,
            queues=self.stores.queues,
            ledger=self.stores.ledger,
            vantage=self.settings.vantage,
            planned=self.situations.planned,
            baseline=self.situations.baseline,
        )

    @cached_property
    def acceptance(self) -> "Acceptance":
        """The intake's service."""
        from chalicelib.service.accept import Acceptance
        from chalicelib.service.calls import Calls
        from chalicelib.service.capacity import Tokens

        s = self.stores
        calls = Calls(contacts=s.contacts, queues=s.queues, secrets=s.secrets, tokens=Tokens(block=LEASED))
        return Acceptance(
            situations=self.situations, registry=self.registry, contacts=s.contacts, queues=s.queues,
            secrets=s.secrets, calls=calls,
        )  # fmt: skip

    @cached_property
    def delivery(self) -> "Delivery":
        """The deliver function's service."""
        from chalicelib.service.conversation import Conversation
        from chalicelib.service.customers import Customers
        from chalicelib.service.deliver import Delivery
        from chalicelib.service.forget import Erasure
        from chalicelib.service.silence import Silence

        s, hands = self.stores, self._hands()
        return Delivery(
            situations=self.situations,
            contacts=s.contacts,
            conversation=Conversation(contacts=s.contacts, queues=s.queues),
            hands=hands,
            silence=Silence(situations=self.situations, hands=hands),
            clock=self.clock,
            erasure=Erasure(people=s.people, contacts=s.contacts, situations=self.situations),
            customers=Customers(traffic=s.traffic, situations=self.situations, believer=self.believer),
        )

    def _hands(self) -> "HandOver":
        from chalicelib.service.hand_over import HandOver
        from chalicelib.service.put_by import PutBy

        s = self.stores
        return HandOver(
            registry=self.registry,
            contacts=s.contacts,
            health=s.health,
            believer=self.believer,
            clock=self.clock,
            put_by=PutBy(contacts=s.contacts, queues=s.queues, registry=self.registry),
        )

    @cached_property
    def hearing(self) -> "Hearing":
        """The evidence function's service."""
        from chalicelib.service.evidence import Hearing

        return Hearing(
            stores=self.stores, situations=self.situations, believer=self.believer, clock=self.clock
        )

    @cached_property
    def prober(self) -> "Prober":
        """The probe function's service."""
        from chalicelib.service.probe import Prober

        return Prober(
            situations=self.situations,
            registry=self.registry,
            stores=self.stores,
            believer=self.believer,
            clock=self.clock,
            away=bool(self.settings.home_region),
        )

    @cached_property
    def watcher(self) -> "Watcher":
        """The probe function's other service."""
        from chalicelib.service.watch import Watcher

        return Watcher(
            situations=self.situations,
            stores=self.stores,
            believer=self.believer,
            http=self.http,
            clock=self.clock,
        )

    @cached_property
    def tick(self) -> "Tick":
        """The tick function's service."""
        from chalicelib.service.tick import Tick

        return Tick(
            stores=self.stores, situations=self.situations, believer=self.believer, clock=self.clock, seats=self.seats,
        )  # fmt: skip


def on_aws(settings: Settings) -> Wired:
    """The services of a deployed function."""
    from chalicelib.aws.ports import AwsPorts, Names
    from chalicelib.clock import SystemClock

    names = Names(
        contacts_table=settings.contacts_table, health_table=settings.health_table,
        plans_table=settings.plans_table, orders_table=settings.orders_table,
        ledger_table=settings.ledger_table, state_bucket=settings.state_bucket, people_table=settings.people_table,
        front_door_bucket=settings.front_door_bucket, channel_secrets=settings.channel_secrets,
        operator_secrets=settings.operator_secrets, event_bus=settings.event_bus, queues=settings.queues,
        vantage_queue=settings.vantage_queue, home_region=settings.home_region, alarm_topic=settings.alarm_topic,
        anchor_bucket=settings.anchor_bucket, anchor_key=settings.anchor_key,
    )  # fmt: skip
    ports = AwsPorts(names, control=settings.control)
    http = LateDoor(lambda: door(ports, settings.hosts))
    return Wired(stores=ports, http=http, clock=SystemClock(), settings=settings)


def door(ports: "AwsPorts", private_hosts: tuple[str, ...]) -> Http:
    """The network, with calls to AWS's own APIs signed."""
    from chalicelib.aws.signing import SigningHttp
    from chalicelib.http import Door

    return SigningHttp(Door(private_hosts=private_hosts), ports.clients)


_current: list[Wired] = []


def current() -> Wired:
    """This container's services, made at first use from the environment. Raises MissingEnvironment."""
    if not _current:
        _current.append(on_aws(Settings.from_env(os.environ)))
    return _current[-1]


@contextmanager
def use(wired: Wired) -> Iterator[Wired]:
    """Work on other services for a while: tests, drills, benchmarks."""
    _current.append(wired)
    try:
        yield wired
    finally:
        _current.remove(wired)
