"""The stage's two secret documents: their shape, and the cache that outlives a failing source.

Channels: ``{"channels": {"messenger-fr": {"app_secret": ["new", "old"]}}, "signing_keys": ["new", "old"]}``;
``"subscribers": {"ops-room": {"secret": ["new", "old"]}}`` stands beside ``"channels"`` in the same document.
Operators: ``{"operators": {"ID": {"hash": "...", "role": "...", "name": "...", "expires": "..."}}}``; an entry may
have lists of ``"person"``, ``"markets"`` and ``"routes"``; ``"oidc"`` and ``"revoked"`` may stand beside
``"operators"``. A single value may stand for a list of one.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from chalicelib.aws.clients import Clients
from chalicelib.aws.errors import Absent, calling
from chalicelib.ports import Unavailable

FRESH = 300.0
OPERATORS_FRESH = 30.0
"""A token that was taken away must not open anything for long."""
AGAIN = 60.0


@dataclass(slots=True, kw_only=True)
class _Document:
    """What was read, when it counts as old, and why it was not read the last time (never a word of its own)."""

    content: Mapping[str, Any] = field(default_factory=dict)
    old_at: float = float("-inf")
    known: bool = False
    why: str = "nobody asked"


class SecretDocuments:
    """Secrets over any source: `read` gives the text of "channels" or "operators", or raises Unavailable.

    `clock` counts seconds and never goes back. What was read counts for 5 minutes, operators' tokens for 30
    seconds; when the source fails, what is known stays in use and the source is asked again after a minute.
    """

    def __init__(self, read: Callable[[str], str], clock: Callable[[], float]) -> None:
        self._read = read
        self._clock = clock
        self._documents = {"channels": _Document(), "operators": _Document()}
        self._refreshed: dict[str, float] = {}
        self._lock = Lock()

    def channel(self, channel: str) -> Mapping[str, tuple[str, ...]]:
        """The secrets of a channel, each with all its valid values; empty when there are none."""
        return self._of("channels", channel)

    def subscriber(self, subscriber: str) -> Mapping[str, tuple[str, ...]]:
        """The secrets of a subscriber, likewise."""
        return self._of("subscribers", subscriber)

    def _of(self, kind: str, name: str) -> Mapping[str, tuple[str, ...]]:
        found = _mapping(self._content("channels").get(kind)).get(name)
        return {word: _values(value) for word, value in _mapping(found).items()}

    def signing_keys(self) -> tuple[bytes, ...]:
        """The stage's own keys, newest first."""
        return tuple(key.encode() for key in _values(self._content("channels").get("signing_keys")))

    def operators(self) -> Mapping[str, Mapping[str, str]]:
        """Operator tokens by id."""
        listed = _mapping(self._content("operators").get("operators"))
        return {name: {k: _text(v) for k, v in _mapping(entry).items()} for name, entry in listed.items()}

    def access(self) -> Mapping[str, Any]:
        """Single sign-on and what is revoked, from the same document."""
        content = self._content("operators")
        return {name: content[name] for name in ("oidc", "revoked") if name in content}

    def refresh(self, channel: str) -> bool:
        """Read the channels' document again, at most once a minute per channel; True when it was read."""
        with self._lock:
            now = self._clock()
            if now - self._refreshed.get(channel, float("-inf")) < AGAIN:
                return False
            self._refreshed[channel] = now
            return self._load("channels")

    def _content(self, name: str) -> Mapping[str, Any]:
        document = self._documents[name]
        if self._clock() >= document.old_at:
            with self._lock:
                if self._clock() >= document.old_at:
                    self._load(name)
        if not document.known:
            raise Unavailable(f"the secret document of {name} was never read: {document.why}")
        return document.content

    def _load(self, name: str) -> bool:
        document, now = self._documents[name], self._clock()
        document.old_at = now + (AGAIN if document.known else 0.0)
        try:
            content = json.loads(self._read(name) or "{}")
        except (Unavailable, ValueError) as failed:
            document.why = str(failed) if isinstance(failed, Unavailable) else "it is not JSON"
            return False
        document.content, document.known = _mapping(content), True
        document.old_at = now + (OPERATORS_FRESH if name == "operators" else FRESH)
        return True


class SecretsManager:
    """The source behind SecretDocuments; `ids` are the secrets' ids by document name."""

    def __init__(self, clients: Clients, ids: Mapping[str, str]) -> None:
        self._clients = clients
        self._ids = ids

    def read(self, name: str) -> str:
        """One GetSecretValue; empty when no value was written yet. Raises Unavailable."""
        try:
            with calling("secretsmanager:GetSecretValue"):
                answer = self._clients("secretsmanager").get_secret_value(SecretId=self._ids[name])
        except Absent:
            return ""
        return str(answer.get("SecretString", ""))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _values(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,) if value else ()
    return tuple(str(item) for item in value if item) if isinstance(value, list) else ()
