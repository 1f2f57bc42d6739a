"""Twilio's REST API 2010-04-01 and its errors (Messages, Calls, Accounts pages; Error Dictionary)."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from chalicelib.channels import SendFailed
from chalicelib.channels._json import clean, lenient, number, text
from chalicelib.channels._responses import GAVE_UP
from chalicelib.domain.model import Outcome, Sent
from chalicelib.http_types import Call, Http, Response

ADDRESS = "https://api.twilio.com"

# Twilio's error codes, in answers and in delivery reports; any other is judged by the HTTP code.
_CODES = {
    Outcome.OUTAGE: "20503 30008 30410 11200 11205",
    Outcome.UNKNOWN: "20500",
    Outcome.THROTTLED: "20429 14107 21611 30001 30022 63018",
    Outcome.RECIPIENT: "21211 21214 21215 21216 21217 21408 21610 21612 21614 30003 30004 30005 30006 30007",
    Outcome.ACCOUNT: "10001 20005 20404 21210 21212 21606 21608 21219 21660 30002",
    Outcome.AUTH: "20003 20008 63001",
    Outcome.REQUEST: "20001 21617 63016",
}
OUTCOMES: Mapping[str, Outcome] = {code: word for word, codes in _CODES.items() for code in codes.split()}

# A resend after one of these may double: Twilio takes no idempotency key.
_AMBIGUOUS = GAVE_UP | {500}
_SHORT_PAUSE = 60
_LONGEST_PAUSE = 86_400.0


def judge(response: Response) -> tuple[Outcome, str, float]:
    """Outcome, detail (Twilio's code, else the HTTP code) and seconds to wait, for an unsuccessful answer."""
    code = text(lenient(response.body), "code")
    pause = min(response.retry_after(), _LONGEST_PAUSE)
    detail = code if code.isascii() and code.isdigit() else f"http {response.code}"
    return OUTCOMES.get(code) or _by_http(response.code, pause), detail[:20], pause


def _by_http(code: int, pause: float) -> Outcome:
    if code == 429 or (code == 503 and 0 < pause <= _SHORT_PAUSE):  # noqa: PLR2004 - HTTP's own
        return Outcome.THROTTLED
    if code in _AMBIGUOUS:
        return Outcome.UNKNOWN
    if code >= 500:  # noqa: PLR2004 - HTTP's own
        return Outcome.OUTAGE
    named = {401: Outcome.AUTH, 403: Outcome.AUTH, 404: Outcome.ACCOUNT}
    return named.get(code) or (Outcome.REQUEST if code >= 400 else Outcome.UNKNOWN)  # noqa: PLR2004 - HTTP's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account at the API. `base` overrides the API's address."""

    http: Http
    sid: str
    token: str = field(repr=False)
    base: str = ""

    def state(self) -> tuple[Outcome, str, Response, float]:
        """Whether the API works for us: outcome, detail, the answer itself, seconds to wait."""
        response = self._ask("GET", ".json")
        if response.code != 200:  # noqa: PLR2004 - HTTP's own
            outcome, detail, pause = judge(response)
            # A read that fails is no ambiguous send: the service is out.
            outage = outcome is Outcome.UNKNOWN and response.code >= 500  # noqa: PLR2004 - HTTP's own
            return (Outcome.OUTAGE if outage else outcome), detail, response, pause
        word = text(lenient(response.body), "status")
        known = {"active": Outcome.OK, "suspended": Outcome.ACCOUNT, "closed": Outcome.ACCOUNT}
        return known.get(word, Outcome.UNKNOWN), word if word in known else "unreadable", response, 0.0

    def create(self, resource: str, fields: Mapping[str, str]) -> Sent:
        """Make a message or a call; SendFailed when Twilio refuses it, or takes it and lets it fail."""
        response = self._ask("POST", f"/{resource}.json", fields)
        if response.code not in (200, 201):
            outcome, detail, pause = judge(response)
            raise SendFailed(outcome, retry_after=pause, detail=detail)
        made: dict[str, Any] = lenient(response.body)
        fault, sid = text(made, "error_code"), text(made, "sid")
        if fault:
            raise SendFailed(OUTCOMES.get(fault, Outcome.UNKNOWN), detail=fault[:20])
        if not sid:
            raise SendFailed(Outcome.UNKNOWN, detail="no sid")
        return Sent(provider_id=sid, receipt_due=bool(fields.get("StatusCallback")))

    def page(self, resource: str, query: str) -> dict[str, Any]:
        """One page of a list, by its query string. Raises SendFailed; a list that is none counts as an outage."""
        response = self._ask("GET", f"/{resource}.json?{query}")
        found: dict[str, Any] = lenient(response.body)
        if response.code != 200:  # noqa: PLR2004 - HTTP's own
            outcome, detail, pause = judge(response)
            raise SendFailed(outcome, retry_after=pause, detail=detail)
        if not isinstance(found.get(resource.lower()), list):
            raise SendFailed(Outcome.OUTAGE, detail="no list")
        return found

    def balance(self) -> tuple[float | None, str]:
        """What the account has left, and of which currency. Raises SendFailed."""
        found = self._read("/Balance.json")
        return number(found, "balance"), text(found, "currency")[:3]

    def listed(self, resource: str, query: str, name: str) -> dict[str, Any]:
        """A list of the account's own things, in which it stands under `name`. Raises SendFailed."""
        found = self._read(f"/{resource}.json?{query}")
        if not isinstance(found.get(name), list):
            raise SendFailed(Outcome.OUTAGE, detail="no list")
        return found

    def change(self, resource: str, sid: str, fields: Mapping[str, str]) -> None:
        """Change one of the account's own things; an empty text empties its field. Raises SendFailed."""
        response = self._ask("POST", f"/{resource}/{quote(sid, safe='')}.json", fields, blanks=True)
        if response.code != 200:  # noqa: PLR2004 - HTTP's own
            outcome, detail, pause = judge(response)
            raise SendFailed(outcome, retry_after=pause, detail=detail)

    def _read(self, path: str) -> dict[str, Any]:
        response = self._ask("GET", path)
        if response.code != 200:  # noqa: PLR2004 - HTTP's own
            outcome, detail, pause = judge(response)
            raise SendFailed(outcome, retry_after=pause, detail=detail)
        return lenient(response.body)

    def item(self, resource: str, sid: str) -> dict[str, Any] | None:
        """One message or call by its SID; None when there is no such thing. Raises SendFailed."""
        response = self._ask("GET", f"/{resource}/{quote(sid, safe='')}.json")
        if response.code == 200 and text(found := lenient(response.body), "sid") == sid:  # noqa: PLR2004 - HTTP's own
            return found
        outcome, detail, pause = judge(response)
        if response.code == 404:  # noqa: PLR2004 - HTTP's own
            return None
        raise SendFailed(outcome, retry_after=pause, detail=detail)

    def _ask(
        self, method: str, path: str, fields: Mapping[str, str] | None = None, *, blanks: bool = False
    ) -> Response:
        base = (self.base or ADDRESS).rstrip("/")
        pair = b64encode(f"{self.sid}:{self.token}".encode()).decode("ascii")
        headers = {"authorization": f"Basic {pair}", "accept": "application/json"}
        body = b""
        if fields is not None:
            headers["content-type"] = "application/x-www-form-urlencoded"
            body = urlencode(
                {name: clean(value) for name, value in fields.items() if value or blanks}
            ).encode("ascii")
        url = f"{base}/2010-04-01/Accounts/{quote(self.sid, safe='')}{path}"
        return self.http.send(Call(method=method, url=url, headers=headers, body=body))
