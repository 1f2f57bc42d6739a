"""/v1/whoami: the caller as we know them."""

from chalicelib.handlers.asked import Asked, Said
from chalicelib.service.operate.post import Post, iso


def read(asked: Asked, post: Post) -> Said:
    """Who is asking, with which role, for which markets and routes (null: all), and until when."""
    asked.parameters()
    who = post.caller
    body = {
        "id": who.id, "name": who.name, "role": who.role.value, "expires": iso(who.expires),
        "markets": None if who.markets is None else sorted(who.markets), "routes": who.routes,
    }  # fmt: skip
    return Said(body=body)
