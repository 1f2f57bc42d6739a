"""What is told of broken glass: its note on the flips queue, and the event, in two languages."""

import json
from datetime import datetime
from typing import Any

from chalicelib.domain.permission.record import Glass
from chalicelib.domain.telling.event import Event, EventType, event_id, spelled
from chalicelib.ports import Note
from chalicelib.service.rings import told_by

NOTED = "glass"
LANGUAGES = ("fr", "en")
WORDS = {
    "asked": (
        "{who} demande à passer outre aux règles de sécurité sur {scope} : {reason}. Un second doit confirmer.",
        "{who} asks to break the safety rules on {scope}: {reason}. A second person must confirm.",
    ),
    "broken": (
        "Règles de sécurité levées sur {scope} jusqu'à {until}, par {asked_by} et {who} : {reason}.",
        "Safety rules broken on {scope} until {until}, by {asked_by} and {who}: {reason}.",
    ),
    "used": (
        "{who} commande {scope} contre les règles de sécurité jusqu'à {until} : {reason}.",
        "{who} commands {scope} against the safety rules until {until}: {reason}.",
    ),
    "ended": (
        "{who} rétablit les règles de sécurité sur {scope}.",
        "{who} ends the break of the safety rules on {scope}.",
    ),
}


def note_of(glass: Glass, what: str, who: str, at: datetime) -> Note:
    """The message that rings `tick`, which tells it; `who` is the caller's id."""
    entry = {
        "id": glass.id, "what": what, "who": who, "asked_by": glass.owner, "confirmed_by": glass.by,
        "scope": glass.scope, "reason": glass.reason, "until": spelled(glass.until), "at": spelled(at),
    }  # fmt: skip
    return Note(queue="flips", body=json.dumps({NOTED: entry}))


def glass_event(note: str) -> Event | None:
    """The event that a message of the flips queue brings; None for others."""
    entry = told_by(note, NOTED)
    if entry is None:
        return None
    words = WORDS[entry["what"]]
    about: dict[str, Any] = {name: entry[name] for name in entry if name not in ("id", "at")}
    about |= {"glass": entry["id"], "loud": True, "planned": False}
    about["text"] = {language: words[at].format(**entry) for at, language in enumerate(LANGUAGES)}
    named = event_id("glass", entry["id"], entry["what"], entry["at"])
    return Event(id=named, type=EventType.GLASS, at=datetime.fromisoformat(entry["at"]), about=about)
