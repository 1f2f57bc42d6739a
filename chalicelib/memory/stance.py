"""The capacity posture and what the cloud would be set to, in memory."""

from chalicelib.domain.surge.levers import SHIPPED, WARM, Lever, Settings
from chalicelib.domain.surge.posture import Stance
from chalicelib.memory.port import MemoryPort
from chalicelib.ports import Stale, Unavailable


class MemoryStance(MemoryPort):
    """StanceStore."""

    def __init__(self) -> None:
        super().__init__()
        self._stance = Stance()

    def read(self) -> Stance:
        """The stance."""
        with self._open():
            return self._stance

    def write(self, stance: Stance) -> None:
        """The next version only."""
        with self._open():
            if stance.version != self._stance.version + 1:
                raise Stale(f"stance {stance.version} does not follow the stored one")
            self._stance = stance


class MemoryControl(MemoryPort):
    """Control. `levers` is what stands; `asked` are the calls; those in `slow` come later, in `refused` never."""

    def __init__(self) -> None:
        super().__init__()
        self.levers: dict[Lever, int] = dict(SHIPPED)
        self.asked: list[tuple[Lever, int]] = []
        self.slow: set[Lever] = set()
        self.refused: set[Lever] = set()

    def set(self, lever: Lever, settings: Settings) -> bool:
        """At once, but for those that are told to be slow; what is warm is never lowered."""
        with self._open():
            stands, value = self.levers[lever], settings[lever]
            if stands == value or (lever in WARM and stands > value):
                return True
            self.asked.append((lever, value))
            if lever in self.refused:
                raise Unavailable(f"{lever}: LimitExceededException")
            self.levers[lever] = value
            return lever not in self.slow
