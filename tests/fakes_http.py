"""The network door's stand-in for unit and contract tests: answers from a script, remembers every call."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.http_types import Call, MaybeSent, NotSent, Response

Scripted = Response | NotSent | MaybeSent


def reply(
    code: int = 200, body: Any = None, *, headers: Mapping[str, str] | None = None, elapsed: int = 12
) -> Response:
    """A response with this body: bytes as they are, text in UTF-8, None as nothing, all else as JSON."""
    if body is None:
        raw = b""
    elif isinstance(body, bytes):
        raw = body
    elif isinstance(body, str):
        raw = body.encode()
    else:
        raw = json.dumps(body).encode()
    return Response(code=code, headers=dict(headers or {}), body=raw, elapsed=elapsed)


class ScriptedHttp:
    """Gives the scripted responses in order, or raises them; a call too many fails the test."""

    def __init__(self, responses: Iterable[Scripted] = ()) -> None:
        self.waiting = list(responses)
        self.calls: list[Call] = []

    def send(self, call: Call) -> Response:
        self.calls.append(call)
        assert self.waiting, f"an unscripted call: {call.method} {call.url}"
        following = self.waiting.pop(0)
        if isinstance(following, NotSent | MaybeSent):
            raise following
        return following

    @property
    def last(self) -> Call:
        """The latest call."""
        return self.calls[-1]

    @property
    def sent(self) -> Any:
        """The latest call's body, read as JSON."""
        return json.loads(self.last.body)
