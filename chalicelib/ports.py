"""What the services need from outside, as protocols; memory.py and aws/ implement each.

Errors, one for each reaction::

    PortError
    ├── Stale        somebody wrote first: read again and fold again
    ├── Unavailable  the store, queue or secret source does not answer: overflow, or the vendor's "later"
    └── Missing      there is no such thing
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from chalicelib.domain.load import Load
from chalicelib.domain.model import EvidenceClass
from chalicelib.domain.orders import Orders
from chalicelib.domain.outbox import Due, Row, Work

if TYPE_CHECKING:  # the intake stores no health, and does without its machines
    from chalicelib.domain.health import Batch, ClassHealth, Flip, PathHealth
    from chalicelib.domain.maintenance import Windows
    from chalicelib.domain.watched import Watched


class PortError(Exception):
    """Anything that a port says instead of a value."""


class Stale(PortError):
    """The expected version is no longer the stored one."""


class Unavailable(PortError):
    """The port cannot serve now."""


class Missing(PortError):
    """There is no such item."""


class Clock(Protocol):
    """Read once per event."""

    def now(self) -> datetime:
        """The time now, aware, UTC."""
        ...


class ContactStore(Protocol):
    """Rows. A row is one write; its Work is compared and set by version."""

    def add(self, row: Row) -> Row | None:
        """Store a new row durably in one conditional write; None when it is new, else the stored row (a duplicate).

        Raises Unavailable.
        """
        ...

    def get(self, key: str) -> Row:
        """The row with its work (strongly consistent). Raises Missing."""
        ...

    def save(self, key: str, work: Work, due: Due = Due.KEEP, due_at: datetime | None = None) -> None:
        """Store `work` if the stored version is `work.version - 1` (or there is none and it is 1). Raises Stale.

        A SET or CLEAR of the due time follows as a second write; losing it costs one sweep.
        """
        ...

    def due(self, shard: int, now: datetime, limit: int) -> Sequence[tuple[str, str]]:
        """Keys and lanes of rows in a due shard (0..DUE_SHARDS-1) whose due time has come, oldest first."""
        ...

    def history(
        self, party: str, limit: int, *, before: datetime | None = None, after: datetime | None = None
    ) -> Sequence[str]:
        """Keys of a person's rows, newest first (`before`) or, given `after`, oldest first."""
        ...

    def page(self, limit: int, cursor: str = "") -> tuple[Sequence[Row], str]:
        """Rows in no order, and the cursor of the next page ("" at the end). Raises ValueError on a bad cursor."""
        ...

    def alias(self, alias: str, key: str) -> None:
        """Remember that a provider's id (digested by the caller) means this row."""
        ...

    def find(self, alias: str) -> str:
        """The key behind an alias. Raises Missing."""
        ...

    def lease(self, desk: str, shard: int, want: int, second: int, most: int) -> int:
        """Take up to `want` of the shard's `most` tokens of this clock second in one conditional write; 0..want."""
        ...


DUE_SHARDS = 16


class HealthStore(Protocol):
    """One item per path; integers; pure conditional writes; no read before a write."""

    def fold(self, path: str, evidence: EvidenceClass, batch: "Batch", now: datetime) -> "ClassHealth":
        """Apply a batch of outcomes to one class if its generation is the batch's. Returns the class afterwards.

        The returned `peak` is the highest score within the batch. Raises Stale when the generation moved on.
        """
        ...

    def flip(self, path: str, before: "ClassHealth", flip: "Flip") -> bool:
        """Change state if the class is still in `before`'s state and generation: exactly one caller gets True."""
        ...

    def read(self, paths: Iterable[str]) -> "Mapping[str, PathHealth]":
        """The named paths (absent ones are left out)."""
        ...

    def everything(self) -> "Mapping[str, PathHealth]":
        """All paths: the same work each time."""
        ...

    def put_load(self, desk: str, load: Load) -> None:
        """Store a desk's load unless a later reading is there."""
        ...

    def loads(self) -> Mapping[str, Load]:
        """The last reading of each desk."""
        ...


class PageStore(Protocol):
    """Vendors' status pages as last read: one small item each."""

    def keep(self, watched: "Watched") -> None:
        """Store a reading unless that of a later question is there."""
        ...

    def read(self, pages: Iterable[str]) -> "Mapping[str, Watched]":
        """The last readings of the named pages (absent ones are left out)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanVersion:
    """One published plan as text with its comments. `digest` is SHA-256 of the text.

    `compiled` is the same plan as canonical JSON (`dump_plan`), which containers read without a YAML parser.
    """

    version: int
    text: str
    digest: str
    author: str
    reason: str
    at: datetime
    compiled: str = ""


class PlanStore(Protocol):
    """Immutable versions, 1, 2, 3, ..."""

    def publish(self, plan: PlanVersion) -> None:
        """Store version n if n-1 is the newest. Raises Stale."""
        ...

    def version(self, number: int) -> PlanVersion:
        """One version. Raises Missing."""
        ...

    def current(self) -> PlanVersion:
        """The newest. Raises Missing when nothing was ever published."""
        ...

    def versions(self, limit: int, below: int | None = None) -> Sequence[PlanVersion]:
        """The newest first; texts may be left empty."""
        ...


class OrderStore(Protocol):
    """One versioned item."""

    def read(self) -> Orders:
        """The orders, version 0 and empty when none were ever given."""
        ...

    def write(self, orders: Orders) -> None:
        """Store if the stored version is `orders.version - 1`. Raises Stale."""
        ...


class MaintenanceStore(Protocol):
    """One versioned item, beside the orders."""

    def read(self) -> "Windows":
        """The windows, version 0 and empty when none were ever planned."""
        ...

    def write(self, windows: "Windows") -> None:
        """Store if the stored version is `windows.version - 1`. Raises Stale."""
        ...


class SnapshotStore(Protocol):
    """The published snapshot: a small JSON text with a monotonic version."""

    def publish(self, version: int, text: str) -> None:
        """Store in the table and in object storage if the stored version is lower. Raises Stale."""
        ...

    def read(self) -> tuple[int, str]:
        """From the table. Raises Missing or Unavailable."""
        ...

    def fallback(self) -> tuple[int, str]:
        """From object storage. Raises Missing or Unavailable."""
        ...

    def feed(self, name: str, text: str) -> None:
        """Publish one front-door document (`fr.fr.json`, `front-door.js`), public, short cache life."""
        ...

    def read_feed(self, name: str) -> str:
        """One front-door document. Raises Missing or Unavailable."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """A bell: which row, which lane, how long to wait (whole seconds, 0..900), the trace it belongs to."""

    key: str
    lane: str
    delay: int = 0
    trace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A text for one of our own queues."""

    queue: str
    body: str
    delay: int = 0
    attributes: Mapping[str, str] = field(default_factory=dict)


class Queues(Protocol):
    """Our own queues: `bell` for deliveries; `put` for overflow, probes, evidence, flips. Both raise Unavailable."""

    def bell(self, ring: Ring) -> None:
        """Ring for a row. Losing one costs at most one sweep."""
        ...

    def put(self, note: Note) -> str:
        """Queue a text and return its message id: then it is durable."""
        ...


class Secrets(Protocol):
    """The stage's secret documents, cached; stale ones are kept when the source fails."""

    def channel(self, channel: str) -> Mapping[str, tuple[str, ...]]:
        """The secrets of a channel, each with all its valid values; empty when there are none."""
        ...

    def signing_keys(self) -> tuple[bytes, ...]:
        """The stage's own keys for signed links, newest first."""
        ...

    def operators(self) -> Mapping[str, Mapping[str, str]]:
        """Operator tokens by id: `hash` (SHA-256 hex of the secret part), `role`, `name`, `expires` (ISO)."""
        ...

    def refresh(self, channel: str) -> bool:
        """Read again, at most once a minute per channel; True when it was read."""
        ...


class Ledger(Protocol):
    """What happened, in order, append-only."""

    def append(self, stream: str, entry: Mapping[str, str], now: datetime) -> None:
        """Add one entry; it must hold no personal data."""
        ...


__all__ = [
    "DUE_SHARDS",
    "Clock",
    "ContactStore",
    "HealthStore",
    "Ledger",
    "MaintenanceStore",
    "Missing",
    "Note",
    "OrderStore",
    "PageStore",
    "PlanStore",
    "PlanVersion",
    "PortError",
    "Queues",
    "Ring",
    "Secrets",
    "SnapshotStore",
    "Stale",
    "Unavailable",
]
