"""What every test may ask for: one local stack for the whole run."""

from collections.abc import Iterator

import pytest

from infra.local.stack import Stack, local_stack


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The packaged artefact on a fresh local stack; tests that use it carry the mark ``stack``."""
    with local_stack() as running:
        yield running
