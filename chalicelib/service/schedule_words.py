"""What is told of a scheduled publication's end: its note, and the event, in two languages."""

import json

from chalicelib.domain.plan_schedule.schedule import Entry, Fate
from chalicelib.domain.telling.event import Event, EventType, event_id, spelled
from chalicelib.domain.upgrade.times import millis, moment
from chalicelib.ports import Note
from chalicelib.service.rings import told_by

NOTED = "plan_scheduled"
WORDS = {
    "fr": {
        Fate.PUBLISHED: "Publication prévue {entry} : le plan {version} est publié.",
        Fate.REFUSED: "Publication prévue {entry} REFUSÉE, le plan n'a pas changé : {because}.",
        Fate.MISSED: "Publication prévue {entry} MANQUÉE, le plan n'a pas changé : {because}.",
    },
    "en": {
        Fate.PUBLISHED: "Scheduled publication {entry}: plan {version} is published.",
        Fate.REFUSED: "Scheduled publication {entry} REFUSED, the plan has not changed: {because}.",
        Fate.MISSED: "Scheduled publication {entry} MISSED, the plan has not changed: {because}.",
    },
}


def note_of(entry: Entry) -> Note:
    """The message that rings `tick`, which tells it."""
    about = {
        "entry": entry.id, "due": millis(entry.at), "at": millis(entry.ended_at or entry.at),
        "fate": entry.fate.value, "version": entry.version, "because": entry.because,
    }  # fmt: skip
    return Note(queue="flips", body=json.dumps({NOTED: about}))


def scheduled_event(note: str) -> Event | None:
    """The event of such a ring; None for any other message of that queue."""
    found = told_by(note, NOTED)
    if found is None:
        return None
    fate = Fate(found["fate"])
    about = {
        "entry": found["entry"], "due": spelled(moment(found["due"])), "fate": fate.value,
        "version": found["version"], "because": found["because"], "loud": fate is not Fate.PUBLISHED,
        "planned": False, "text": {language: words[fate].format(**found) for language, words in WORDS.items()},
    }  # fmt: skip
    named = event_id("scheduled", found["entry"], str(found["due"]), fate.value)
    return Event(id=named, type=EventType.SCHEDULED, at=moment(found["at"]), about=about)
