"""What all ports in memory share: a lock, and a switch that takes them down."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import RLock

from chalicelib.ports import Unavailable


class MemoryPort:
    """Set `down` to True, and every method raises Unavailable and changes nothing."""

    def __init__(self) -> None:
        self.down = False
        self._lock = RLock()

    def locked(self) -> AbstractContextManager[bool]:
        """The port's own lock, for who changes several ports at once."""
        return self._lock

    @contextmanager
    def _open(self) -> Iterator[None]:
        with self._lock:
            if self.down:
                raise Unavailable(f"{type(self).__name__} is down")
            yield
