"""Our own signed words: the state that travels in a call's action URL, so that a step needs no read."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256

from chalicelib.ports import Unavailable


class BadToken(Exception):
    """The token is not one that we made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallState:
    """Where a call stands: whose it is, its step, the desks tried, the desk being tried now, the row of that try."""

    call: str = ""
    step: int = 0
    tried: tuple[str, ...] = ()
    desk: str = ""
    key: str = ""


def sign_state(state: CallState, keys: Sequence[bytes]) -> str:
    """The token: URL-safe, signed with the newest key (HMAC-SHA256, 128 bits kept)."""
    body = urlsafe_b64encode(json.dumps(asdict(state), separators=(",", ":")).encode()).rstrip(b"=")
    return f"{body.decode()}.{_mark(body, keys[0])}"


def state_of(call: str, token: str, keys: Sequence[bytes]) -> CallState:
    """Where this very call stands; a new one has no token yet.

    Raises BadToken, also for another call's state, and Unavailable when the stage has no keys to sign with.
    """
    if not keys:
        raise Unavailable("the stage's channel secrets hold no signing_keys")
    state = read_state(token, keys) if token else CallState(call=call)
    if state.call != call:
        raise BadToken("the state belongs to another call")
    return state


def read_state(token: str, keys: Sequence[bytes]) -> CallState:
    """The state in a token made with any of the keys. Raises BadToken."""
    body, _, mark = token.partition(".")
    raw = body.encode("ascii", "replace")
    if not any(
        hmac.compare_digest(_mark(raw, key).encode(), mark.encode("utf-8", "replace")) for key in keys
    ):
        raise BadToken("the call's state was not signed by us")
    fields = json.loads(urlsafe_b64decode(raw + b"=" * (-len(raw) % 4)))
    return CallState(**{**fields, "tried": tuple(fields["tried"])})


def _mark(body: bytes, key: bytes) -> str:
    return urlsafe_b64encode(hmac.digest(key, b"call-state:" + body, sha256)[:16]).rstrip(b"=").decode()
