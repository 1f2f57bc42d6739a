"""The ports that every store suite runs on: memory, moto (never with threads), and the local stack."""

from collections.abc import Iterator
from itertools import count

import botocore.session
import pytest

from chalicelib.aws.clients import Clients
from chalicelib.aws.ports import AwsPorts
from chalicelib.memory import MemoryPorts
from infra.local.bare import ports_on, signing
from tests.moto_clients import moto

_numbers = count(1)


@pytest.fixture
def memory_ports() -> MemoryPorts:
    return MemoryPorts()


@pytest.fixture(scope="module")
def moto_clients() -> Iterator[Clients]:
    with moto() as clients:
        yield clients


@pytest.fixture
def moto_ports(moto_clients) -> AwsPorts:
    return ports_on(moto_clients, f"t{next(_numbers)}-")


@pytest.fixture(scope="module")
def stack_clients(stack) -> Iterator[Clients]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL", stack.endpoint)
        environment.setenv("AWS_ACCESS_KEY_ID", "test")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "test")
        environment.setenv("AWS_DEFAULT_REGION", "eu-west-3")
        yield Clients(botocore.session.get_session())


@pytest.fixture(scope="module")
def stack_ports(stack_clients) -> AwsPorts:
    return ports_on(stack_clients, f"s{next(_numbers)}-")


@pytest.fixture
def fresh_stack_ports(stack_clients) -> AwsPorts:
    return ports_on(stack_clients, f"s{next(_numbers)}-")


@pytest.fixture
def moto_pair(moto_clients) -> list[AwsPorts]:
    return [ports_on(moto_clients, f"t{next(_numbers)}-") for _ in range(2)]


@pytest.fixture
def stack_pair(stack_clients) -> list[AwsPorts]:
    return [ports_on(stack_clients, f"s{next(_numbers)}-") for _ in range(2)]


@pytest.fixture
def contacts(ports):
    return ports.contacts


@pytest.fixture
def health(ports):
    return ports.health


@pytest.fixture
def people(ports):
    return ports.people


@pytest.fixture
def anchors(ports):
    """With a key to sign by, which takes a while to make and which few tests need."""
    if isinstance(ports, AwsPorts):
        signing(ports.clients)
    return ports.anchors


@pytest.fixture
def pages(ports):
    return ports.pages


@pytest.fixture
def vantages(ports):
    return ports.vantages


@pytest.fixture
def traffic(ports):
    return ports.traffic
