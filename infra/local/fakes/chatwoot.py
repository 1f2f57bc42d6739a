"""A fake Chatwoot (client API v1, 2026): one API channel's inbox."""

import json
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from infra.local.fakes.provider import Provider, fresh
from infra.local.fakes.vendor_desks import Chatwoot
from infra.local.fakes.vendors import Signed
from infra.local.fakes.wire import Arrived, Item, Reply, Taken, refusal, told


class ChatwootFake(Provider):
    """One API channel inbox."""

    kind: ClassVar[str] = "chatwoot"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.account = "1"
        self.settings = {"inbox": fresh()[:24], "inbox_id": "1"}
        self.secrets = {"webhook_secret": fresh(), "api_access_token": fresh()}
        self._contacts: dict[str, dict[str, Any]] = {}
        self._talks: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()
        self._number = 0

    def answer(self, arrived: Arrived, now: float) -> Taken:
        """The inbox's identifier is the credential; `/api` and `/api/v1/profile` tell whether it lives."""
        parts = arrived.parts
        if parts == ("api",):
            state = {"version": "4.7.0", "queue_services": "ok", "data_services": "ok"}
            return refusal(200, state)
        if parts == ("api", "v1", "profile"):
            known = arrived.headers.get("api_access_token") == self.secrets["api_access_token"]
            return refusal(200, {"id": 1}) if known else refusal(401, {"error": "Invalid Access Token"})
        if parts[:5] != ("public", "api", "v1", "inboxes", self.settings["inbox"]):
            return _missing()
        try:
            sent = arrived.json() if arrived.body else {}
        except ValueError:
            return refusal(400, {"error": "Invalid JSON"})
        with self._lock:
            return self._inbox(arrived.method, parts[5:], sent, now)

    def failing(self, code: int) -> Reply:
        """Rails' own page."""
        page = b"<html><body><h1>We're sorry, but something went wrong.</h1></body></html>"
        return Reply(code=code, body=page, headers={"Content-Type": "text/html"})

    def throttled(self, wait: float) -> Reply:
        """rack-attack's."""
        headers = {"Content-Type": "text/plain", "Retry-After": f"{wait:.0f}"}
        return Reply(code=429, body=b"Retry later\n", headers=headers)

    def receipts(self, item: Item, hook: str, now: float) -> Sequence[Signed]:
        """An agent writes back, then resolves the conversation."""
        side = Chatwoot(url=hook, secret=self.secrets["webhook_secret"])
        at = datetime.fromtimestamp(now, UTC)
        answer = side.said(
            item.conversation, "Bonjour, que puis-je faire pour vous ?", int(item.id) + 10**6, at
        )
        return (answer, side.resolved(item.conversation, at))

    def _inbox(self, method: str, parts: Sequence[str], sent: dict[str, Any], now: float) -> Taken:
        match (method, *parts):
            case ("GET",):
                return refusal(200, {"identifier": self.settings["inbox"], "name": "Bascule"})
            case ("POST", "contacts"):
                return refusal(200, self._contact(sent))
            case (_, "contacts", source, *rest) if source in self._contacts:
                return self._person(method, source, rest, sent, now)
        return _missing()

    def _person(self, method: str, source: str, rest: Sequence[str], *said: Any) -> Taken:
        match (method, *rest):
            case ("GET",):
                return refusal(200, self._contacts[source])
            case ("GET", "conversations"):
                return refusal(200, [t for t in self._talks.values() if t["source_id"] == source])
            case ("POST", "conversations"):
                return refusal(200, self._talk(source))
            case (_, "conversations", talk, "messages") if self._open(talk, source):
                return self._message(method, talk, *said)
        return _missing()

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _contact(self, sent: Mapping[str, Any]) -> dict[str, Any]:
        source = str(sent.get("source_id") or sent.get("identifier") or fresh())
        made = {"id": self._next(), "source_id": source, "name": sent.get("name"), "email": sent.get("email")}
        return self._contacts.setdefault(source, {**made, "pubsub_token": fresh()})

    def _talk(self, source: str) -> dict[str, Any]:
        number = self._next()
        made = {"id": number, "inbox_id": 1, "status": "open", "source_id": source, "messages": []}
        self._talks[str(number)] = made
        return made

    def _open(self, talk: str, source: str) -> bool:
        return self._talks.get(talk, {}).get("source_id") == source

    def _message(self, method: str, talk: str, sent: dict[str, Any], now: float) -> Taken:
        messages = self._talks[talk]["messages"]
        if method == "GET":
            return refusal(200, messages)
        text = str(sent.get("content") or "")
        if not text:
            return refusal(422, {"message": "Content can't be blank", "attributes": ["content"]})
        made = {"id": self._next(), "content": text, "message_type": 0, "content_type": "text"}
        made |= {"content_attributes": {}, "created_at": int(now), "conversation_id": int(talk)}
        messages.append(json.loads(json.dumps(made)))  # without echo_id, which nobody keeps
        key, person = str(sent.get("echo_id") or ""), self._talks[talk]["source_id"]
        item = Item(id=str(made["id"]), key=key, party=person, text=text, conversation=talk)
        return Taken(reply=told(200, {**made, "echo_id": key}), item=item)


def _missing() -> Taken:
    return refusal(404, {"error": "Resource could not be found"})
