"""/v1/desks: the load of desks whose kind cannot tell it."""

from chalicelib.domain.plan_document.faults import Fault
from chalicelib.handlers.asked import Asked, Said, settled
from chalicelib.service.operate import loads
from chalicelib.service.operate.post import Post
from chalicelib.service.operate.refusals import Faulty

FIELDS = ("in_use", "free", "waiting")
MOST = 1_000_000


def put_load(asked: Asked, post: Post) -> Said:
    """Take a reading; it counts for two minutes."""
    asked.parameters()
    place = asked.document(*FIELDS)
    in_use, free, waiting = (place.at(name).whole(0, MOST) for name in FIELDS)
    settled(place)
    if in_use is None and free is None and waiting is None:
        raise Faulty(Fault(path="", message=f"give at least one of {', '.join(FIELDS)}"))
    reading = loads.Reading(in_use=in_use, free=free, waiting=waiting)
    return Said(body=loads.put_load(post, asked.arguments["desk"], reading))
