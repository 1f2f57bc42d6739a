"""/v1/health: what we believe of every path, and why."""

from chalicelib.handlers.asked import Asked, Said
from chalicelib.service.operate import health
from chalicelib.service.operate.post import Post


def read(asked: Asked, post: Post) -> Said:
    """All paths."""
    asked.parameters()
    return Said(body=health.everything(post))


def channel(asked: Asked, post: Post) -> Said:
    """The paths of one channel."""
    asked.parameters()
    return Said(body=health.everything(post, asked.arguments["channel"]))
