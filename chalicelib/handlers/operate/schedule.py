"""/v1/plan/scheduled: publications planned for a time."""

from collections.abc import Collection

from chalicelib.domain.plan_document.faults import Place
from chalicelib.handlers.asked import Asked, Said, instant, settled
from chalicelib.handlers.operate.plan import reason_of, text_of
from chalicelib.service.operate import schedule
from chalicelib.service.operate.post import Post


def listed(asked: Asked, post: Post) -> Said:
    """What waits, and what became of those whose time has come."""
    asked.parameters()
    return Said(body=schedule.listed(post))


def add(asked: Asked, post: Post) -> Said:
    """Plan the publication of this text."""
    reason = reason_of(asked, "at")
    place = Place(value=asked.parameters("at", "reason").get("at"), path="at")
    at = instant(place)
    settled(place)
    wanted = schedule.Wanted(text=text_of(asked), at=at or post.now, reason=reason)
    entry = schedule.add(post, wanted, _follows(asked))
    return Said(body=schedule.described(entry, post.now), code=201)


def cancel(asked: Asked, post: Post) -> Said:
    """Have one not happen."""
    asked.parameters()
    entry = schedule.cancel(post, asked.arguments["entry"])
    return Said(body=schedule.described(entry, post.now))


def _follows(asked: Asked) -> Collection[int]:
    """The plan's version that it is to replace; with * whichever is the newest then."""
    return schedule.ANY if asked.headers.get("if-match", "").strip() == "*" else asked.meant_for()
