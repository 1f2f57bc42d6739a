"""/v1/break-glass: commanding a scope against the safety rules, by two persons."""

from chalicelib.domain.permission.glass import LONGEST
from chalicelib.domain.permission.record import Glass
from chalicelib.handlers.asked import Asked, Said, settled
from chalicelib.service.operate import glass
from chalicelib.service.operate.post import Post

MOST_MINUTES = int(LONGEST.total_seconds()) // 60


def ask(asked: Asked, post: Post) -> Said:
    """Ask for a second person."""
    asked.parameters()
    place = asked.document("scope", "reason", "minutes")
    scope = place.at("scope").text(None, most=200)
    reason = place.at("reason").text(None, most=200)
    minutes = place.at("minutes").whole(1, MOST_MINUTES, MOST_MINUTES)
    settled(place)
    wanted = glass.Wanted(scope=scope, reason=reason, minutes=minutes or MOST_MINUTES)
    return _said(glass.ask(post, wanted), post, 201)


def confirm(asked: Asked, post: Post) -> Said:
    """Confirm as the second person."""
    asked.parameters()
    return _said(glass.confirm(post, asked.arguments["request"]), post, 200)


def end(asked: Asked, post: Post) -> Said:
    """Take the request back, or end the permission and its orders."""
    asked.parameters()
    return _said(glass.end(post, asked.arguments["request"]), post, 200)


def _said(made: tuple[Glass, bool], post: Post, code: int) -> Said:
    return Said(body={"break_glass": glass.described(made[0], post.now), "announced": made[1]}, code=code)
