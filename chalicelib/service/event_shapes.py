"""Makes announcements: what is told of a flip, of a story's end, of an alert."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.domain.routing import Situation
from chalicelib.domain.takeover import served
from chalicelib.domain.telling.alerts import Alert
from chalicelib.domain.telling.event import Event, EventType, event_id, spelled
from chalicelib.domain.telling.flips import Chapter
from chalicelib.domain.telling.story import Story
from chalicelib.service.event_words import alert_words, ended_words, flip_words


def flip_event(chapter: Chapter, situation: Situation, now: datetime) -> Event:
    """The one event of a flip. Its id names the path, the class, the generation and the moment."""
    flip, instead = chapter.flip, served(situation, chapter.flip.path, now)
    about = {
        **_path(flip.path),
        "class": flip.evidence,
        "before": flip.before,
        "after": flip.after,
        "generation": flip.gen,
        "because": flip.because,
        "detail": flip.detail,
        "vantage": flip.vantage,
        "planned": flip.planned,
        "news": chapter.news.value,
        "loud": chapter.loud,
        "story": _story(chapter.story),
        "instead": instead,
        "text": flip_words(chapter, instead),
    }
    id_ = event_id("flip", flip.path, flip.evidence, str(flip.gen), spelled(flip.at))
    return Event(id=id_, type=EventType.FLIPPED, at=flip.at, about=about)


def ended_event(path: str, story: Story, now: datetime) -> Event:
    """The end of a story; people hear it when the path flapped, for then its last return was not told to them."""
    about = {
        **_path(path),
        "loud": story.departures > 1 and not story.planned,
        "planned": story.planned,
        "story": {**_story(story), "ended": spelled(story.back_at or now)},
        "text": ended_words(path, story),
    }
    return Event(id=event_id("ended", story.id), type=EventType.ENDED, at=now, about=about)


def alert_event(alert: Alert, subjects: Mapping[str, datetime], now: datetime) -> Event:
    """One alert for all subjects that it has become true of, each with its since."""
    listed = [{"subject": subject, "since": spelled(since)} for subject, since in sorted(subjects.items())]
    about = {
        "alert": alert.value,
        "subjects": listed,
        "loud": True,
        "planned": False,
        "text": alert_words(alert, subjects),
    }
    return Event(id=event_id("alert", alert.value, spelled(now)), type=EventType.ALERTED, at=now, about=about)


def _path(path: str) -> dict[str, str]:
    channel, direction, market = path.split("#", 2)
    return {"path": path, "channel": channel, "direction": direction, "market": market}


def _story(story: Story | None) -> dict[str, Any]:
    if story is None:
        return {"id": "", "departures": 0}
    return {"id": story.id, "began": spelled(story.began), "departures": story.departures}
