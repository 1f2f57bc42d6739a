"""Telegram: a bot's private chats; https://core.telegram.org/bots/api, Bot API as of 2026-05.

One update a request, proven by a word agreed on in setWebhook: the body is not signed. An update does not say
which bot it is for: each bot needs an address and a word of its own. The API takes the bot's token in the path.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from chalicelib.channels import (
    Capability,
    Channel,
    Finding,
    Malformed,
    Parsed,
    Refusal,
    SendFailed,
    Setting,
    Standing,
    Verdict,
)
from chalicelib.channels._json import at, dump, items, lenient, load_table, moment, number, table, text
from chalicelib.channels._responses import doubted
from chalicelib.channels._signature import header, require
from chalicelib.channels._telegram_hook import told
from chalicelib.domain.model import Attachment, Contact, Medium, Message, Outcome, Party, Sent, Signal
from chalicelib.http_types import Answer, Call, Request, Response

HOST, PROOF = "https://api.telegram.org", "x-telegram-bot-api-secret-token"
APPROACHES = ("message", "callback_query")
WORDS = (("text",), ("caption",), ("data",), ("web_app_data", "data"))
MEDIA = ("animation", "audio", "document", "sticker", "video", "video_note", "voice")
# Messages in which nobody speaks to us. One that is not listed here is a contact: somebody wrote.
SILENT = frozenset(("pinned_message", "message_auto_delete_timer_changed", "write_access_allowed"))
# By `error_code`, or by HTTP's where a proxy answered; NOBODY: words that turn it into the person's.
CODES = {401: Outcome.AUTH, 403: Outcome.AUTH, 404: Outcome.AUTH, 429: Outcome.THROTTLED}
RANGES = {range(400, 500): Outcome.REQUEST, range(500, 600): Outcome.OUTAGE}
NOBODY = ("forbidden", "chat not found", "user not found", "user is deactivated", "peer_id_invalid")
# A chat's updates queue behind a refused one for up to a day: what no repetition can mend is 200.
REFUSED = {Refusal.FORGED: 401, Refusal.MALFORMED: 200, Refusal.TOO_LARGE: 200, Refusal.WRONG_ACCOUNT: 200}
LONGEST, USUAL_CONNECTIONS, LONGEST_WAIT = 4096, 40, 3600.0
JSON = {"content-type": "application/json"}


class Telegram(Channel):
    """One bot. `config.account` is its number, the digits before the token's colon; people are chat numbers."""

    kind = "telegram"
    medium = Medium.MESSAGING
    deadline = timedelta(seconds=60)
    needs = (
        Setting(name="bot_token", purpose="from BotFather", secret=True),
        Setting(name="secret_token", purpose="our word in each update: letters, digits, - _", secret=True),
        Setting(name="former_secret_token", purpose="what detach gives back", secret=True, required=False),
    )
    capabilities = frozenset({Capability.SEND, Capability.CHECK, Capability.ATTACH, Capability.DETACH})

    def verify(self, request: Request, now: datetime) -> None:  # noqa: ARG002 - the proof has no time in it
        """Forged unless the request carries one of our secret tokens."""
        require(header(request, PROOF), self.config.secrets["secret_token"])

    def parse(self, request: Request, now: datetime) -> Parsed:  # noqa: ARG002 - the seam's signature
        """A person's message or pressed button in a private chat; every other kind of update is ignored."""
        update = load_table(request.body)
        if not text(update, "update_id"):
            raise Malformed("no update_id")
        kind = next((name for name in APPROACHES if name in update), "")
        found = _contact(update, kind, self.config.account) if kind else None
        return Parsed(contacts=(found,)) if found else Parsed(ignored=1)

    def answer(self, verdict: Verdict) -> Answer:
        """Never a body: Telegram would obey a `method` in it. Never 410: it ends the webhook."""
        if verdict.standing is Standing.OVERLOADED:
            return self.later
        return Answer(code=200 if verdict.refusal is None else REFUSED[verdict.refusal])

    def send(self, message: Message, now: datetime) -> Sent:  # noqa: ARG002 - there is no window
        """One text to a person who once wrote; its number is unique within the chat only. No receipts, no key."""
        chat = message.target.get("address", "")
        if message.contact is not None or not chat or not 0 < len(message.text) <= LONGEST:
            raise SendFailed(Outcome.REQUEST, detail=f"takes 1 to {LONGEST} characters for one person")
        response = self._ask("sendMessage", chat_id=chat, text=message.text)
        try:
            return Sent(provider_id=f"{chat}/{text(_result(response), 'message_id')}")
        except SendFailed as failed:
            raise doubted(failed, response) from None

    def probe(self, now: datetime) -> Signal:
        """Ask whose the token is."""
        response = self._ask("getMe")
        outcome, detail, wait = Outcome.OK, "", 0.0
        try:
            if self.config.account not in ("", text(_result(response), "id")):
                outcome, detail = Outcome.AUTH, "token of another bot"
        except SendFailed as failed:
            outcome, detail, wait = failed.outcome, failed.detail, failed.retry_after
        return Signal(outcome=outcome, at=now, latency=response.elapsed, detail=detail, retry_after=wait)

    def check(self, now: datetime) -> tuple[Finding, ...]:
        """What Telegram says of our webhook: where it leads, what waits, what failed within the hour."""
        hook = _result(self._ask("getWebhookInfo"))
        return tuple(told(hook, f"/hooks/{self.config.id}", APPROACHES, now))

    def attach(self, url: str) -> str:
        """Lead the webhook to `url`, losing nothing that waits; a certificate of the former's cannot be kept."""
        return self._lead(url, self.config.secrets["secret_token"])

    def detach(self, former: str) -> None:
        """Give the former address back with its own word, or end the webhook if there was none."""
        if former:
            self._lead(former, self.config.secrets.get("former_secret_token", ()))
        else:
            _done(self._ask("deleteWebhook", drop_pending_updates=False))

    def hook(self) -> str:
        """Where the webhook leads now."""
        return text(_result(self._ask("getWebhookInfo")), "url")

    def _lead(self, url: str, words: tuple[str, ...]) -> str:
        hook = _result(self._ask("getWebhookInfo"))
        wanted: dict[str, Any] = {"url": url} | ({"secret_token": words[0]} if words else {})
        if chosen := [name for name in items(hook, "allowed_updates") if isinstance(name, str)]:
            wanted["allowed_updates"] = sorted({*chosen, *APPROACHES})
        most = int(number(hook, "max_connections") or USUAL_CONNECTIONS)
        _done(self._ask("setWebhook", **wanted, max_connections=most))
        return text(hook, "url")

    def _ask(self, name: str, **body: Any) -> Response:
        url = f"{self.config.base or HOST}/bot{self.config.secrets['bot_token'][0]}/{name}"
        method = "POST" if body else "GET"  # what has nothing to say only reads
        return self.http.send(Call(method=method, url=url, headers=JSON, body=dump(body) if body else b""))


def _result(response: Response) -> dict[str, Any]:
    """The `result` object of a good answer. Raises SendFailed."""
    _done(response)
    if not (result := table(lenient(response.body), "result")):
        raise SendFailed(Outcome.UNKNOWN, detail="ok without a result")
    return result


def _done(response: Response) -> None:
    said = lenient(response.body)
    if at(said, "ok") is True:
        return
    code = int(number(said, "error_code") or response.code)
    outcome = CODES.get(code) or next((o for codes, o in RANGES.items() if code in codes), Outcome.UNKNOWN)
    if any(words in text(said, "description").lower() for words in NOBODY):
        outcome = Outcome.RECIPIENT
    wait = number(said, "parameters", "retry_after") or response.retry_after()
    raise SendFailed(outcome, retry_after=min(max(wait, 0.0), LONGEST_WAIT), detail=f"error {code}"[:40])


def _contact(update: Mapping[str, Any], kind: str, account: str) -> Contact | None:
    """The contact in an update, or None: a group, a bot, a message in which nobody speaks."""
    said = table(update, kind)
    message = table(said, "message") if kind == "callback_query" else said
    if said and not message:
        return None
    chat, where, person = text(message, "chat", "id"), text(message, "chat", "type"), table(said, "from")
    if not chat or not where:
        raise Malformed(f"{kind} without its chat")
    if where != "private" or at(person, "is_bot") is True or SILENT & said.keys():
        return None
    name = f"{text(person, 'first_name')} {text(person, 'last_name')}".strip()
    return Contact(
        account=account,
        provider_id=text(update, "update_id"),
        party=Party(address=chat, name=name, language=text(person, "language_code")),
        text=next(filter(None, (text(said, *path) for path in WORDS)), ""),
        sent_at=moment(said, "date"),
        attachments=tuple(_attachments(said)),
        traits=_traits(kind, said),
    )


def _traits(kind: str, said: Mapping[str, Any]) -> dict[str, str]:
    """`start` is what followed `?start=` in the link that led here."""
    word, _, start = text(said, "text").partition(" ")
    possible = {"kind": kind, "button": text(said, "data"), "start": start if word == "/start" else ""}
    return {name: words for name, words in possible.items() if words}


def _attachments(said: Mapping[str, Any]) -> Iterator[Attachment]:
    """File ids: a file's address would hold our token. Of a photo the largest; an animation comes twice."""
    files = {kind: table(said, kind) for kind in MEDIA if not (kind == "document" and "animation" in said)}
    for kind, file in {"image/jpeg": table(said, "photo", -1), **files}.items():
        if reference := text(file, "file_id"):
            media_type = text(file, "mime_type") or kind
            yield Attachment(reference=reference, media_type=media_type, name=text(file, "file_name"))
    latitude, longitude = (number(said, "location", name) for name in ("latitude", "longitude"))
    if latitude is not None and longitude is not None:
        yield Attachment(reference=f"geo:{latitude},{longitude}", media_type="location")
    if shared := text(said, "contact", "phone_number"):
        yield Attachment(reference=f"tel:{shared}", media_type="contact")
