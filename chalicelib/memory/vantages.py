"""What vantages saw and what we make of them, in memory."""

from collections.abc import Iterable, Mapping

from chalicelib.domain.detection.trust import Trust
from chalicelib.domain.detection.vantages import Key, Sight
from chalicelib.memory.port import MemoryPort


class MemoryVantages(MemoryPort):
    """VantageStore."""

    def __init__(self) -> None:
        super().__init__()
        self._sights: dict[Key, Sight] = {}
        self._probers: dict[str, Trust] = {}

    def keep(self, sight: Sight) -> None:
        """An earlier sight than the stored one is dropped."""
        with self._open():
            known = self._sights.get(sight.key)
            if known is None or known.at < sight.at:
                self._sights[sight.key] = sight

    def seen(self, keys: Iterable[Key]) -> Mapping[Key, Sight]:
        """The named sights."""
        with self._open():
            return {key: self._sights[key] for key in keys if key in self._sights}

    def turn(self, trust: Trust) -> bool:
        """True for the one caller whose version follows the stored one."""
        with self._open():
            known = self._probers.get(trust.vantage, Trust(vantage=trust.vantage))
            if known.version != trust.version - 1:
                return False
            self._probers[trust.vantage] = trust
            return True

    def probers(self, vantages: Iterable[str]) -> Mapping[str, Trust]:
        """The named probers."""
        with self._open():
            return {name: self._probers[name] for name in vantages if name in self._probers}
