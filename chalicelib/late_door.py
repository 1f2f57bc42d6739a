"""A door to the network that is made with its first call."""

from collections.abc import Callable
from functools import cached_property

from chalicelib.http_types import Call, Http, Response


class LateDoor:
    """Http that is made with its first call: accepting calls nobody, and its cold start imports no network."""

    def __init__(self, make: Callable[[], Http]) -> None:
        self._make = make

    def send(self, call: Call) -> Response:
        """Make one call."""
        return self._door.send(call)

    @cached_property
    def _door(self) -> Http:
        return self._make()
