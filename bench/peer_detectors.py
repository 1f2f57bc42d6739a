"""How a circuit breaker takes part in the bench: on a virtual clock, hearing what its calls answer."""

import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from bench.faults import Reply

BASE = 1_767_571_200.0
SLOW = 20.0
Call = Callable[[Callable[[], None]], object]


class Refused(Exception):
    """The provider said no."""


class VirtualClock:
    """The seconds that all breakers see; `perf` also moves within a call."""

    def __init__(self) -> None:
        self.now, self.perf = BASE, 0.0

    def installed(self) -> "VirtualClock":
        """Put this clock in the place of the standard library's, before any breaker is imported."""
        for name in ("time", "monotonic"):
            setattr(time, name, lambda: self.now)
        time.perf_counter = lambda: self.now + self.perf
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """One breaker: how it makes a call, whether it is closed, and whether it would refuse the next call."""

    call: Call
    closed: Callable[[], bool]
    refuses: Callable[[], bool]
    says_no: tuple[type[BaseException], ...]


@dataclass(slots=True)
class Peer:
    """A breaker around a provider's send. It hears what the call answers: a slow one 20 s after it was made."""

    name: str
    breaker: Breaker
    clock: VirtualClock
    turns: list[tuple[float, bool]] = field(default_factory=list)
    _slow: deque[float] = field(default_factory=deque)
    _well: bool = True

    def until(self, second: float) -> None:
        """Let the slow calls come back."""
        while self._slow and self._slow[0] <= second:
            self._call(self._slow.popleft(), failed=False, took=SLOW)

    def contact(self, second: float, key: str, answer: Reply) -> bool:  # noqa: ARG002 - breakers know no keys
        """Give the contact to the provider if the breaker lets it."""
        if not answer.slow:
            return self._call(second, failed=answer.failed)
        self.clock.now = BASE + second
        if self.breaker.refuses():
            return False
        self._slow.append(second + SLOW)
        return True

    def _call(self, second: float, *, failed: bool, took: float = 0.0) -> bool:
        self.clock.now, ran = BASE + second, False

        def work() -> None:
            nonlocal ran
            ran = True
            self.clock.perf += took
            if failed:
                raise Refused

        with suppress(Refused, *self.breaker.says_no):
            self.breaker.call(work)
        well = self.breaker.closed()
        if well != self._well:
            self.turns.append((second, well))
            self._well = well
        return ran
