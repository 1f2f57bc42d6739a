"""Clients that answer from a list and refuse any other call, for what `tick` asks of AWS's control planes."""

from functools import cache

import botocore.session
from botocore.stub import Stubber

from chalicelib.domain.surge.levers import SHIPPED

UUID = "6a1f0c9e-0000-4000-8000-000000000001"
NAMES = {
    "intake": "bascule-intake", "api": "abc123", "urgent": "u" * 36, "normal": UUID, "bulk": "b" * 36,
    "contacts_table": "contacts", "health_table": "health",
}  # fmt: skip
MISSING = "ProvisionedConcurrencyConfigNotFoundException"
ABOUT = {"FunctionName": "bascule-intake", "Qualifier": "live"}


@cache
def client(service):
    session = botocore.session.get_session()
    session.set_credentials("example", "example")
    return session.create_client(service, region_name="eu-west-3")


class Recorded:
    """Clients that answer from a list and refuse any other call."""

    def __init__(self, calls):
        self.stubs = {service: Stubber(client(service)) for service, *_ in calls}
        for service, operation, asked, answer in calls:
            if isinstance(answer, str):
                self.stubs[service].add_client_error(operation, answer, expected_params=asked)
            else:
                self.stubs[service].add_response(operation, answer, asked)
        for stub in self.stubs.values():
            stub.activate()

    def __call__(self, service, region="", *, patient=False):
        return client(service)

    def done(self):
        """Every call was made."""
        for stub in self.stubs.values():
            stub.assert_no_pending_responses()


_active = []


def record(*calls):
    """Recorded calls; those of earlier tests count no more."""
    while _active:
        for stub in _active.pop().stubs.values():
            stub.deactivate()
    _active.append(Recorded(calls))
    return _active[-1]


def settings(**levers):
    """What was shipped, but for these; the dot of a lever's name is written as two underscores."""
    return {lever: levers.get(lever.value.replace(".", "__"), value) for lever, value in SHIPPED.items()}
