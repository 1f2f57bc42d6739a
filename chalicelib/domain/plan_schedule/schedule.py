"""The schedule of publications: what waits, what is due, what became of it; an entry ends by itself at read time."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

MOST = 20
"""Publications that may wait at once."""
GRACE = timedelta(minutes=15)
"""How late a publication may be: what our scheduler missed by more is not sprung on people hours later."""
KEPT = timedelta(days=7)
LONGEST_AHEAD = timedelta(days=90)
MOST_WORDS = 500


class Fate(StrEnum):
    """What became of an entry."""

    WAITING = "waiting"
    PUBLISHED = "published"
    REFUSED = "refused"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A text, by its digest, that becomes the plan at `at`, in its author's name.

    `follows` is the version that it is meant to replace; None: whichever is the newest then. `told`: its end is known.
    """

    id: str
    at: datetime
    author: str
    reason: str
    digest: str
    since: datetime
    follows: int | None = None
    fate: Fate = Fate.WAITING
    because: str = ""
    version: int = 0
    ended_at: datetime | None = None
    told: bool = False

    def fate_at(self, now: datetime) -> Fate:
        """Its fate as one reads it now: what still waits long after its time was missed, whoever noticed."""
        return Fate.MISSED if self.fate is Fate.WAITING and now >= self.at + GRACE else self.fate

    def over_at(self, now: datetime) -> bool:
        """True when it need not be kept any more."""
        return now >= (self.ended_at or self.at + GRACE) + KEPT

    @property
    def mark(self) -> str:
        """What begins the reason of the version that it becomes: by this it is known, whoever published it."""
        return f"scheduled {self.id}: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """All entries, one versioned item."""

    version: int = 0
    entries: tuple[Entry, ...] = ()

    def listed(self, now: datetime) -> tuple[Entry, ...]:
        """Those that wait or ended within KEPT, in the order of their times."""
        return tuple(sorted((e for e in self.entries if not e.over_at(now)), key=lambda e: (e.at, e.id)))

    def waiting(self, now: datetime) -> tuple[Entry, ...]:
        """Those still to be published."""
        return tuple(entry for entry in self.listed(now) if entry.fate_at(now) is Fate.WAITING)

    def due(self, now: datetime) -> tuple[Entry, ...]:
        """Those whose time has come and whose end is not written down yet, and ended ones that were not told."""
        return tuple(
            entry
            for entry in self.listed(now)
            if (entry.fate is Fate.WAITING and entry.at <= now)
            or (entry.fate is not Fate.WAITING and not entry.told)
        )

    def find(self, id_: str) -> Entry | None:
        """The entry with this id."""
        return next((entry for entry in self.entries if entry.id == id_), None)

    def put(self, entry: Entry, now: datetime) -> "Schedule":
        """With an entry added, or in place of the one with its id; those that are over are left out."""
        kept = tuple(e for e in self.entries if e.id != entry.id and not e.over_at(now))
        return replace(self, version=self.version + 1, entries=(*kept, entry))

    def drop(self, id_: str, now: datetime) -> "Schedule":
        """Without an entry."""
        kept = tuple(e for e in self.entries if e.id != id_ and not e.over_at(now))
        return replace(self, version=self.version + 1, entries=kept)


def ended(entry: Entry, fate: Fate, now: datetime, *, because: str = "", version: int = 0) -> Entry:
    """The entry with its end."""
    return replace(entry, fate=fate, because=because[:MOST_WORDS], version=version, ended_at=now)
