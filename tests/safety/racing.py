"""A race that always happens: somebody acts between what another has read and their write."""

from collections.abc import Callable
from typing import Any


def just_before_the_write(store: Any, act: Callable[[], object]) -> None:
    """Have `act` happen whole before the next write of `store`; that write and all later ones are genuine."""
    genuine = store.write

    def late(seen: Any, change: Any) -> None:
        store.write = genuine
        act()
        genuine(seen, change)

    store.write = late
