"""/v1/plan/scheduled: publications planned for a time."""

from collections.abc import Collection

from chalicelib.domain.plan_document.text import MOST_BYTES
from chalicelib.handlers.asked import Asked, Said, instant, settled, tagged
from chalicelib.handlers.operate.supposing import plan_text
from chalicelib.service.operate import schedule
from chalicelib.service.operate.post import Post

FIELDS = ("text", "at", "reason")


def listed(asked: Asked, post: Post) -> Said:
    """What waits, and what became of those whose time has come."""
    asked.parameters()
    found, body = schedule.listed(post)
    return Said(body=body, headers=tagged(found.version))


def add(asked: Asked, post: Post) -> Said:
    """Plan a publication."""
    asked.parameters()
    expected = _follows(asked)
    place = asked.document(*FIELDS, most=MOST_BYTES)
    text, at = plan_text(place.at("text")), instant(place.at("at"))
    if place.at("text").value is None:
        place.at("text").fault("is required: the text of the plan")
    reason = place.at("reason").text(None, most=200)
    settled(place)
    entry = schedule.add(post, schedule.Wanted(text=text, at=at or post.now, reason=reason), expected)
    return Said(body=schedule.described(entry, post.now), code=201)


def cancel(asked: Asked, post: Post) -> Said:
    """Have one not happen."""
    asked.parameters()
    entry = schedule.cancel(post, asked.arguments["entry"])
    return Said(body=schedule.described(entry, post.now))


def _follows(asked: Asked) -> Collection[int]:
    """The plan's version that it is to replace; with * whichever is the newest then."""
    return schedule.ANY if asked.headers.get("if-match", "").strip() == "*" else asked.meant_for()
