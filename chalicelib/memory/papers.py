"""Small versioned texts, and our own cloud, in memory."""

from collections.abc import Sequence

from chalicelib.memory.port import MemoryPort
from chalicelib.ports import Stale


class MemoryPapers(MemoryPort):
    """PaperStore."""

    def __init__(self) -> None:
        super().__init__()
        self._papers: dict[str, tuple[int, str]] = {}

    def read(self, name: str) -> tuple[int, str]:
        """The version and the text."""
        with self._open():
            return self._papers.get(name, (0, ""))

    def write(self, name: str, version: int, text: str) -> None:
        """The next version only."""
        with self._open():
            if version != self._papers.get(name, (0, ""))[0] + 1:
                raise Stale(f"{name} {version} does not follow the stored one")
            self._papers[name] = (version, text)


class MemorySurroundings(MemoryPort):
    """Surroundings that are as a test says."""

    def __init__(self) -> None:
        super().__init__()
        self.queues: list[str] = []
        self.topics: list[str] = []

    def unread(self) -> Sequence[str]:
        """The queues named."""
        with self._open():
            return tuple(self.queues)

    def unheard(self) -> Sequence[str]:
        """The topics named."""
        with self._open():
            return tuple(self.topics)
