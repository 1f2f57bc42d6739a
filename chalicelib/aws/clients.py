"""One botocore session and its clients: short timeouts, two tries, a rest after failure, made when first asked for."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import botocore.session
from botocore.config import Config

from chalicelib.aws import tries
from chalicelib.aws.rests import Rests

# The intake's deadline is a few seconds: a store that takes longer counts as gone, and the queue is asked.
# A fixed user agent: otherwise botocore composes one anew for each call, a fifth of a call's CPU.
_QUICK = Config(
    connect_timeout=0.3,
    read_timeout=1.0,
    retries={"total_max_attempts": 2, "mode": "standard"},
    parameter_validation=False,
    user_agent="bascule",
)
_PATIENT = Config(
    connect_timeout=1.0,
    read_timeout=3.0,
    retries={"total_max_attempts": 2, "mode": "standard"},
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
_CONFIGS = {"dynamodb": _QUICK, "sqs": _QUICK, "secretsmanager": _QUICK}


class Clients:
    """Clients by service name and region, each made once. botocore's clients may be shared between threads.

    `home` is the region of what we keep, "" where the function runs.
    """

    def __init__(self, session: botocore.session.Session | None = None, home: str = "") -> None:
        self.session, self._home = session or botocore.session.get_session(), home
        self._made: dict[tuple[str, str, bool], Any] = {}
        self._lock = Lock()

    def __call__(self, service: str, region: str = "", *, patient: bool = False) -> Any:
        """The client of a service (`dynamodb`, `sqs`, `s3`, `secretsmanager`) at home, or in another region.

        A `patient` one waits for what takes its time, as a queue that is looked through.
        """
        key = (service, region or self._home, patient)
        found = self._made.get(key)
        if found is None:
            with self._lock, _uncollected():
                if key not in self._made:
                    config = _PATIENT if patient else _CONFIGS.get(service, _PATIENT)
                    made = self.session.create_client(service, region_name=key[1] or None, config=config)
                    Rests(made)
                    tries.register(made)
                    self._made[key] = made
                found = self._made[key]
        return found

    @property
    def here(self) -> str:
        """The region where this runs, when that is not home; else ""."""
        return os.environ.get("AWS_REGION", "") if self._home else ""

    @property
    def region(self) -> str:
        """The region of what we keep; empty when none is set."""
        return self._home or str(
            self.session.get_config_variable("region") or os.environ.get("AWS_REGION", "")
        )


@contextmanager
def _uncollected() -> Iterator[None]:
    """Making a client makes a great many objects, none of them garbage: the collector would only walk them, often."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
