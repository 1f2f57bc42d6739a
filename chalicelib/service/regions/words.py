"""What is told of home: that it moved, and what was sent twice or lies in doubt because of it; in two languages."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.domain.regions.seat import Reckoning, Seat
from chalicelib.domain.telling.event import Event, EventType, event_id
from chalicelib.domain.upgrade.times import millis, moment
from chalicelib.ports import Note
from chalicelib.service.rings import told_by

NOTED = "home_moved"
MOVED = {
    "fr": "La région {region} sert à la place de {before} ({because}). À compter : envois en doute ou répétés.",
    "en": "Region {region} serves instead of {before} ({because}). To be counted: sends in doubt or repeated.",
}
COUNTED = {
    "fr": "Reprise {epoch} par {region} : sur {rows} demandes, {in_doubt} en doute, {repeated} peut-être répétées.",
    "en": "Taking-over {epoch} by {region}: of {rows} rows {in_doubt} were in doubt, {repeated} perhaps repeated.",
}


def moved_note(seat: Seat, before: Seat, who: str, because: str, now: datetime) -> Note:
    """The message that rings `tick` at the new home, which tells it."""
    about = {
        "region": seat.region, "epoch": seat.epoch, "before": before.region, "who": who, "because": because,
        "at": millis(now),
    }  # fmt: skip
    return Note(queue="flips", body=json.dumps({NOTED: about, "operation": "take over"}))


def counted_note(region: str, found: Reckoning, done: datetime) -> Note:
    """The message that tells what a walk through all rows has found, and when it came to its end."""
    about = {"region": region, "at": millis(done), **counts(found)}
    return Note(queue="flips", body=json.dumps({NOTED: about}))


def counts(found: Reckoning) -> dict[str, Any]:
    """A walk's findings as JSON values."""
    return {
        "epoch": found.epoch, "rows": found.rows, "in_doubt": found.in_doubt, "repeated": found.repeated,
        "mended": found.mended, "last": found.last,
    }  # fmt: skip


def home_event(note: str) -> Event | None:
    """The event of such a ring; None for any other message of that queue."""
    found = told_by(note, NOTED)
    if found is None:
        return None
    counted = "rows" in found
    about = {name: value for name, value in found.items() if name != "at"}
    about |= {
        "news": "counted" if counted else "moved",
        "loud": _loud(found),
        "planned": False,
        "text": _words(found),
    }
    named = event_id("home", str(found["epoch"]), found["region"], str(found["at"]))
    return Event(id=named, type=EventType.HOME, at=moment(found["at"]), about=about)


def _loud(found: Mapping[str, Any]) -> bool:
    return "rows" not in found or bool(found["in_doubt"] or found["repeated"])


def _words(found: Mapping[str, Any]) -> dict[str, str]:
    texts = COUNTED if "rows" in found else MOVED
    return {language: text.format(**found) for language, text in texts.items()}
