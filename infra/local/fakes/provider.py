"""The seam of a fake provider: how it answers when well, how it fails, what it reports afterwards."""

import secrets
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

from infra.local.fakes.vendors import Signed
from infra.local.fakes.wire import Arrived, Item, Reply, Taken


class Provider(ABC):
    """One fake provider. Pure but for its own memory; the server owns sockets, faults and journal."""

    kind: ClassVar[str]
    account: str = ""
    settings: Mapping[str, str]
    secrets: Mapping[str, str]

    def __init__(self, name: str) -> None:
        self.name = name
        self.settings, self.secrets = {}, {}
        self.hooks: Mapping[str, str] = {}
        """Webhook addresses of its own account, by what comes in there: only where we can write to ourselves."""

    @abstractmethod
    def answer(self, arrived: Arrived, now: float) -> Taken:
        """Answer as the real one does: check first, then take. `now` is in seconds since the epoch."""

    @abstractmethod
    def failing(self, code: int) -> Reply:
        """The shape of the vendor's own failure: 500 or 503."""

    @abstractmethod
    def throttled(self, wait: float) -> Reply:
        """The shape of the vendor's "slow down", `wait` in seconds."""

    def lost(self, item: Item) -> None:  # noqa: ARG002 - the seam's signature
        """An item was taken and will never arrive."""
        return

    def receipts(self, item: Item, hook: str, now: float) -> Sequence[Signed]:  # noqa: ARG002 - the seam's signature
        """What the vendor sends to `hook` (its webhook address for us) about an item, in order."""
        return ()


def fresh(prefix: str = "") -> str:
    """A secret of this run, so that none stands in the repository."""
    return prefix + secrets.token_hex(16)
