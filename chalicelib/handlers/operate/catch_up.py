"""/v1/channels/{channel}/catch-up: have a provider's list read for what we missed, and see what came of it."""

from chalicelib.domain.plan_document.faults import Fault
from chalicelib.handlers.asked import Asked, Said, instant, settled
from chalicelib.service.operate import catch_up
from chalicelib.service.operate.post import Post
from chalicelib.service.operate.refusals import Faulty


def read(asked: Asked, post: Post) -> Said:
    """The catch-ups of the last 24 hours that have come to an end, newest first."""
    asked.parameters()
    return Said(body={"catch_ups": catch_up.ended(post, asked.arguments["channel"])})


def begin(asked: Asked, post: Post) -> Said:
    """Ask for one: `from` is a time, else the last contact before the way in last went, else an hour ago."""
    asked.parameters()
    since = None
    if asked.body:
        place = asked.document("from")
        if "from" in place.value:
            since = instant(place.at("from"))
        settled(place)
    if since is not None and not post.now - catch_up.LATEST <= since < post.now:
        raise Faulty(Fault(path="from", message=f"must be within the last {catch_up.LATEST.days} days"))
    return Said(body=catch_up.begin(post, asked.arguments["channel"], since), code=202)
