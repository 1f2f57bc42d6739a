"""/v1/capacity: how much is kept ready, why, and what it costs."""

from chalicelib.handlers.asked import Asked, Said
from chalicelib.service.operate import capacity
from chalicelib.service.operate.post import Post


def read(asked: Asked, post: Post) -> Said:
    """The posture and every stream that something is known of."""
    asked.parameters()
    return Said(body=capacity.read(post))
