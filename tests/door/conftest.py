"""Loopback servers that are stopped after each test."""

from collections.abc import Callable, Iterator

import pytest
from loopback import Act, Loopback


@pytest.fixture
def serve() -> Iterator[Callable[[Act], Loopback]]:
    servers: list[Loopback] = []

    def start(act: Act) -> Loopback:
        servers.append(Loopback(act))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()
