"""A service that did not answer is left alone for a moment: the next request asks elsewhere at once."""

import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ConnectionError as Unreachable
from botocore.exceptions import HTTPClientError

REST = 2.0
"""Seconds: long enough that one cold request does not wait for each of its reads, short for a caller who rings."""
_SERVER_FAULT = 500


class RestingAfterFailure(Unreachable):
    """The service has just failed this container; it was not asked."""

    fmt = "not asked: {service} has just failed"


class Rests:
    """One client's breaker: opened by a call whose every try failed, closed by the clock, per container."""

    def __init__(self, client: Any, clock: Callable[[], float] = time.monotonic) -> None:
        self._service = client.meta.service_model.service_name
        self._clock = clock
        self._until = 0.0
        client.meta.events.register("before-call", self._before)
        client.meta.events.register("after-call", self._after)
        client.meta.events.register("after-call-error", self._failed)

    def _before(self, **_: Any) -> None:
        if self._clock() < self._until:
            raise RestingAfterFailure(service=self._service)

    def _after(self, http_response: Any, **_: Any) -> None:
        if http_response.status_code >= _SERVER_FAULT:
            self._until = self._clock() + REST

    def _failed(self, exception: Exception, **_: Any) -> None:
        if isinstance(exception, (Unreachable, HTTPClientError)):
            self._until = self._clock() + REST
