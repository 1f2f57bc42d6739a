"""/v1/dead-letters: what failed for good, and another chance for it."""

from chalicelib.domain.plan_document.faults import Fault
from chalicelib.handlers.asked import Asked, Said, listing
from chalicelib.service.operate import dead_letters
from chalicelib.service.operate.post import Post
from chalicelib.service.operate.refusals import Absent, Faulty

LONGEST_ID = 100


def listed(asked: Asked, post: Post) -> Said:
    """The letters of one queue, or of all."""
    parameters = asked.parameters("queue", "limit")
    limit, _ = listing(parameters)
    queue = parameters.get("queue", "")
    return Said(body=dead_letters.listed(post, _known(queue) if queue else "", limit))


def redrive(asked: Asked, post: Post) -> Said:
    """Send those named, or all, to the queue that they come from."""
    asked.parameters()
    document = asked.document("queue", "ids").value
    queue, ids = document.get("queue"), document.get("ids", [])
    if not isinstance(queue, str):
        raise Faulty(Fault(path="queue", message="is required: the queue that the letters come from"))
    if not isinstance(ids, list) or not all(isinstance(one, str) and len(one) <= LONGEST_ID for one in ids):
        raise Faulty(Fault(path="ids", message="must be a list of letters' ids"))
    if len(ids) > dead_letters.MOST:
        raise Faulty(Fault(path="ids", message=f"must be at most {dead_letters.MOST}"))
    done = dead_letters.redrive(post, _known(queue), ids)
    body = {"sent": done.sent, "already": done.already, "unknown": done.unknown, "failed": done.failed}
    return Said(body=body, code=202 if done.sent else 200)


def _known(queue: str) -> str:
    if queue not in dead_letters.QUEUES:
        raise Absent("queue", queue)
    return queue
