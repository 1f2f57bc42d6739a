"""The values that cross the network seam: requests we get, answers we give, calls we make."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
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
    """A request that we make. `sign` names an AWS service when the door must sign it with our own role.

    `within` is how many seconds it may take, where that is less than the door's own deadline.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    sign: str = ""
    within: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What came back; header names are lower case, `elapsed` is in milliseconds."""

    code: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    elapsed: int = 0

    def retry_after(self, now: datetime | None = None) -> float:
        """Seconds until we may ask again, 0 if unsaid (RFC 9110 §10.2.3); a date counts from `now`."""
        said = self.headers.get("retry-after", "").strip()
        if said.isascii() and said.isdigit():
            return float(said[:9])
        return _until(said, now) if now is not None else 0.0


def _until(said: str, now: datetime) -> float:
    try:
        moment = parsedate_to_datetime(said)
        aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
        return max((aware - now).total_seconds(), 0.0)
    except (ValueError, TypeError, IndexError, OverflowError):
        return 0.0


class NotSent(Exception):
    """The request certainly did not reach the provider: refused, unresolved, TLS; asking again cannot double."""


class MaybeSent(Exception):
    """The body left and no answer came: the provider may have acted."""


class Http(Protocol):
    """The only door to the network. Raises NotSent or MaybeSent; any HTTP code is a Response, not an error."""

    def send(self, call: Call) -> Response:
        """Make one call within the door's deadline; no retry, no redirect."""
        ...
