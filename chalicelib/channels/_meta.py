"""What Meta's channels share: proof, handshake, answers, calls; Graph API, Webhooks, v25.0."""

from abc import abstractmethod
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from chalicelib.channels import (
    Channel,
    Forged,
    Malformed,
    Parsed,
    Refusal,
    SendFailed,
    Setting,
    Standing,
    Verdict,
)
from chalicelib.channels import _graph as graph
from chalicelib.channels._json import dump, items, lenient, load_table, text
from chalicelib.channels._reading import Reading
from chalicelib.channels._responses import doubted
from chalicelib.channels._signature import header, hmac_hex, require
from chalicelib.domain.model import Medium, Message, Outcome, Sent, Signal
from chalicelib.http_types import Answer, Call, Request, Response

PROOF = "x-hub-signature-256"
VERSION = "v25.0"
BUSY_FROM = 80
"""Percent of a rate limit from which a probe says so."""
APP_SECRET = Setting(name="app_secret", purpose="signs Meta's webhooks; App settings, Basic", secret=True)
VERIFY_TOKEN = Setting(name="verify_token", purpose="our own word in the webhook's handshake", secret=True)
COMMON = (
    APP_SECRET,
    VERIFY_TOKEN,
    Setting(name="app_id", purpose="our app, to see that it is still subscribed", required=False),
    Setting(name="version", purpose=f"the Graph API's version, {VERSION} when not set", required=False),
)

# Meta repeats anything but 200 for 36 hours (WhatsApp: 7 days) and unsubscribes whoever goes on failing. So
# what no repetition can mend is 200: a foreign account, an unreadable body. A bad proof is 401: our own wrong
# secret then shows up in Meta's failure alert. Too large is 413, so that no batch is lost unseen.
REFUSED: Mapping[Refusal, int] = {
    Refusal.FORGED: 401,
    Refusal.MALFORMED: 200,
    Refusal.TOO_LARGE: 413,
    Refusal.WRONG_ACCOUNT: 200,
}
_PLAIN = {"content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff"}


class MetaChannel(Channel):
    """A channel behind Meta's webhooks and Graph API; `config.account` is the page's or the number's id."""

    medium = Medium.MESSAGING
    deadline = timedelta(seconds=20)
    window = timedelta(hours=24)
    envelope: ClassVar[str]
    """The webhook's `object`."""
    token: ClassVar[str]
    """The name of the secret that holds the access token."""
    longest: ClassVar[int]
    """Characters of text in one message."""

    def verify(self, request: Request, now: datetime) -> None:  # noqa: ARG002 - Meta's proof has no time in it
        """HMAC-SHA256 of the raw body under the app's secret, as `sha256=` and 64 hexadecimal characters."""
        given = header(request, PROOF)
        require(
            given,
            [f"sha256={hmac_hex(secret, request.body)}" for secret in self.config.secrets["app_secret"]],
        )

    def handshake(self, request: Request, now: datetime) -> Answer | None:  # noqa: ARG002 - the seam's signature
        """Meta's GET with hub.mode, hub.verify_token and hub.challenge: the challenge is the answer."""
        if request.method != "GET":
            return None
        mode, word, challenge = (
            _only(request, f"hub.{name}") for name in ("mode", "verify_token", "challenge")
        )
        if mode != "subscribe" or not challenge:
            raise Forged("a GET that is no handshake")
        require(word, self.config.secrets["verify_token"])
        return Answer(body=challenge, headers=_PLAIN)

    def parse(self, request: Request, now: datetime) -> Parsed:
        """Read every element of every entry; a body for another of Meta's products is ignored whole."""
        envelope = load_table(request.body)
        if not isinstance(envelope.get("entry"), list) or not text(envelope, "object"):
            raise Malformed("no envelope of Meta's webhooks")
        reading = Reading()
        if envelope["object"] != self.envelope:
            reading.ignore()
            return reading.parsed()
        for place, entry in reading.each(envelope, "entry"):
            self.read_entry(reading, place, entry, now)
        return reading.parsed()

    @abstractmethod
    def read_entry(self, reading: Reading, place: str, entry: dict[str, Any], now: datetime) -> None:
        """Add what one entry holds to the reading."""

    def answer(self, verdict: Verdict) -> Answer:
        """200 without words, but for what Meta shall repeat or be alarmed by (see REFUSED)."""
        if verdict.standing is Standing.OVERLOADED:
            return self.later
        return Answer(code=200 if verdict.refusal is None else REFUSED[verdict.refusal])

    def get(self, path: str, *, bearer: str = "", **query: str) -> Response:
        """A GET below the API's version, authenticated by our own token unless another `bearer` is given."""
        address = self._address(path)
        return self.http.send(
            Call(
                method="GET",
                url=f"{address}?{urlencode(query)}" if query else address,
                headers={"authorization": f"Bearer {bearer}"} if bearer else self._bearer(),
            )
        )

    def post_message(self, message: Message, body: Mapping[str, Any], id_path: tuple[str | int, ...]) -> Sent:
        """Send `body`; the new message's id is at `id_path` of the answer. Raises SendFailed."""
        self._require_sendable(message)
        headers = {**self._bearer(), "content-type": "application/json"}
        call = Call(
            method="POST", url=self._address(f"{self.own}/messages"), headers=headers, body=dump(body)
        )
        response = self.http.send(call)
        sent_id = text(lenient(response.body), *id_path) if response.code == 200 else ""  # noqa: PLR2004 - HTTP's OK
        if not sent_id:
            raise doubted(graph.failure(response), response)
        return Sent(provider_id=sent_id, receipt_due=True)

    def subscriptions(self, owner: str) -> list[dict[str, Any]]:
        """The apps that get the webhooks of a page or of a business account. Raises SendFailed."""
        response = self.get(f"{quote(owner, safe='')}/subscribed_apps")
        if response.code != 200:  # noqa: PLR2004 - HTTP's OK
            raise graph.failure(response)
        return [app for app in items(lenient(response.body), "data") if isinstance(app, dict)]

    @property
    def own(self) -> str:
        """Our own address as part of a URL."""
        return quote(self.config.account, safe="")

    def _require_sendable(self, message: Message) -> None:
        if message.contact is not None:
            raise SendFailed(Outcome.REQUEST, detail="no desk")
        if not message.target.get("address"):
            raise SendFailed(Outcome.REQUEST, detail="no address")
        if not message.text:
            raise SendFailed(Outcome.REQUEST, detail="no text")
        if len(message.text) > self.longest:
            raise SendFailed(Outcome.REQUEST, detail="too long")

    def _address(self, path: str) -> str:
        base = self.config.base or "https://graph.facebook.com"
        return f"{base}/{self.config.settings.get('version', VERSION)}/{path}"

    def _bearer(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.config.secrets[self.token][0]}"}


def failed_probe(response: Response, now: datetime) -> Signal:
    """The signal of a probe that did not succeed."""
    failed = graph.failure(response)
    return Signal(
        outcome=failed.outcome,
        at=now,
        latency=response.elapsed,
        detail=failed.detail,
        retry_after=failed.retry_after,
    )


def probe_detail(response: Response) -> str:
    """What a good probe has to say besides: a rate limit that is nearly used up."""
    share = graph.usage(response)
    return f"rate limit used {share} %" if share >= BUSY_FROM else ""


def _only(request: Request, name: str) -> str:
    values = request.query.get(name, ())
    if len(values) != 1:
        raise Forged(f"{name} is not given once")
    return values[0]
