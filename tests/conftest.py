"""What every test may ask for: one local stack for the whole run."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from infra.local.stack import Stack, local_stack

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The packaged artefact on a fresh local stack; tests that use it carry the mark ``stack``."""
    with local_stack(log=tmp_path_factory.mktemp("stack") / "ministack.log") as running:
        yield running
