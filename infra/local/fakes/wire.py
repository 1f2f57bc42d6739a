"""What crosses a fake provider's door: a request that arrived, the reply to it, and what it amounted to."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

JSON = {"Content-Type": "application/json; charset=utf-8"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A request as it came in; header names are lower case."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def path(self) -> str:
        """The path without the query."""
        return urlsplit(self.url).path

    @property
    def parts(self) -> tuple[str, ...]:
        """The path's parts: ("v25.0", "me")."""
        return tuple(part for part in self.path.split("/") if part)

    @property
    def query(self) -> dict[str, str]:
        """The query, the last of repeated names."""
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))

    @property
    def media_type(self) -> str:
        """The content type without parameters, lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json(self) -> dict[str, Any]:
        """The body as a JSON object. Raises ValueError when it is none."""
        found = json.loads(self.body.decode("utf-8"))
        if not isinstance(found, dict):
            raise ValueError("a JSON object is wanted")  # noqa: TRY004 - callers ask one question: readable or not
        return found

    def form(self) -> dict[str, str]:
        """The body as form fields, the last of repeated names. Raises ValueError when it is not UTF-8."""
        return dict(parse_qsl(self.body.decode("utf-8"), keep_blank_values=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the provider answers."""

    code: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A message, call or contact that a provider took. `id` is its own, `key` ours if it was told."""

    id: str
    key: str = ""
    party: str = ""
    text: str = ""
    conversation: str = ""
    callback: str = ""
    sender: str = ""
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A reply and, when the request was a send that the provider took, the item."""

    reply: Reply
    item: Item | None = None


def told(code: int, content: object, **headers: str) -> Reply:
    """A JSON reply; header names are written with underscores (`Retry_After="5"`)."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(code=code, body=json.dumps(content).encode(), headers={**JSON, **named})


def refusal(code: int, content: object, **headers: str) -> Taken:
    """A reply that took nothing in."""
    return Taken(reply=told(code, content, **headers))
