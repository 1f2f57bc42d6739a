"""The values that cross the network seam: requests we get, answers we give, calls we make."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request that reached us. Header names are lower case; `body` is the raw bytes that were signed.

    `url` is the full public URL as the vendor called it (public base URL + path + query); `query` keeps every
    value of a repeated name. `origin` is "http", or the topic's ARN when the platform itself vouches for the
    sender (a Lambda subscription).
    """

    method: str = "POST"
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    body: bytes = b""
    origin: str = "http"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What we answer a vendor: the code, the body as text, the headers."""

    code: int = 200
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request that we make. `sign` names an AWS service when the door must sign it with our own role."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    sign: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What came back; header names are lower case, `elapsed` is in milliseconds."""

    code: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    elapsed: int = 0


class NotSent(Exception):
    """The request certainly did not reach the provider: refused, unresolved, TLS; asking again cannot double."""


class MaybeSent(Exception):
    """The body left and no answer came: the provider may have acted."""


class Http(Protocol):
    """The only door to the network. Raises NotSent or MaybeSent; any HTTP code is a Response, not an error."""

    def send(self, call: Call) -> Response:
        """Make one call within the door's deadline; no retry, no redirect."""
        ...
