"""A POST with an Idempotency-Key is done once: sent again, it is answered with the first answer."""

import json
from collections.abc import Callable
from hashlib import sha256

from chalicelib.domain.access.repeats import Kept, answered, key_of
from chalicelib.domain.plan_document.faults import Fault
from chalicelib.handlers.asked import Asked, Said
from chalicelib.handlers.log import line
from chalicelib.handlers.problems import ANSWERED
from chalicelib.ports import Unavailable
from chalicelib.service.operate.post import Post
from chalicelib.service.operate.refusals import Faulty, Reused, Running, Unkept
from chalicelib.service.operate.roles import Role, permitted

HEADER = "idempotency-key"
REPLAYED = "Idempotency-Replayed"
View = Callable[[Asked, Post], Said]


def once(asked: Asked, post: Post, view: View) -> Said:
    """What the view says; for a request that was done before, what it said then.

    Raises Faulty for what is no key, Reused, Running, Unkept. A refused request did nothing and leaves its key free.
    """
    given = asked.headers.get(HEADER)
    if given is None or not keeps(asked.method, asked.route):
        return view(asked, post)
    name, request = _name(given, post), request_of(asked)
    known = post.stores.repeats.claim(name, request, post.now)
    if known is not None:
        return _again(known, request)
    try:
        said = view(asked, post)
    except ANSWERED:
        _forget(post, name)
        raise
    _keep(post, name, request, said)
    return said


def keeps(method: str, route: str) -> bool:
    """True for every POST that a viewer may not ask: it changes something."""
    return method == "POST" and not permitted(Role.VIEWER, method, route)


def request_of(asked: Asked) -> str:
    """The digest of all that makes two requests the same."""
    told = [asked.method, asked.place, sorted(asked.query.items()), asked.headers.get("if-match", "")]
    return sha256(json.dumps([*told, sha256(asked.body).hexdigest()]).encode()).hexdigest()


def _name(given: str, post: Post) -> str:
    """The key's digest: the same word of another caller is another key."""
    key = key_of(given)
    if not key:
        message = "must be 8 to 128 letters, digits and any of . _ : ~ + / = -"
        raise Faulty(Fault(path="Idempotency-Key", message=message))
    return "once#" + sha256(f"{post.caller.id}\n{key}".encode()).hexdigest()


def _again(known: Kept, request: str) -> Said:
    if known.request != request:
        raise Reused("this Idempotency-Key was used for another request: take a new key for each")
    if not known.code:
        raise Running("the first request with this Idempotency-Key is not answered yet: ask again")
    if known.text is None:
        raise Unkept(f"this was done, and answered with {known.code}; the answer was too long to keep")
    return Said(body=json.loads(known.text), code=known.code, headers={**known.headers, REPLAYED: "true"})


def _keep(post: Post, name: str, request: str, said: Said) -> None:
    """What was done stands, whether its answer can be kept or not."""
    body = said.body if said.kept is None else said.kept
    try:
        post.stores.repeats.keep(name, answered(request, said.code, body, said.headers), post.now)
    except Unavailable as down:
        line("answer not kept", because=str(down))


def _forget(post: Post, name: str) -> None:
    """A key that cannot be freed is free by itself after a minute."""
    try:
        post.stores.repeats.release(name, post.now)
    except Unavailable as down:
        line("key not freed", because=str(down))
