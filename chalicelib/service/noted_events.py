"""The events that messages of the flips queue bring beside flips, each by its own reader."""

from datetime import datetime

from chalicelib.domain.telling.event import Event
from chalicelib.service.catch_up_words import fetched_event
from chalicelib.service.finding_words import findings_event
from chalicelib.service.glass_words import glass_event
from chalicelib.service.posture_words import posture_event
from chalicelib.service.regions.words import home_event
from chalicelib.service.schedule_words import scheduled_event
from chalicelib.service.share_words import shares_event

READERS = (findings_event, posture_event, glass_event, scheduled_event, shares_event, home_event)


def noted_event(note: str, now: datetime) -> Event | None:
    """The event of one message; None for a flip, and for whatever else rings."""
    made = (read(note) for read in READERS)
    return fetched_event(note, now) or next((event for event in made if event), None)
