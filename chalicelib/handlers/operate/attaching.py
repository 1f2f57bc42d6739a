"""/v1/channels/{channel}/attach and /detach: where a vendor's webhook leads."""

from chalicelib import wiring
from chalicelib.domain.plan_document.faults import Fault
from chalicelib.handlers.asked import Asked, Said
from chalicelib.service.operate import attaching
from chalicelib.service.operate.post import Post
from chalicelib.service.operate.refusals import Faulty


def attach(asked: Asked, post: Post) -> Said:
    """Lead a vendor's webhook to us."""
    force = _force(asked)
    return Said(body=attaching.attach(post, wiring.current().clock, asked.arguments["channel"], force=force))


def detach(asked: Asked, post: Post) -> Said:
    """Give the former address back."""
    force = _force(asked)
    return Said(body=attaching.detach(post, wiring.current().clock, asked.arguments["channel"], force=force))


def _force(asked: Asked) -> bool:
    asked.parameters()
    if not asked.body:
        return False
    force = asked.document("force").value.get("force", False)
    if not isinstance(force, bool):
        raise Faulty(Fault(path="force", message="must be true or false"))
    return force
