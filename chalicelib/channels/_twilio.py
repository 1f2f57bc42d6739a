"""What Twilio's kinds share: signed forms in, answers out (Webhooks Security page; API 2010-04-01)."""

import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import ClassVar
from urllib.parse import parse_qsl

from chalicelib.channels import (
    Capability,
    Forged,
    Malformed,
    Refusal,
    Setting,
    Standing,
    Step,
    Verdict,
)
from chalicelib.channels._signature import header, hmac_base64, require, same
from chalicelib.channels._twilio_hooks import LED, LedByTwilio
from chalicelib.channels._twilio_rest import Account
from chalicelib.domain.model import Outcome, Signal
from chalicelib.http_types import Answer, Request

# Algorithm named in X-Twilio-Webhooks-Signature-Settings -> its digest, the secret that keys it.
_ALGORITHMS = {"HMAC_SHA1": ("sha1", "auth_token"), "HMAC_SHA256": ("sha256", "shared_key")}

# A refusal sends Twilio to the number's fallback URL at once; it retries none of these codes itself.
_REFUSALS = {
    Refusal.FORGED: 403,
    Refusal.MALFORMED: 400,
    Refusal.TOO_LARGE: 413,
    Refusal.WRONG_ACCOUNT: 404,
}

_FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 1000
_PLACE = re.compile(r"(https?)(://[^/?#]*?)(:[0-9]+)?([/?].*)?", re.DOTALL)
_PORTS = {"http": ":80", "https": ":443"}

XML = {"content-type": "text/xml; charset=utf-8"}
PLAIN = {"content-type": "text/plain; charset=utf-8"}
NOTHING = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def is_form(request: Request) -> bool:
    """True when the body is form fields, which are signed one by one; else its digest stands in the URL."""
    return request.headers.get("content-type", _FORM).partition(";")[0].strip().lower() == _FORM


def pairs(request: Request) -> list[tuple[str, str]]:
    """The form's fields, blank and repeated ones included. Malformed when they are no UTF-8 or too many."""
    try:
        return parse_qsl(
            request.body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        # From None: a decoding error carries the body, which holds people's words.
        raise Malformed("the form is unreadable") from None


def form(request: Request) -> dict[str, str]:
    """The form as a mapping; of a repeated field the first value counts."""
    return dict(reversed(pairs(request)))


def traits(fields: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """The fields that have a value, under our names (`names` maps the vendor's to ours)."""
    found = {ours: fields[theirs] for theirs, ours in names.items() if fields.get(theirs)}
    if fields.get("ErrorUrl"):
        # Only a request to the fallback URL has it: the first address of this number did not answer.
        found["fallback"] = fields.get("ErrorCode", "")
    return found


def _spellings(url: str) -> Iterator[str]:
    """The URL without fragment, then with its port removed or the default one added: Twilio signs either."""
    bare = url.partition("#")[0]
    yield bare
    if place := _PLACE.fullmatch(bare):
        scheme, host, port, rest = place.groups("")
        yield f"{scheme}{host}{'' if port else _PORTS[scheme]}{rest}"


def _fields_to_prove(request: Request) -> list[tuple[str, str]]:
    """The fields that are signed beside the URL; none for a JSON body.

    Raises Forged when a JSON body is not the one whose SHA-256 the (signed) URL carries.
    """
    if is_form(request):
        try:
            return pairs(request)
        except Malformed:
            raise Forged("the form cannot be what was signed") from None
    digests = [value for name, value in parse_qsl(request.url.partition("?")[2]) if name == "bodySHA256"]
    if len(digests) != 1 or not same(digests[0].lower(), sha256(request.body).hexdigest()):
        raise Forged("the body is not the one that the URL vouches for")
    return []


class TwilioChannel(LedByTwilio):
    """One number (or short code, or sender) of one Twilio account; `config.account` is that number."""

    deadline = timedelta(seconds=15)
    capabilities = LED | {
        Capability.SEND, Capability.FALLBACK, Capability.CANARY, Capability.CATCH_UP, Capability.RESOLVE,
    }  # fmt: skip
    later = Answer(code=503, headers=PLAIN)
    needs: ClassVar[tuple[Setting, ...]] = (
        Setting(name="account_sid", purpose="the account's SID, AC...; also signs in to the API"),
        Setting(name="auth_token", purpose="signs webhooks and signs in to the API", secret=True),
        Setting(
            name="shared_key", purpose="signs webhooks by HMAC_SHA256, if set up", secret=True, required=False
        ),
        Setting(name="least_balance", purpose="below which the doctor warns, else 20", required=False),
        Setting(name="status_callback", purpose="URL for delivery reports on what we send", required=False),
    )

    def verify(self, request: Request, now: datetime) -> None:  # noqa: ARG002 - Twilio signs no time
        """Check X-Twilio-Signature over URL and fields, then that the account is ours; or raise Forged."""
        given = header(request, "x-twilio-signature")
        algorithm, secret = self._algorithm(request)
        fields = _fields_to_prove(request)
        # Each distinct field once, in the order of its bytes: name and value without anything between.
        signed = "".join(name + value for name, value in sorted(set(fields)))
        urls = list(_spellings(request.url))
        tokens = self.config.secrets.get(secret, ())
        require(given, (hmac_base64(token, url + signed, algorithm) for token in tokens for url in urls))
        ours = self.config.settings["account_sid"]
        if any(name == "AccountSid" and value != ours for name, value in fields):
            raise Forged("the account is not ours")

    def _algorithm(self, request: Request) -> tuple[str, str]:
        """The digest's name and the secret's; the older signature where the request names none."""
        named = "HMAC_SHA1"
        for part in request.headers.get("x-twilio-webhooks-signature-settings", "").split(","):
            name, _, value = part.partition("=")
            if name.strip() == "algorithm" and value.strip():
                named = value.strip().upper()
        if named not in _ALGORITHMS:
            raise Forged("the signature's algorithm is unknown")
        return _ALGORITHMS[named]

    def answer(self, verdict: Verdict) -> Answer:
        """200 with TwiML; what is refused or too much gets an error, which leads to the fallback URL."""
        if verdict.standing is Standing.OVERLOADED:
            return self.later
        if verdict.standing is Standing.REFUSED:
            return Answer(code=_REFUSALS[verdict.refusal or Refusal.MALFORMED], headers=PLAIN)
        return Answer(body=self.document(verdict.step), headers=XML)

    @classmethod
    def fallback(cls, step: Step) -> Answer:
        """The step in TwiML, for the number's fallback URL (fetched with GET): nobody asks us what comes next."""
        return Answer(body=cls.lying(step), headers=XML)

    @staticmethod
    @abstractmethod
    def lying(step: Step) -> str:
        """The TwiML that lies at the fallback URL."""

    @abstractmethod
    def document(self, step: Step | None) -> str:
        """The TwiML for this step; an empty response when nobody waits."""

    def probe(self, now: datetime) -> Signal:
        """Read our own account, which costs nothing: OK only while it is active."""
        outcome, detail, response, retry_after = self.api.state()
        return Signal(
            outcome=outcome,
            at=now,
            latency=response.elapsed,
            detail="" if outcome is Outcome.OK else detail,
            retry_after=retry_after,
        )

    @property
    def api(self) -> Account:
        """Our account at Twilio's REST API, signed in with the newest token."""
        return Account(
            http=self.http,
            sid=self.config.settings["account_sid"],
            token=self.config.secrets["auth_token"][0],
            base=self.config.base,
        )
