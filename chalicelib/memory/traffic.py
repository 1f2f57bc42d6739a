"""What customers do, counted, in memory."""

from collections.abc import Iterable, Mapping

from chalicelib.domain.detection.traffic import BLOCK, Traffic
from chalicelib.domain.detection.usual import Usual
from chalicelib.domain.detection.voices import Voices
from chalicelib.memory.port import MemoryPort
from chalicelib.ports import Stale


class MemoryTraffic(MemoryPort):
    """TrafficStore. `writes` counts what would be writes to a table."""

    def __init__(self) -> None:
        super().__init__()
        self.writes = 0
        self._blocks: dict[tuple[str, int], dict[int, int]] = {}
        self._usual: dict[str, Usual] = {}
        self._voices: dict[str, Voices] = {}
        self._sketches: dict[str, dict[int, frozenset[int]]] = {}

    def add(self, path: str, counts: Mapping[int, int]) -> None:
        """Blocks of a path: the newest and the one before it."""
        with self._open():
            for slot, count in counts.items():
                newest = max(
                    (b for p, b in self._blocks if p == path and (b - slot // BLOCK) % 2 == 0), default=0
                )
                if slot // BLOCK < newest:
                    continue
                if slot // BLOCK > newest:
                    self._blocks.pop((path, newest), None)
                block = self._blocks.setdefault((path, slot // BLOCK), {})
                block[slot] = block.get(slot, 0) + count
            self.writes += len({slot // BLOCK for slot in counts})

    def read(self, paths: Iterable[str]) -> Mapping[str, Traffic]:
        """The named paths."""
        with self._open():
            return {path: self._traffic(path) for path in paths if self._known(path)}

    def keep(self, usual: Usual) -> None:
        """Compare and set by version."""
        with self._open():
            stored = self._usual.get(usual.path)
            if usual.version != (stored.version if stored else 0) + 1:
                raise Stale(f"what is usual on {usual.path} was learned by another")
            self._usual[usual.path] = usual

    def meet(self, stream: str, window: int, marks: Iterable[int]) -> None:
        """Sketches of a stream: the newest and the one before it."""
        with self._open():
            known = self._sketches.setdefault(stream, {})
            older = [each for each in known if each < window and (each - window) % 2 == 0]
            if all(each <= window or (each - window) % 2 for each in known):
                for each in older:
                    del known[each]
                known[window] = known.get(window, frozenset()) | frozenset(marks)
            self.writes += 1

    def sketches(self, streams: Iterable[str]) -> Mapping[str, Mapping[int, frozenset[int]]]:
        """The named streams."""
        with self._open():
            return {stream: dict(self._sketches[stream]) for stream in streams if stream in self._sketches}

    def voices(self, path: str) -> Voices:
        """The voices, none at first."""
        with self._open():
            return self._voices.get(path, Voices(path=path))

    def hear(self, voices: Voices) -> None:
        """Compare and set by version."""
        with self._open():
            if self._voices.get(voices.path, Voices(path="")).version + 1 != voices.version:
                raise Stale(f"somebody else spoke about {voices.path}")
            self._voices[voices.path] = voices

    def _known(self, path: str) -> bool:
        return path in self._usual or any(each == path for each, _ in self._blocks)

    def _traffic(self, path: str) -> Traffic:
        blocks = [block for (each, _), block in self._blocks.items() if each == path]
        counts = {slot: count for block in blocks for slot, count in block.items()}
        return Traffic(path=path, counts=counts, usual=self._usual.get(path))
