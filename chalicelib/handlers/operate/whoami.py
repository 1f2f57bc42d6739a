"""/v1/whoami: the caller as we know them."""

from chalicelib.handlers.asked import Asked, Said
from chalicelib.service.operate.post import Post, iso


def read(asked: Asked, post: Post) -> Said:
    """Who is asking, with which role, and until when."""
    asked.parameters()
    who = post.caller
    return Said(body={"id": who.id, "name": who.name, "role": who.role.value, "expires": iso(who.expires)})
