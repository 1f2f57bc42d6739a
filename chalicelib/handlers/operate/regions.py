"""/v1/regions: where home is, and taking over."""

from chalicelib import wiring
from chalicelib.domain.plan_document.faults import Fault
from chalicelib.handlers.asked import Asked, Said, settled, tagged
from chalicelib.service.operate import regions
from chalicelib.service.operate.post import Post
from chalicelib.service.operate.refusals import Faulty


def read(asked: Asked, post: Post) -> Said:
    """The regions."""
    asked.parameters()
    body, epoch = regions.read(post, wiring.current().seats)
    return Said(body=body, headers=tagged(epoch))


def take_over(asked: Asked, post: Post) -> Said:
    """Make this region home."""
    asked.parameters()
    place = asked.document("reason", "while_alive")
    reason, alive = place.at("reason").text(None, most=200), place.value.get("while_alive", False)
    settled(place)
    if not isinstance(alive, bool):
        raise Faulty(Fault(path="while_alive", message="must be true or false"))
    wanted = regions.Wanted(reason=reason, meant_for=asked.meant_for(), while_alive=alive)
    body, epoch = regions.take_over(post, wiring.current().seats, wanted)
    return Said(body=body, headers=tagged(epoch))
