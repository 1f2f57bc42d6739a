"""Health in memory: the domain's own fold and flip under one lock."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from chalicelib.domain.health import Batch, ClassHealth, Flip, PathHealth, apply, flipped
from chalicelib.domain.load import Load
from chalicelib.domain.model import EvidenceClass
from chalicelib.memory.port import MemoryPort
from chalicelib.ports import Stale


class MemoryHealth(MemoryPort):
    """HealthStore."""

    def __init__(self) -> None:
        super().__init__()
        self._paths: dict[str, PathHealth] = {}
        self._loads: dict[str, Load] = {}

    def fold(self, path: str, evidence: EvidenceClass, batch: Batch, now: datetime) -> ClassHealth:
        """The class after the batch."""
        with self._open():
            known = self._paths.get(path, PathHealth(path=path))
            after = apply(known.classes.get(evidence, ClassHealth()), batch, now)
            if after is None:
                raise Stale(f"{path} is past generation {batch.gen}")
            paced = max(filter(None, (batch.throttled_until, known.throttled_until)), default=None)
            self._paths[path] = replace(
                _with(known, evidence, after), blocked=batch.blocked or known.blocked, throttled_until=paced
            )
            return after

    def flip(self, path: str, before: ClassHealth, flip: Flip) -> bool:
        """True for the one caller who changes the state."""
        with self._open():
            known = self._paths.get(path, PathHealth(path=path))
            cls = known.classes.get(flip.evidence, ClassHealth())
            if (cls.state, cls.gen) != (flip.before, before.gen):
                return False
            turned = _with(known, flip.evidence, flipped(cls, flip))
            self._paths[path] = replace(turned, blocked=None) if flip.unblocks else turned
            return True

    def read(self, paths: Iterable[str]) -> Mapping[str, PathHealth]:
        """The named paths."""
        with self._open():
            return {path: self._paths[path] for path in paths if path in self._paths}

    def everything(self) -> Mapping[str, PathHealth]:
        """All paths."""
        with self._open():
            return dict(self._paths)

    def put_load(self, desk: str, load: Load) -> None:
        """An earlier reading than the stored one is dropped."""
        with self._open():
            if desk not in self._loads or self._loads[desk].at < load.at:
                self._loads[desk] = load

    def loads(self) -> Mapping[str, Load]:
        """All desks."""
        with self._open():
            return dict(self._loads)


def _with(path: PathHealth, evidence: EvidenceClass, cls: ClassHealth) -> PathHealth:
    return replace(path, classes={**path.classes, evidence: cls}, version=path.version + 1)
