"""Whom an error of Meta's Graph API speaks against; its, Messenger's and WhatsApp's error codes, v25.0."""

from typing import Any

from chalicelib.channels import SendFailed
from chalicelib.channels._json import at, items, lenient, number, table, text
from chalicelib.domain.model import Outcome
from chalicelib.http_types import Response

# Code and subcode, the more exact first; a code alone is in the table below.
PAIRS: dict[tuple[int, int], Outcome] = {
    (2, 2018344): Outcome.ACCOUNT,  # the privacy terms of the inbox are not accepted
    (10, 1893063): Outcome.ACCOUNT,  # the page is restricted for a time
    (10, 2018278): Outcome.RECIPIENT,  # outside the window
    (100, 2018001): Outcome.RECIPIENT,  # no such person
    (100, 33): Outcome.AUTH,  # the object is not there for this token
}
SUBCODES: dict[int, Outcome] = {2534022: Outcome.RECIPIENT, 1545041: Outcome.RECIPIENT}
CODES: dict[int, Outcome] = {
    code: outcome
    for outcome, codes in {
        Outcome.OUTAGE: (1, 2, 1200, 131000, 131016, 133004),
        Outcome.THROTTLED: (4, 17, 32, 341, 613, 130429, 131048, 131056, 131064, 133016),
        Outcome.AUTH: (0, 3, 10, 102, 190, 131005),
        Outcome.ACCOUNT: (368, 130497, 131031, 131037, 131042, 131044, 131045, 131057),
        Outcome.RECIPIENT: (551, 130472, 131021, 131026, 131030, 131047, 131049, 131050, 131062, 137000),
        Outcome.REQUEST: (100, 131008, 131009, 131051, 131052, 131053, 132068, 132069, 135000),
    }.items()
    for code in codes
}
RANGES: tuple[tuple[range, Outcome], ...] = (
    (range(200, 300), Outcome.AUTH),
    (range(80001, 80015), Outcome.THROTTLED),
    (range(132000, 132017), Outcome.REQUEST),
)
HTTP: dict[int, Outcome] = {401: Outcome.AUTH, 403: Outcome.AUTH, 429: Outcome.THROTTLED}
WAITS: dict[int, float] = {130429: 5.0, 131056: 6.0}
"""Seconds to wait where Meta names none: throughput counts by the second, a pair may speak every 6 s."""
WAIT = 60.0
LONGEST_WAIT = 86_400.0
_SERVER_ERROR = 500
_CLIENT_ERROR = 400


def of_code(error: Any) -> Outcome | None:
    """The outcome of an error's `code` and `error_subcode`, in answers and webhooks; None if unknown."""
    code, subcode = _whole(error, "code"), _whole(error, "error_subcode")
    exact = PAIRS.get((code, subcode)) or SUBCODES.get(subcode) or CODES.get(code)
    return exact or next((outcome for codes, outcome in RANGES if code in codes), None)


def failure(response: Response) -> SendFailed:
    """The error in an answer that is no success: Meta's code first, then its own hint, then HTTP's code."""
    error = table(lenient(response.body), "error")
    outcome = of_code(error)
    if outcome is None and at(error, "is_transient") is True:
        outcome = Outcome.OUTAGE
    outcome = outcome or _of_http(response.code)
    detail = (
        "/".join(filter(None, (text(error, "code"), text(error, "error_subcode")))) or f"http {response.code}"
    )
    wait = _wait(response, _whole(error, "code")) if outcome is Outcome.THROTTLED else 0.0
    return SendFailed(outcome, retry_after=wait, detail=detail[:40])


def usage(response: Response) -> int:
    """The highest share of a rate limit in use, in percent, from Meta's usage headers; 0 without them."""
    shares = [number(meter, name) or 0.0 for meter in _meters(response) for name in _SHARES]
    return int(min(max(shares, default=0.0), LONGEST_WAIT))


_SHARES = ("call_count", "total_cputime", "total_time")


def _of_http(code: int) -> Outcome:
    if code >= _SERVER_ERROR:
        return Outcome.OUTAGE
    # A 2xx or 3xx without Meta's word for it proves neither that it went nor that it did not.
    return HTTP.get(code, Outcome.REQUEST if code >= _CLIENT_ERROR else Outcome.UNKNOWN)


def _wait(response: Response, code: int) -> float:
    minutes = [number(meter, "estimated_time_to_regain_access") or 0.0 for meter in _meters(response)]
    seconds = response.retry_after() or max(minutes, default=0.0) * 60 or WAITS.get(code, WAIT)
    return min(max(seconds, 0.0), LONGEST_WAIT)


def _meters(response: Response) -> list[Any]:
    app = lenient(response.headers.get("x-app-usage", ""))
    business = lenient(response.headers.get("x-business-use-case-usage", ""))
    return [app, *(meter for use in business for meter in items(business, use))]


def _whole(error: Any, name: str) -> int:
    found = number(error, name)
    return int(found) if found is not None else -1
