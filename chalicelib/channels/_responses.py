"""What an HTTP response means where the provider has no code of its own, and when to ask again."""

from datetime import datetime

from chalicelib.channels import SendFailed
from chalicelib.domain.model import Outcome
from chalicelib.http_types import Response

LONGEST_WAIT = 3600.0
SHORT_WAIT = 60.0
_OK = range(200, 300)
_BROKEN = range(500, 600)
GAVE_UP = frozenset({502, 504, 520, 524})
"""A gateway's word that the one behind it did not answer (520, 524: Cloudflare's): it may have acted all the same.

A 503 says that nothing was begun, a 500 is the provider's own word that it failed.
"""
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
    """Seconds until we may ask again, 0..3600; 0 if unsaid."""
    return min(response.retry_after(now), LONGEST_WAIT)


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


def doubted(failed: SendFailed, response: Response) -> SendFailed:
    """The failure of words that left for a provider without keys of ours: a gateway's outage leaves a doubt."""
    if failed.outcome is Outcome.OUTAGE and response.code in GAVE_UP:
        return SendFailed(Outcome.UNKNOWN, retry_after=failed.retry_after, detail=failed.detail)
    return failed
