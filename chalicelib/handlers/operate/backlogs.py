"""/v1/backlogs: who waits for a full or dead desk, and until when."""

from chalicelib.handlers.asked import Asked, Said
from chalicelib.service.operate import backlogs
from chalicelib.service.operate.post import Post


def listed(asked: Asked, post: Post) -> Said:
    """Every open backlog."""
    asked.parameters()
    return Said(body=backlogs.backlogs(post))
