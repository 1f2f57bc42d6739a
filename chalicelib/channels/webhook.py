"""Standard Webhooks both ways (https://www.standardwebhooks.com, specification 1.0): producer and desk.

In, as a producer: `{"type": "contact.message", "data": {...}}`, or any JSON with the plan's `map.*` settings.
In, as a desk: `contact.answered`, `.closed`, `.abandoned`, `.reply`; `data.reference` is the id we had sent.
Out: `contact.message` to a desk, `contact.reply` to the producer that knows the person, `bascule.probe`,
which a receiver answers with 2xx and otherwise ignores. `webhook-id` is the row's key: receivers drop
repetitions by it.
"""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from chalicelib.channels import (
    CANARY_FROM,
    OWN_HOOK,
    Capability,
    Channel,
    ChannelConfig,
    Malformed,
    MissingSetting,
    Parsed,
    Refusal,
    SendFailed,
    Setting,
    Standing,
    Verdict,
)
from chalicelib.channels import _events as events
from chalicelib.channels._json import dump, load_table
from chalicelib.channels._mapping import PATHS, Mapped
from chalicelib.channels._responses import outcome, retry_after
from chalicelib.channels._standard_webhooks import identity, key, sign, verify
from chalicelib.domain.model import Contact, Medium, Message, Outcome, Sent, Signal
from chalicelib.http_types import Answer, Call, Http, Request, Response

REFUSALS = {Refusal.FORGED: 401, Refusal.MALFORMED: 400, Refusal.TOO_LARGE: 413, Refusal.WRONG_ACCOUNT: 422}
# The address itself is wrong or gone: no contact can ever get through, so it is no fault of this one.
NO_SUCH_ADDRESS = frozenset((301, 302, 303, 307, 308, 404, 405, 410))

_SECRET = Setting(name="secret", purpose="whsec_ and base64, shared with the other side", secret=True)
_SEND_SECRET = Setting(
    name="send_secret", purpose="the same, if sending has its own", secret=True, required=False
)
_URL = Setting(name="url", purpose="where contacts or replies are posted", required=False)
_MEDIUM = Setting(name="medium", purpose=f"one of {', '.join(Medium)}; else messaging", required=False)


class Webhook(Channel):
    """A generic producer, and a generic desk."""

    kind: ClassVar[str] = "webhook"
    medium: ClassVar[Medium] = Medium.MESSAGING
    deadline: ClassVar[timedelta] = timedelta(seconds=15)
    needs: ClassVar[tuple[Setting, ...]] = (
        _SECRET,
        _SEND_SECRET,
        _URL,
        _MEDIUM,
        Setting(name="health_url", purpose="asked by GET instead of the signed probe", required=False),
        Setting(
            name="types", purpose="the event types that are contacts, by comma; * for all", required=False
        ),
        *(
            Setting(name=f"map.{name}", purpose=f"path, else {path}", required=False)
            for name, path in PATHS.items()
        ),
    )
    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.SEND, Capability.CANARY})
    idempotent: ClassVar[bool] = True

    def __init__(self, config: ChannelConfig, http: Http) -> None:
        super().__init__(config, http)
        self._keys = self._read_keys(_SECRET)
        self._send_keys = self._read_keys(_SEND_SECRET) or self._keys
        try:
            self._medium = Medium(config.settings.get(_MEDIUM.name, "") or self.medium)
        except ValueError as odd:
            raise MissingSetting(config.id, _MEDIUM) from odd

    def verify(self, request: Request, now: datetime) -> None:
        """Forged unless signed with one of our secrets within five minutes."""
        verify(request, self._keys, now)

    def parse(self, request: Request, now: datetime) -> Parsed:  # noqa: ARG002 - the seam's signature
        """One contact, one desk outcome, or an event of a kind that is nothing to us."""
        event = load_table(request.body)
        mapped = Mapped(event, self.config.settings)
        kind = mapped.text("type")
        if kind in events.DESK_WORDS:
            return Parsed(outcomes=(events.desk_outcome(event, events.DESK_WORDS[kind], identity(request)),))
        if not self._is_contact(kind):
            return Parsed(ignored=1)
        return Parsed(contacts=(self._contact(mapped, identity(request)),))

    def answer(self, verdict: Verdict) -> Answer:
        """Senders repeat all but 2xx for days and obey Retry-After; never 410, which makes them stop."""
        if verdict.standing is Standing.OVERLOADED:
            return self.later
        if verdict.standing is Standing.REFUSED:
            refusal = verdict.refusal or Refusal.MALFORMED
            return _problem(REFUSALS[refusal], refusal.value)
        duplicate = verdict.standing is Standing.DUPLICATE
        body = dump({"accepted": True, "duplicate": duplicate}).decode("ascii")
        return Answer(code=200 if duplicate else 202, body=body, headers={"content-type": "application/json"})

    def send(self, message: Message, now: datetime) -> Sent:
        """Post a contact to a desk, or a reply to the producer; the reference is the message's key."""
        url = self._at_base(message.target.get("url", "")) or self._url()
        if not url:
            raise SendFailed(Outcome.ACCOUNT, detail="neither target.url nor settings.url is set")
        event = events.handed_over(message, message.contact) if message.contact else events.reply(message)
        response = self._post(url, message.key, {**event, "timestamp": now.isoformat()}, now)
        return _taken(response, message.key, now)

    def canary(self, token: str, now: datetime) -> Sent:
        """Post a contact to our own public address, signed as the producer signs, in our shape, not a mapped one."""
        event = events.canary_event(self.config.settings.get(CANARY_FROM, ""), token)
        body = dump({**event, "timestamp": now.isoformat()})
        headers = {"content-type": "application/json", **sign(self._keys, token, now, body)}
        call = Call(method="POST", url=self.config.settings.get(OWN_HOOK, ""), headers=headers, body=body)
        return _taken(self.http.send(call), token, now)

    def probe(self, now: datetime) -> Signal:
        """GET the health address, else post a signed `bascule.probe`; REQUEST (no evidence) with neither."""
        asked, url = self._place("health_url"), self._url()
        if not asked and not url:
            return Signal(outcome=Outcome.REQUEST, at=now, detail="nothing to probe: no url, no health_url")
        if asked:
            response = self.http.send(Call(method="GET", url=asked))
        else:
            event = {"type": events.PROBE, "timestamp": now.isoformat(), "data": {}}
            response = self._post(url, f"probe-{int(now.timestamp())}", event, now)
        return Signal(
            outcome=_outcome(response, now),
            at=now,
            latency=response.elapsed,
            detail=f"http {response.code}",
            retry_after=retry_after(response, now),
        )

    def _place(self, name: str) -> str:
        return self._at_base(self.config.settings.get(name, ""))

    def _url(self) -> str:
        return self._place("url") or (f"{self.config.base}/" if self.config.base else "")

    def _at_base(self, url: str) -> str:
        """The address, at the configured base if there is one; a bare path needs one."""
        path = url if url.startswith("/") else f"/{url.partition('://')[2].partition('/')[2]}"
        return f"{self.config.base}{path}" if url and self.config.base else url

    def _post(self, url: str, name: str, event: dict[str, Any], now: datetime) -> Response:
        body = dump(event)
        headers = {"content-type": "application/json", **sign(self._send_keys, name, now, body)}
        return self.http.send(Call(method="POST", url=url, headers=headers, body=body))

    def _read_keys(self, setting: Setting) -> tuple[bytes, ...]:
        try:
            return tuple(key(secret) for secret in self.config.secrets.get(setting.name, ()))
        except ValueError:
            raise MissingSetting(self.config.id, setting) from None

    def _is_contact(self, kind: str) -> bool:
        wanted = self.config.settings.get("types") or events.CONTACT
        return wanted == "*" or kind in (one.strip() for one in wanted.split(","))

    def _contact(self, mapped: Mapped, provider_id: str) -> Contact:
        party = mapped.party()
        if not party.address:
            raise Malformed(f"{mapped.path('party')} names no person")
        if not provider_id:
            raise Malformed("webhook-id is missing")
        return Contact(
            account=mapped.text("account") or self.config.account,
            provider_id=provider_id,
            party=party,
            text=mapped.text("text"),
            medium=self._medium,
            sent_at=mapped.sent_at(),
            conversation=mapped.text("conversation"),
            attachments=mapped.attachments(),
            traits=mapped.traits(),
            market=mapped.text("market"),
        )


def _taken(response: Response, key: str, now: datetime) -> Sent:
    found = _outcome(response, now)
    if found is Outcome.OK:
        return Sent(provider_id=key)
    raise SendFailed(found, retry_after=retry_after(response, now), detail=f"http {response.code}")


def _outcome(response: Response, now: datetime) -> Outcome:
    return Outcome.ACCOUNT if response.code in NO_SUCH_ADDRESS else outcome(response, now)


def _problem(code: int, title: str) -> Answer:
    body = dump({"type": "about:blank", "title": title, "status": code}).decode("ascii")
    return Answer(code=code, body=body, headers={"content-type": "application/problem+json"})
