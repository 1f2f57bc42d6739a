"""What an HTTP response means where the provider has no code of its own, and when to ask again."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from chalicelib.domain.model import Outcome
from chalicelib.http_types import Response

LONGEST_WAIT = 3600.0
SHORT_WAIT = 60.0
_OK = range(200, 300)
_BROKEN = range(500, 600)
_EXPLICIT = {
    401: Outcome.AUTH,
    403: Outcome.AUTH,
    408: Outcome.OUTAGE,
    425: Outcome.OUTAGE,
    429: Outcome.THROTTLED,
}


def ok(response: Response) -> bool:
    """True for 2xx."""
    return response.code in _OK


def retry_after(response: Response, now: datetime) -> float:
    """Seconds until we may ask again (RFC 9110 §10.2.3, both forms), 0..3600; 0 if unsaid."""
    said = response.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return min(float(said[:9]), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(said)
        aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
        return min(max((aware - now).total_seconds(), 0.0), LONGEST_WAIT)
    except (ValueError, TypeError, IndexError, OverflowError):
        return 0.0


def outcome(response: Response, now: datetime) -> Outcome:
    """The outcome by HTTP alone: a 503 with a short Retry-After is pacing, any other 5xx an outage.

    A code that is none of ours (1xx, 3xx, 4xx not listed) speaks against the request.
    """
    if ok(response):
        return Outcome.OK
    if response.code == 503 and 0 < retry_after(response, now) <= SHORT_WAIT:  # noqa: PLR2004 - HTTP's own number
        return Outcome.THROTTLED
    if response.code in _BROKEN:
        return Outcome.OUTAGE
    return _EXPLICIT.get(response.code, Outcome.REQUEST)
