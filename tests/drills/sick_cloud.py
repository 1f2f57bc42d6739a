"""A cloud that falls sick on command, in virtual time; what a sick service costs is read off the built clients."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import botocore.session

from chalicelib.aws.clients import Clients
from chalicelib.aws.rests import REST
from chalicelib.aws.secrets import SecretDocuments
from chalicelib.aws.tries import MOST, PAUSE
from chalicelib.memory import ManualClock, MemoryPorts
from chalicelib.ports import Unavailable

SERVICE = {"queues": "sqs", "secrets": "secretsmanager", "events": "events"}
"""What a port's calls go to; the others go to the table, and a snapshot's copy and the feeds to object storage."""
OBJECTS = frozenset({"fallback", "feed", "read_feed"})
ROUND_TRIP = 0.01
"""Seconds of an answer, also of one that refuses."""
LET_THROUGH = 4
"""A throttled service takes every fourth call."""


def timeout(service: str) -> float:
    """Seconds that a hanging service costs the client that a function really has."""
    session = botocore.session.Session()
    session.set_config_variable("region", "eu-west-3")
    session.set_credentials("example", "example")
    return float(Clients(session)(service).meta.config.read_timeout)


class Cloud:
    """Which services are sick, and how: `refuses`, `throttles` or `hangs`."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.faults: dict[str, str] = {}
        self.asked = self.refused = 0
        self._hangs = {name: timeout(name) for name in ("dynamodb", "sqs", "secretsmanager", "s3")}
        self._rests: dict[tuple[int, str], float] = {}

    @contextmanager
    def failing(self, **faults: str) -> Iterator[None]:
        """Be sick for a while."""
        self.faults = faults
        try:
            yield
        finally:
            self.faults = {}

    def call(self, container: int, service: str) -> None:
        """One call from a container; its time passes. Raises Unavailable."""
        self.asked += 1
        fault, now = self.faults.get(service), self.clock.now().timestamp()
        if fault is None:
            return
        self.refused += 1
        if now < self._rests.get((container, service), 0.0):
            raise Unavailable(f"{service} rests")
        if fault == "throttles":
            self.clock.advance(MOST * ROUND_TRIP + PAUSE)
            if self.asked % LET_THROUGH == 0:
                return
            raise Unavailable(f"{service} throttles")
        spent = self._hangs[service] if fault == "hangs" else MOST * ROUND_TRIP + PAUSE
        after = self.clock.advance(spent)
        self._rests[container, service] = after.timestamp() + REST
        raise Unavailable(f"{service} {fault}")


class Behind:
    """A port behind its service."""

    def __init__(self, port: Any, cloud: Cloud, container: int, service: str) -> None:
        self._port, self._cloud, self._container, self._service = port, cloud, container, service

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not callable(found):
            return found

        def asked(*given: Any, **named: Any) -> Any:
            service = "s3" if name in OBJECTS else self._service
            self._cloud.call(self._container, service)
            return found(*given, **named)

        return asked


class CloudPorts:
    """The ports of one container: memory's, each behind its service; secrets with the cache that a function has."""

    def __init__(self, ports: MemoryPorts, cloud: Cloud, container: int) -> None:
        self._ports, self._cloud, self._container = ports, cloud, container
        self.secrets = SecretDocuments(self._document, lambda: cloud.clock.now().timestamp())

    def __getattr__(self, name: str) -> Any:
        service = SERVICE.get(name, "dynamodb")
        return Behind(getattr(self._ports, name), self._cloud, self._container, service)

    def _document(self, _: str) -> str:
        self._cloud.call(self._container, "secretsmanager")
        own = self._ports.secrets
        keys = [key.decode() for key in own.keys]
        return json.dumps({"channels": own.channels, "signing_keys": keys})


def percentile(values: list[float], share: float) -> float:
    """The value that so large a share does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
