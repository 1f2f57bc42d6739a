"""What the services need from outside, as protocols; memory.py and aws/ implement each.

Errors, one for each reaction::

    PortError
    ├── Stale        somebody wrote first: read again and fold again
    ├── Unavailable  the store, queue or secret source does not answer: overflow, or the vendor's "later"
    │   └── Ahead    a later release wrote it, in a form that this one does not read: leave it to that one
    └── Missing      there is no such thing
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from chalicelib.domain.load import Load
from chalicelib.domain.model import EvidenceClass
from chalicelib.domain.orders import Orders
from chalicelib.domain.outbox import Due, Row, Work

if TYPE_CHECKING:  # the intake stores no health, and does without its machines
    from chalicelib.domain.access.repeats import Kept
    from chalicelib.domain.detection.traffic import Traffic
    from chalicelib.domain.detection.trust import Trust
    from chalicelib.domain.detection.usual import Usual
    from chalicelib.domain.detection.vantages import Key, Sight
    from chalicelib.domain.detection.voices import Voices
    from chalicelib.domain.health import Batch, ClassHealth, Flip, PathHealth
    from chalicelib.domain.permission.record import Record
    from chalicelib.domain.plan_schedule.schedule import Schedule
    from chalicelib.domain.planned_work.windows import Windows
    from chalicelib.domain.proof.chain import Entry
    from chalicelib.domain.proof.dispatch import Dispatch
    from chalicelib.domain.regions.seat import Stand
    from chalicelib.domain.surge.levers import Lever, Settings
    from chalicelib.domain.surge.posture import Stance
    from chalicelib.domain.telling.event import Event
    from chalicelib.domain.telling.story import Stories
    from chalicelib.domain.vendor_pages.watched import Watched


class PortError(Exception):
    """Anything that a port says instead of a value."""


class Stale(PortError):
    """The expected version is no longer the stored one."""


class Unavailable(PortError):
    """The port cannot serve now."""


class Ahead(Unavailable):
    """What is stored was written by a later release, in a schema that this one does not read."""


class Missing(PortError):
    """There is no such item."""


class Clock(Protocol):
    """Read once per event."""

    def now(self) -> datetime:
        """The time now, aware, UTC."""
        ...

    def pause(self, seconds: float) -> None:
        """Wait."""
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

    def due(self, shard: int, now: datetime, limit: int) -> Sequence[tuple[str, str, datetime]]:
        """Key, lane and due time of rows in a due shard (0..DUE_SHARDS-1) whose time has come, oldest first."""
        ...

    def park(self, key: str, work: Work, lot: str, serve_by: datetime) -> None:
        """Store `work` as `save` does, and have the row wait in a lot, where `due` does not see it. Raises Stale."""
        ...

    def waiting(
        self,
        shard: tuple[str, int],
        limit: int,
        *,
        after: datetime | None = None,
        until: datetime | None = None,
    ) -> Sequence[tuple[str, str, datetime]]:
        """Keys, lanes and `serve_by` of rows in a lot's shard (0..LOT_SHARDS-1), earliest first.

        Those with `serve_by` later than `after`, or not later than `until`; the index may be a little behind.
        """
        ...

    def unpark(self, key: str, lot: str, due_at: datetime) -> bool:
        """Make a row that waits in this lot due; False when it waits there no more. Its work stays as it is."""
        ...

    def open_lot(self, lot: str, now: datetime) -> bool:
        """Remember that rows may wait in a lot from now on; True when it was not open. To be called before `park`."""
        ...

    def close_lot(self, lot: str, opened: datetime) -> None:
        """Forget a lot, unless it was opened again after `opened`."""
        ...

    def lots(self) -> Mapping[str, datetime]:
        """The open lots, and when each was opened last."""
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

    def note_sent(self, sent: "Dispatch") -> None:
        """Keep one send, apart from its row and for ever as it was; writing it again changes nothing."""
        ...

    def sent(self, path: str, since: datetime, until: datetime, most: int) -> "Sequence[Dispatch]":
        """The sends of a path in [since, until), oldest first; of more than `most` any so many of the first hours."""
        ...

    def works(self, keys: Iterable[str], term: str = "") -> Mapping[str, Work]:
        """The works of a term, of rows that were ever saved in it, by key."""
        ...

    def erase(self, row: Row, sends: Iterable[tuple[str, datetime]] = ()) -> None:
        """Store what `erased` left of a row, but not its work; of its `sends` (path, time) drop the provider's names.

        A row that is gone stays gone.
        """
        ...


class PeopleStore(Protocol):
    """Who was erased, by digests that only this store makes, and the keys that open their copies in exports."""

    def erase(self, party: str, now: datetime) -> str:
        """Destroy a person's key and leave a tombstone, twice over; their digest. Raises Unavailable."""
        ...

    def erased(self, parties: Iterable[str]) -> Mapping[str, datetime]:
        """When each was erased last; those who never were are left out."""
        ...

    def mark(self) -> str:
        """Where the sweep for what is kept too long goes on; "" at the start."""
        ...

    def keep_mark(self, cursor: str) -> None:
        """Remember it."""
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


class VantageStore(Protocol):
    """What each vantage saw of each channel, and what we make of the vantages."""

    def keep(self, sight: "Sight") -> None:
        """Store a sight unless a later one is there."""
        ...

    def seen(self, keys: "Iterable[Key]") -> "Mapping[Key, Sight]":
        """The last sights of (vantage, channel); absent ones are left out."""
        ...

    def turn(self, trust: "Trust") -> bool:
        """Store a turn if the stored version is one less; True for exactly one caller."""
        ...

    def probers(self, vantages: Iterable[str]) -> "Mapping[str, Trust]":
        """What we make of the named vantages (those that never turned are left out)."""
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


class ScheduleStore(Protocol):
    """Publications planned for a time: one versioned item, and their texts by digest."""

    def read(self) -> "Schedule":
        """The schedule, version 0 and empty when nothing was ever scheduled."""
        ...

    def write(self, schedule: "Schedule") -> None:
        """Store version n if n-1 is the stored one (0: none). Raises Stale."""
        ...

    def keep(self, digest: str, text: str) -> None:
        """Keep a text; one with this digest is the same."""
        ...

    def text(self, digest: str) -> str:
        """A kept text. Raises Missing."""
        ...


class OrderStore(Protocol):
    """One versioned item."""

    def read(self) -> Orders:
        """The orders, version 0 and empty when none were ever given."""
        ...

    def write(self, orders: Orders) -> None:
        """Store if the stored version is `orders.version - 1`. Raises Stale."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """All that permission is made of, as it was read: the newest plan's number (0: none) and the three documents."""

    plan: int
    orders: Orders
    windows: "Windows"
    record: "Record"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to be stored in place of what stands, each the next version of its document; None: as it is."""

    plan: PlanVersion | None = None
    orders: Orders | None = None
    windows: "Windows | None" = None
    record: "Record | None" = None


class PermissionStore(Protocol):
    """Plan, orders, windows and the record of permission taken together: the one way to change any of them."""

    def read(self) -> Standing:
        """What stands, one document after the other: `write` finds out whether they stood together."""
        ...

    def write(self, seen: Standing, change: Change) -> None:
        """Store all of a change, if none of the four has changed since it was seen. Raises Stale."""
        ...


class TrafficStore(Protocol):
    """What customers do, counted: contacts of each path by slots of five minutes, and voices about a path."""

    def add(self, path: str, counts: Mapping[int, int]) -> None:
        """Add contacts by slot number; those of blocks before the last two are dropped."""
        ...

    def read(self, paths: Iterable[str]) -> "Mapping[str, Traffic]":
        """The named paths (absent ones are left out)."""
        ...

    def keep(self, usual: "Usual") -> None:
        """Store if the stored version is `usual.version - 1` (or there is none and it is 1). Raises Stale."""
        ...

    def meet(self, stream: str, window: int, marks: Iterable[int]) -> None:
        """Join a sketch of people (domain/surge/people.py) with that of a window; the last two windows are kept."""
        ...

    def sketches(self, streams: Iterable[str]) -> Mapping[str, Mapping[int, frozenset[int]]]:
        """The marks of the named streams by window (absent ones are left out)."""
        ...

    def voices(self, path: str) -> "Voices":
        """The voices, version 0 and empty when there are none."""
        ...

    def hear(self, voices: "Voices") -> None:
        """Store if the stored version is `voices.version - 1`. Raises Stale."""
        ...


class MaintenanceStore(Protocol):
    """One versioned item, beside the orders."""

    def read(self) -> "Windows":
        """The windows, version 0 and empty when none were ever planned."""
        ...

    def write(self, windows: "Windows") -> None:
        """Store if the stored version is `windows.version - 1`. Raises Stale."""
        ...


class RepeatStore(Protocol):
    """Requests of operators that may come again, by keys that the service digests. All raise Unavailable."""

    def claim(self, key: str, request: str, now: datetime) -> "Kept | None":
        """Take a key for a request in one conditional write; None when it was free, else what is kept of its first.

        A key without an answer is free again after 60 seconds, any key after 24 hours.
        """
        ...

    def keep(self, key: str, kept: "Kept", now: datetime) -> None:
        """Remember the answer of the request that claimed the key at `now`, unless another has claimed it since."""
        ...

    def release(self, key: str, now: datetime) -> None:
        """Free a key that was claimed at `now`, likewise: nothing was done."""
        ...


class SeatStore(Protocol):
    """What each region of the stage says of itself: one versioned item each, which only that region writes."""

    def read(self, regions: "Iterable[str]") -> "Mapping[str, Stand]":
        """The stands of the named regions (those that never said anything are left out)."""
        ...

    def write(self, stand: "Stand") -> None:
        """Store if the stored version is `stand.version - 1`. Raises Stale."""
        ...


class StanceStore(Protocol):
    """The capacity posture: one versioned item that only `tick` writes."""

    def read(self) -> "Stance":
        """The stance, version 0 and calm before the first."""
        ...

    def write(self, stance: "Stance") -> None:
        """Store if the stored version is `stance.version - 1`. Raises Stale."""
        ...


class Control(Protocol):
    """What the cloud gives our functions, tables and door, one lever at a time."""

    def set(self, lever: "Lever", settings: "Settings") -> bool:
        """Ask for a lever as in these settings unless it is so already; True once it stands. Raises Unavailable."""
        ...


class PaperStore(Protocol):
    """Small versioned texts by name, one item each: what the doctor found last, where a webhook led before."""

    def read(self, name: str) -> tuple[int, str]:
        """The version and the text; 0 and "" before the first."""
        ...

    def write(self, name: str, version: int, text: str) -> None:
        """Store if the stored version is one less. Raises Stale."""
        ...


class Surroundings(Protocol):
    """Our own cloud as the doctor looks at it. Both raise Unavailable."""

    def unread(self) -> Sequence[str]:
        """Our queues (by short name) that no function reads."""
        ...

    def unheard(self) -> Sequence[str]:
        """Our alarms' topics to which nobody subscribed."""
        ...


class StoryStore(Protocol):
    """What was told of each path: one versioned item that only `tick` writes."""

    def read(self) -> "Stories":
        """The stories, version 0 and empty before the first run."""
        ...

    def write(self, stories: "Stories") -> None:
        """Store if the stored version is `stories.version - 1`. Raises Stale."""
        ...


class Events(Protocol):
    """The bus that announcements go out by."""

    def publish(self, events: "Sequence[Event]") -> frozenset[str]:
        """Hand over at most ten; the ids of those that were taken for good. Raises Unavailable."""
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
    """A bell: which row, which lane, how long to wait (whole seconds, 0..900), the trace it belongs to.

    `group` is the desk or channel that it is for ("" when not known): no group may crowd out the others.
    """

    key: str
    lane: str
    delay: int = 0
    trace: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message that failed for good: `id` is that of the message which failed, `handle` that of this taking.

    `reason` is "" when the function did not live to tell it; `since` is when the message was first queued.
    """

    queue: str
    id: str
    body: str
    since: datetime
    receives: int
    reason: str = ""
    handle: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A text for one of our own queues."""

    queue: str
    body: str
    delay: int = 0
    attributes: Mapping[str, str] = field(default_factory=dict)


RECEIPTS = 5
"""How often a queue hands a message out before it moves it to its dead-letter queue (infra/queues.py)."""
STORY = frozenset({"reason", "origin", "since", "receives"})
"""What a letter's envelope tells of its end; all else on it is the message's own."""


class Queues(Protocol):
    """Our own queues: `bell` for deliveries; `put` for overflow, probes, evidence, flips. Both raise Unavailable."""

    def bell(self, ring: Ring) -> None:
        """Ring for a row. Losing one costs at most one sweep."""
        ...

    def bells(self, rings: Sequence[Ring]) -> None:
        """Ring for many rows at once; any of the bells may be lost."""
        ...

    def put(self, note: Note) -> str:
        """Queue a text and return its message id: then it is durable."""
        ...

    def back(self, queue: str, handle: str, seconds: int) -> None:
        """Let a message that was handed out come again in so many seconds, as far as that can be done: never raises."""
        ...


class DeadLetters(Protocol):
    """What the dead-letter queues hold, by the names of the queues that it comes from. They raise Unavailable."""

    def waiting(self, queue: str) -> int:
        """About how many there are."""
        ...

    def take(self, queue: str, most: int) -> Sequence[Letter]:
        """At most so many, which nobody else gets for half a minute."""
        ...

    def give_back(self, letters: Sequence[Letter]) -> None:
        """Let others have them at once, as far as that can be done: never raises."""
        ...

    def remove(self, letter: Letter) -> None:
        """Take one out for good."""
        ...


class Secrets(Protocol):
    """The stage's secret documents, cached; stale ones are kept when the source fails."""

    def channel(self, channel: str) -> Mapping[str, tuple[str, ...]]:
        """The secrets of a channel, each with all its valid values; empty when there are none."""
        ...

    def signing_keys(self) -> tuple[bytes, ...]:
        """The stage's own keys for signed links, newest first."""
        ...

    def subscriber(self, subscriber: str) -> Mapping[str, tuple[str, ...]]:
        """The secrets of a subscriber, likewise."""
        ...

    def operators(self) -> Mapping[str, Mapping[str, str]]:
        """Operator tokens by id: `hash` (SHA-256 hex of the secret part), `role`, `name`, `expires` (ISO).

        Perhaps `markets` and `routes`: lists, here as texts with commas.
        """
        ...

    def access(self) -> Mapping[str, Any]:
        """What else the operators' document says, as it stands there: `oidc` (domain/access/issuer.py), `revoked`."""
        ...

    def refresh(self, channel: str) -> bool:
        """Read again, at most once a minute per channel; True when it was read."""
        ...


class Ledger(Protocol):
    """What happened, in order, append-only."""

    def append(self, stream: str, entry: Mapping[str, str], now: datetime) -> None:
        """Add one entry; it must hold no personal data."""
        ...

    def append_once(
        self, stream: str, entry: Mapping[str, str], now: datetime, written: datetime | None = None
    ) -> None:
        """Add one entry unless the chain of this hour has one of the same `id`; `written` when it is not `now`."""
        ...

    def entries(self, stream: str, hour: datetime) -> "Sequence[Entry]":
        """The whole chain of a stream's hour, in order."""
        ...

    def read(self, stream: str, since: datetime, until: datetime) -> "Mapping[str, Sequence[Entry]]":
        """The whole chains, by name and in order of time, of the hours that [since, until) touches.

        A chain without its first entry may be left out: to verify, ask `entries` for each hour.
        """
        ...

    def touched(self, hour: datetime) -> Sequence[str]:
        """The chains that were begun in an hour, or added to although their own was over; perhaps some others."""
        ...

    def tail(self, chain: str, seq: int) -> "Sequence[Entry]":
        """The entries of a chain from number `seq` on, in order."""
        ...


class Anchors(Protocol):
    """The ledger's heads outside of it: texts numbered 1, 2, ..., each written once; and the key that signs them."""

    def newest(self, *, remembered: bool = False) -> tuple[int, str]:
        """The last number and its text. Raises Missing when there is none.

        `remembered`: it may be an earlier one, until `add` was told so by Stale.
        """
        ...

    def read(self, number: int) -> str:
        """One text. Raises Missing."""
        ...

    def add(self, number: int, text: str) -> None:
        """Keep a text that nobody can change or delete before its time. Raises Stale when the number is taken."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The signature of a message of up to 4,096 bytes (RSA, PKCS #1 v1.5, SHA-256)."""
        ...

    def public_key(self) -> bytes:
        """What proves signatures, in DER."""
        ...


__all__ = [
    "DUE_SHARDS",
    "RECEIPTS",
    "STORY",
    "Ahead",
    "Anchors",
    "Change",
    "Clock",
    "ContactStore",
    "Control",
    "DeadLetters",
    "Events",
    "HealthStore",
    "Ledger",
    "Letter",
    "MaintenanceStore",
    "Missing",
    "Note",
    "OrderStore",
    "PageStore",
    "PaperStore",
    "PeopleStore",
    "PermissionStore",
    "PlanStore",
    "PlanVersion",
    "PortError",
    "Queues",
    "RepeatStore",
    "Ring",
    "SeatStore",
    "Secrets",
    "SnapshotStore",
    "Stale",
    "StanceStore",
    "Standing",
    "StoryStore",
    "Surroundings",
    "TrafficStore",
    "Unavailable",
    "VantageStore",
]
