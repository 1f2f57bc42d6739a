"""Chatwoot as a desk, on an API channel's inbox: https://developers.chatwoot.com, client API v1, 2026-11.

A person is one contact there (`source_id` = our digest of channel, account and address), and writes into
their open conversation, or into a new one when all are resolved: one conversation may hold several rows.
Not idempotent: `echo_id` is echoed but not stored. An ambiguous message is looked up by its person, words and time.
"""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, ClassVar
from urllib.parse import quote

from chalicelib.channels import (
    Capability,
    ChannelConfig,
    Forged,
    Malformed,
    MissingSetting,
    Parsed,
    Refusal,
    SendFailed,
    Setting,
    Sought,
    Standing,
    Trace,
    Verdict,
)
from chalicelib.channels._chatwoot import closed, content, numbered, person, reply, sender
from chalicelib.channels._chatwoot_inbox import HOST, LED, TOKEN, LedByChatwoot
from chalicelib.channels._chatwoot_talks import newest_open, part, traced
from chalicelib.channels._json import dump, lenient, load_table, text
from chalicelib.channels._responses import doubted, ok, outcome, retry_after
from chalicelib.channels._signature import as_bytes, header, hmac_hex, require, require_fresh
from chalicelib.domain.model import (
    Contact,
    Medium,
    Message,
    Outcome,
    Sent,
    Signal,
)
from chalicelib.http_types import Answer, Call, Http, MaybeSent, NotSent, Request, Response

# 404 is an unknown inbox identifier, the one credential of the client API.
OUTCOMES = {404: Outcome.AUTH}
# It never repeats a webhook. Any code but 2xx only shows the agent that the words did not go.
REFUSALS = {Refusal.FORGED: 401, Refusal.MALFORMED: 400, Refusal.TOO_LARGE: 413, Refusal.WRONG_ACCOUNT: 200}
_NUMBER = Setting(
    name="inbox_id",
    purpose="the inbox's number; needed with identity_key, others' events are ignored",
    required=False,
)
_SIGNATURE, _STAMP = "x-chatwoot-signature", "x-chatwoot-timestamp"


class Chatwoot(LedByChatwoot):
    """A desk; `config.account` is the number of the Chatwoot account."""

    kind: ClassVar[str] = "chatwoot"
    medium: ClassVar[Medium] = Medium.MESSAGING
    deadline: ClassVar[timedelta] = timedelta(seconds=5)
    needs: ClassVar[tuple[Setting, ...]] = (
        Setting(name="inbox", purpose="identifier of the API channel's inbox"),
        _NUMBER,
        Setting(name="webhook_secret", purpose="signs the webhooks", secret=True, required=False),
        Setting(name="path_key", purpose="for servers that do not sign: ?key=", secret=True, required=False),
        TOKEN,
        Setting(name="identity_key", purpose="the inbox's HMAC token", secret=True, required=False),
    )
    capabilities: ClassVar[frozenset[Capability]] = LED | {Capability.SEND, Capability.RESOLVE}

    def __init__(self, config: ChannelConfig, http: Http) -> None:
        super().__init__(config, http)
        # With a proven identity the server lists the person's conversations of all inboxes.
        if config.secrets.get("identity_key") and not config.settings.get(_NUMBER.name):
            raise MissingSetting(config.id, _NUMBER)

    def verify(self, request: Request, now: datetime) -> None:
        """Forged unless signed within five minutes, or, where nothing is signed, called with our key."""
        keys = self.config.secrets.get("path_key", ())
        if keys and _SIGNATURE not in request.headers:
            require(_only(request.query.get("key", ())), keys)
            return
        given, stamp = header(request, _SIGNATURE), header(request, _STAMP)
        signed = as_bytes(f"{stamp}.") + request.body
        secrets = self.config.secrets.get("webhook_secret", ())
        require(given, [f"sha256={hmac_hex(secret, signed)}" for secret in secrets])
        require_fresh(stamp, now)

    def parse(self, request: Request, now: datetime) -> Parsed:  # noqa: ARG002 - the seam's signature
        """An agent's words, or the end of a conversation; everything else is ignored."""
        event = load_table(request.body)
        name = text(event, "event")
        if not name:
            raise Malformed("no event is named")
        if self._foreign(event):
            return Parsed(ignored=1)
        found = reply(event) if name == "message_created" else None
        if name == "conversation_status_changed" and text(event, "status") == "resolved":
            found = closed(event)
        return Parsed(outcomes=(found,)) if found else Parsed(ignored=1)

    def answer(self, verdict: Verdict) -> Answer:
        """200 to all that is genuine and readable; 503 loses the event here, for it is never repeated."""
        if verdict.standing is Standing.OVERLOADED:
            return self.later
        if verdict.standing is Standing.REFUSED and verdict.refusal:
            return Answer(code=REFUSALS[verdict.refusal])
        return Answer(code=200)

    def send(self, message: Message, now: datetime) -> Sent:
        """Put a contact before the agents; the id is the conversation's."""
        contact, source = sender(message)
        conversation = self._conversation(source, message, contact, now)
        words = {"content": content(contact, message.text), "echo_id": message.key}
        response = self._ask("POST", f"contacts/{source}/conversations/{conversation}/messages", words)
        if not ok(response):
            raise doubted(_failed(response, now), response)
        if not (number := text(lenient(response.body), "id")):
            raise SendFailed(Outcome.UNKNOWN, detail="taken without an id")
        return Sent(provider_id=conversation, part=part(conversation, number))

    def resolve(self, sought: Sought, now: datetime) -> Trace:
        """The messages with these words in the person's conversations, of that time. Raises SendFailed."""
        contact, source = sender(sought.message)
        known = self._ask("GET", f"contacts/{source}/conversations")
        if known.code == HTTPStatus.NOT_FOUND and ok(self._ask("GET", "")):
            return Trace()  # the inbox is there, and never heard of this person
        if not ok(known):
            raise _failed(known, now)
        return traced(known, self._inbox, content(contact, sought.message.text), sought)

    def probe(self, now: datetime) -> Signal:
        """Read our inbox: server, database and identifier are asked at once."""
        response = self._ask("GET", "")
        return Signal(
            outcome=OUTCOMES.get(response.code) or outcome(response, now),
            at=now,
            latency=response.elapsed,
            detail=f"http {response.code}",
            retry_after=retry_after(response, now),
        )

    def _conversation(self, source: str, message: Message, contact: Contact, now: datetime) -> str:
        """The person's open conversation, or a new one. A lost answer is NotSent: no words have left yet."""
        try:
            known = self._ask("GET", f"contacts/{source}/conversations")
            if ok(known) and (found := newest_open(known, self._inbox)):
                return found
            if known.code == HTTPStatus.NOT_FOUND:
                self._made(
                    "contacts", person(source, contact, self.config.secrets.get("identity_key", ())), now
                )
            elif not ok(known):
                raise _failed(known, now)
            about = {"bascule": message.key, "channel": message.channel, "purpose": message.purpose}
            made = self._made(f"contacts/{source}/conversations", {"custom_attributes": about}, now)
        except MaybeSent as lost:
            raise NotSent("an answer was lost before the message was sent") from lost
        if not (number := numbered(lenient(made.body))):
            raise SendFailed(Outcome.OUTAGE, detail="no conversation id")
        return number

    @property
    def _inbox(self) -> str:
        return self.config.settings.get(_NUMBER.name, "")

    def _made(self, place: str, value: dict[str, Any], now: datetime) -> Response:
        response = self._ask("POST", place, value)
        if not ok(response):
            raise _failed(response, now)
        return response

    def _ask(self, method: str, place: str, value: dict[str, Any] | None = None) -> Response:
        inbox = quote(self.config.settings["inbox"], safe="")
        url = f"{self.config.base or HOST}/public/api/v1/inboxes/{inbox}{place and '/'}{place}"
        headers = {"accept": "application/json", "content-type": "application/json"}
        return self.http.send(
            Call(method=method, url=url, headers=headers, body=dump(value) if value else b"")
        )

    def _foreign(self, event: dict[str, Any]) -> bool:
        account = text(event, "account", "id")
        inbox = text(event, "inbox", "id") or text(event, "inbox_id")
        ours = (self.config.account, self.config.settings.get("inbox_id", ""))
        return any(told and own and told != own for told, own in zip((account, inbox), ours, strict=True))


def _only(values: tuple[str, ...]) -> str:
    if len(values) != 1:
        raise Forged("the key is missing or repeated")
    return values[0]


def _failed(response: Response, now: datetime) -> SendFailed:
    found = OUTCOMES.get(response.code) or outcome(response, now)
    return SendFailed(found, retry_after=retry_after(response, now), detail=f"http {response.code}")
