"""/v1/audit: what was done and what happened, entry by entry; the anchors; and whether an hour still is what it was."""

from datetime import UTC, datetime

from chalicelib.domain.plan_document.faults import Fault, Place
from chalicelib.domain.proof.chain import LIST, hour_name
from chalicelib.handlers.asked import WHOLE, Asked, Said, listing, settled
from chalicelib.service.operate import audit
from chalicelib.service.operate.post import Post
from chalicelib.service.operate.refusals import Faulty

LONGEST_STREAM = 300


def entries(asked: Asked, post: Post) -> Said:
    """Entries of a stream (operators' acts unless given) in an hour (this one unless given)."""
    parameters = asked.parameters("stream", "hour", "limit", "cursor")
    limit, cursor = listing(parameters)
    stream = parameters.get("stream", audit.STREAM)
    if not stream or len(stream) > LONGEST_STREAM or stream == LIST:
        raise Faulty(Fault(path="stream", message="is no stream"))
    hour = _hour(Place(value=parameters.get("hour", hour_name(post.now)), path="hour"))
    page = audit.Page(stream=stream, hour=hour, limit=limit, after=_number(cursor) or 0)
    return Said(body=audit.entries(post, page))


def anchors(asked: Asked, post: Post) -> Said:
    """Anchors, the newest first."""
    limit, cursor = listing(asked.parameters("limit", "cursor"))
    return Said(body=audit.anchors(post, limit, _number(cursor)))


def verify(asked: Asked, post: Post) -> Said:
    """Whether the chains of an hour are whole."""
    asked.parameters()
    place = asked.document("hour")
    return Said(body=audit.verify(post, _hour(place.at("hour"))))


def _hour(place: Place) -> datetime:
    text = place.text(None, most=13)
    settled(place)
    try:
        found = datetime.strptime(text, "%Y-%m-%dT%H").replace(tzinfo=UTC)
    except ValueError:
        found = None
    if found is None or hour_name(found) != text:
        raise Faulty(Fault(path=place.path, message="must be an hour in UTC, such as 2026-11-21T20"))
    return found


def _number(cursor: str) -> int | None:
    if not cursor:
        return None
    if not WHOLE.fullmatch(cursor):
        raise Faulty(Fault(path="cursor", message="is none that this route gave"))
    return int(cursor)
