"""What is told of a catch-up that has ended: one event, with words in French and English."""

from datetime import datetime

from chalicelib.domain.telling.event import Event, EventType, event_id, spelled
from chalicelib.domain.upgrade.times import moment
from chalicelib.service.rings import told_by

WHOLE = "whole"
"""How a catch-up ends whose list was read to its end."""
NOTED = "caught_up"
FETCHED = (
    "{channel} : {fetched} contact(s) manqué(s) récupéré(s) chez le fournisseur, du {since} au {until}.",
    "{channel}: {fetched} missed contact(s) fetched from the provider, from {since} to {until}.",
)
NOT_WHOLE = (
    " La liste n'a pas pu être lue en entier ({came}).",
    " The list could not be read to its end ({came}).",
)
LANGUAGES = ("fr", "en")


def fetched_event(note: str, now: datetime) -> Event | None:
    """The event of such a ring; None for any other message of that queue."""
    entry = told_by(note, NOTED)
    if entry is None:
        return None
    counts = {name: int(entry[name]) for name in ("fetched", "known", "unread")}
    times = {"since": spelled(moment(int(entry["since"]))), "until": spelled(moment(int(entry["until"])))}
    named = {"channel": entry["channel"], "came": entry["came"], **times}
    words = {
        language: (FETCHED[at] + ("" if named["came"] == WHOLE else NOT_WHOLE[at])).format(**named, **counts)
        for at, language in enumerate(LANGUAGES)
    }
    about = {**named, **counts, "loud": True, "planned": False, "text": words}
    return Event(
        id=event_id("fetched", entry["channel"], entry["id"]), type=EventType.FETCHED, at=now, about=about
    )
