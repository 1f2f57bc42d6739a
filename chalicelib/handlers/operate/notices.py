"""/v1/notices: the announcements of planned work, when each is due and what became of it."""

from chalicelib.handlers.asked import Asked, Said
from chalicelib.service.operate import notices
from chalicelib.service.operate.post import Post


def read(asked: Asked, post: Post) -> Said:
    """All announcements on record and those still to be made, by due time."""
    asked.parameters()
    return Said(body=notices.listed(post))
