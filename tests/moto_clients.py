"""Our AWS clients on moto, in one thread: moto loses writes of several."""

from collections.abc import Iterator
from contextlib import contextmanager

import botocore.session
import pytest
from moto import mock_aws

from chalicelib.aws.clients import Clients


@contextmanager
def moto() -> Iterator[Clients]:
    """Clients whose AWS lives as long as this context."""
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        environment.setenv("AWS_ACCESS_KEY_ID", "example")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "example")
        environment.setenv("AWS_DEFAULT_REGION", "eu-west-3")
        yield Clients(botocore.session.get_session())
