"""Steps of one run that need different stores: what one store cannot do must not stop what needs only the others."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from chalicelib.ports import Unavailable

Came = TypeVar("Came")


@dataclass(slots=True)
class Steps:
    """Takes one step after another, and remembers which stores did not answer."""

    _failed: list[Unavailable] = field(default_factory=list)

    def take(self, step: Callable[[], Came], otherwise: Came) -> Came:
        """What came of a step; `otherwise` when a store did not answer."""
        try:
            return step()
        except Unavailable as down:
            self._failed.append(down)
            return otherwise

    def settle(self) -> None:
        """Raises the first Unavailable that any step met."""
        if self._failed:
            raise self._failed[0]
