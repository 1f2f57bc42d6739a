"""/v1/flips and /v1/availability: when paths went and came back, and how much of the time they were there."""

from datetime import timedelta

from chalicelib.handlers.asked import Asked, Said
from chalicelib.handlers.operate.evidence import span
from chalicelib.service.operate import availability
from chalicelib.service.operate.post import Post

LONGEST = timedelta(days=30)


def listed(asked: Asked, post: Post) -> Said:
    """Each departure with its return, of one path (`path`) or of all."""
    parameters = asked.parameters("path", "from", "until")
    times = span(parameters, post.now, LONGEST)
    return Said(body=availability.flips(post, parameters.get("path", ""), times["since"], times["until"]))


def measured(asked: Asked, post: Post) -> Said:
    """Availability in 24 hours, 7 days and 30 days."""
    path = asked.parameters("path").get("path", "")
    return Said(body=availability.availabilities(post, path))
