"""The clock, the secrets and the ledger in memory."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from chalicelib.domain.proof.chain import Entry, chain_of, chained, hour_name
from chalicelib.domain.proof.dispatch import hours_between
from chalicelib.memory.port import MemoryPort


class ManualClock:
    """Clock that moves when told."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """The time it was set to."""
        return self._now

    def pause(self, seconds: float) -> None:
        """Nobody waits here: whoever tells the clock decides how long it took."""

    def advance(self, seconds: float) -> datetime:
        """Move on, and the new time."""
        self._now += timedelta(seconds=seconds)
        return self._now


class MemorySecrets(MemoryPort):
    """Secrets. What is put into `channels`, `keys`, `tokens` and `sign_on` counts at once; `refreshed` is who asked."""

    def __init__(self) -> None:
        super().__init__()
        self.channels: dict[str, dict[str, tuple[str, ...]]] = {}
        self.subscribers: dict[str, dict[str, tuple[str, ...]]] = {}
        self.keys: tuple[bytes, ...] = ()
        self.tokens: dict[str, dict[str, str]] = {}
        self.sign_on: dict[str, Any] = {}
        self.refreshed: list[str] = []

    def channel(self, channel: str) -> Mapping[str, tuple[str, ...]]:
        """The secrets of a channel."""
        with self._open():
            return dict(self.channels.get(channel, {}))

    def subscriber(self, subscriber: str) -> Mapping[str, tuple[str, ...]]:
        """The secrets of a subscriber."""
        with self._open():
            return dict(self.subscribers.get(subscriber, {}))

    def signing_keys(self) -> tuple[bytes, ...]:
        """The stage's own keys."""
        with self._open():
            return self.keys

    def operators(self) -> Mapping[str, Mapping[str, str]]:
        """Operator tokens by id."""
        with self._open():
            return {name: dict(entry) for name, entry in self.tokens.items()}

    def access(self) -> Mapping[str, Any]:
        """Single sign-on and what is revoked."""
        with self._open():
            return dict(self.sign_on)

    def refresh(self, channel: str) -> bool:
        """True once per channel."""
        with self._open():
            if channel in self.refreshed:
                return False
            self.refreshed.append(channel)
            return True


class MemoryLedger(MemoryPort):
    """Ledger."""

    def __init__(self) -> None:
        super().__init__()
        self._chains: dict[str, list[Entry]] = {}
        self._touched: dict[str, set[str]] = {}

    def append(self, stream: str, entry: Mapping[str, str], now: datetime) -> None:
        """Add one entry to the chain of its stream and hour."""
        with self._open():
            name = chain_of(stream, now)
            chain = self._chains.setdefault(name, [])
            self._touch(name, now)
            chain.append(chained(name, chain[-1] if chain else None, entry, now))

    def append_once(
        self, stream: str, entry: Mapping[str, str], now: datetime, written: datetime | None = None
    ) -> None:
        """Add one entry unless its chain has one of the same `id`."""
        with self._open():
            if all(known.entry.get("id") != entry["id"] for known in self.entries(stream, now)):
                self._touch(chain_of(stream, now), written or now)
                self.append(stream, entry, now)

    def entries(self, stream: str, hour: datetime) -> Sequence[Entry]:
        """All entries of a stream's hour, in order."""
        with self._open():
            return tuple(self._chains.get(chain_of(stream, hour), ()))

    def read(self, stream: str, since: datetime, until: datetime) -> Mapping[str, Sequence[Entry]]:
        """The chains of the hours that have any."""
        with self._open():
            names = [chain_of(stream, hour) for hour in hours_between(since, until)]
            return {name: tuple(self._chains[name]) for name in names if name in self._chains}

    def touched(self, hour: datetime) -> Sequence[str]:
        """Every chain added to in an hour."""
        with self._open():
            return sorted(self._touched.get(hour_name(hour), ()))

    def tail(self, chain: str, seq: int) -> Sequence[Entry]:
        """From a number on."""
        with self._open():
            return tuple(entry for entry in self._chains.get(chain, ()) if entry.seq >= seq)

    def _touch(self, chain: str, now: datetime) -> None:
        self._touched.setdefault(hour_name(now), set()).add(chain)
