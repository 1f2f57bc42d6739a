"""An announcement: one thing that happened, in the shape in which everybody who listens gets it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

SCHEMA = 1
_SPELLED = "%Y-%m-%dT%H:%M:%S.%f"


class EventType(StrEnum):
    """What happened."""

    FLIPPED = "path.flipped"
    ENDED = "story.ended"
    ALERTED = "alert.raised"
    FETCHED = "contacts.fetched"
    POSTURE = "capacity.posture.changed"
    GLASS = "safety.glass"
    SCHEDULED = "plan.scheduled"
    FINDINGS = "doctor.findings.changed"
    SHARES = "shares.shifted"
    HOME = "home.moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One announcement. `about` is plain JSON without personal data; its `loud` says whether people are to hear it.

    `id` is the same however often it is sent: whoever listens drops repetitions by it.
    """

    id: str
    type: EventType
    at: datetime
    about: Mapping[str, Any]


def event_id(*parts: str) -> str:
    """The id of what these parts name: `evt_` and 32 hexadecimal characters."""
    spelled = "".join(f"{len(part)}:{part}" for part in parts)
    return f"evt_{sha256(spelled.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"


def spelled(moment: datetime) -> str:
    """The moment in UTC with milliseconds: `2026-03-02T09:00:00.000Z`."""
    return f"{moment.astimezone(UTC).strftime(_SPELLED)[:-3]}Z"


def document(event: Event) -> dict[str, Any]:
    """The event as it travels; `docs/event.schema.json` describes it."""
    return {
        "schema": SCHEMA,
        "id": event.id,
        "type": event.type.value,
        "timestamp": spelled(event.at),
        "data": dict(event.about),
    }


def event_of(found: Mapping[str, Any]) -> Event:
    """The event of a document. Raises KeyError, TypeError or ValueError on what is none."""
    return Event(
        id=found["id"],
        type=EventType(found["type"]),
        at=datetime.fromisoformat(found["timestamp"]),
        about=dict(found["data"]),
    )
