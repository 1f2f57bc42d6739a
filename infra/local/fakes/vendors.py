"""The vendors' side of a webhook: signed requests in their documented shapes, and posting them."""

import http.client
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A webhook, ready to post: what was signed is exactly `body` (for Twilio also the URL)."""

    url: str
    body: bytes = b""
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What our side answered the vendor; header names are lower case."""

    code: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        """True for a code of 200 to 299."""
        return 200 <= self.code < 300  # noqa: PLR2004 - HTTP's own

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")


def post(signed: Signed, *, patience: float = 15.0) -> Answered:
    """Send a webhook, follow nothing, and return the answer whatever its code; `patience` in seconds.

    Raises OSError (also TimeoutError, http.client's errors as ConnectionError) when there is no answer.
    """
    there = urlsplit(signed.url)
    secure = there.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(there.hostname or "", there.port, timeout=patience)
    path = f"{there.path or '/'}?{there.query}" if there.query else there.path or "/"
    try:
        connection.request(signed.method, path, signed.body or None, dict(signed.headers))
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answered(code=response.status, body=response.read(), headers=headers)
    except http.client.HTTPException as broken:
        raise ConnectionError(f"no readable answer: {type(broken).__name__}") from broken
    finally:
        connection.close()
