"""Stories as one JSON text, and back; times in milliseconds, lists where a mapping's key has two parts."""

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.domain.telling.event import document, event_of
from chalicelib.domain.telling.story import Gap, Stories, Story, Told, Waiting
from chalicelib.domain.upgrade.schema import recalled, stamped
from chalicelib.domain.upgrade.times import millis, millis_or_none, moment, moment_or_none


def stories_text(stories: Stories) -> str:
    """The text; the same stories always give the same one."""
    found = {
        "version": stories.version,
        "told": [[*key, each.gen, each.state, _gaps(each)] for key, each in sorted(stories.told.items())],
        "open": {path: _story(story) for path, story in sorted(stories.open.items())},
        "alerted": [[*key, millis(at)] for key, at in sorted(stories.alerted.items())],
        "proven": {desk: millis(at) for desk, at in sorted(stories.proven.items())},
        "minute": millis_or_none(stories.minute),
        "steady": millis_or_none(stories.steady),
        "waiting": [{"since": millis(each.since), "event": document(each.event)} for each in stories.waiting],
    }
    return json.dumps(stamped(found), ensure_ascii=False, separators=(",", ":"))


def read_stories(text: str) -> Stories:
    """The stories of a text. Raises ValueError when it is none; a later release's is Newer."""
    return recalled(text, _read, "not stories")


def _read(found: Mapping[str, Any]) -> Stories:
    return Stories(
        version=found["version"],
        told={
            (path, evidence): Told(gen=gen, state=state, gaps=tuple(_gap(gap) for gap in gaps))
            for path, evidence, gen, state, gaps in found["told"]
        },
        open={path: _story_of(story) for path, story in found["open"].items()},
        alerted={(kind, subject): moment(at) for kind, subject, at in found["alerted"]},
        proven={desk: moment(at) for desk, at in found["proven"].items()},
        minute=moment_or_none(found["minute"]),
        steady=moment_or_none(found["steady"]),
        waiting=tuple(
            Waiting(event=event_of(each["event"]), since=moment(each["since"])) for each in found["waiting"]
        ),
    )


def _gaps(told: Told) -> list[list[Any]]:
    return [[gap.gen, gap.before, gap.after, millis(gap.noticed_at)] for gap in told.gaps]


def _gap(found: list[Any]) -> Gap:
    gen, before, after, at = found
    return Gap(gen=gen, before=before, after=after, noticed_at=moment(at))


def _story(story: Story) -> dict[str, Any]:
    return {
        "id": story.id,
        "began": millis(story.began),
        "departures": story.departures,
        "back_at": millis_or_none(story.back_at),
        "planned_at": millis_or_none(story.planned_at),
    }


def _story_of(found: Mapping[str, Any]) -> Story:
    return Story(
        id=found["id"],
        began=moment(found["began"]),
        departures=found["departures"],
        back_at=moment_or_none(found["back_at"]),
        planned_at=moment_or_none(found["planned_at"]),
    )
