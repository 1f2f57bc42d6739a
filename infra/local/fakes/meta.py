"""A fake Graph API (Meta, v25.0): the Send APIs of Messenger and WhatsApp, and what probes and checks ask."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from secrets import compare_digest
from typing import Any, ClassVar

from infra.local.fakes.meta_talks import Talks
from infra.local.fakes.provider import Provider, fresh
from infra.local.fakes.vendor_meta import Messenger, Whatsapp
from infra.local.fakes.vendors import Signed
from infra.local.fakes.wire import Arrived, Item, Reply, Taken, refusal, told

_VERSION = re.compile(r"v\d{2}\.\d")
_TYPES = frozenset({"RESPONSE", "UPDATE", "MESSAGE_TAG"})
_PARAMETER = 100
MAGIC: dict[str, dict[str, tuple[int, int, int, str]]] = {
    "messenger": {
        "blocked": (400, 551, 1545041, "This person isn't available right now."),
        "silent-for-days": (400, 10, 2018278, "This message is sent outside of allowed window."),
    },
    "whatsapp": {
        "33600000026": (400, 131026, 0, "Message undeliverable"),
        "33600000047": (400, 131047, 0, "Re-engagement message"),
    },
}
"""Recipients that the fake refuses as the real API does: HTTP code, code, subcode, message."""


class Graph(Provider):
    """What both have in common: token, version, object, error shapes."""

    def answer(self, arrived: Arrived, now: float) -> Taken:
        """Version and token first, then the object, then the edge."""
        parts = arrived.parts
        if len(parts) < 2 or not _VERSION.fullmatch(parts[0]):  # noqa: PLR2004 - version and object
            return _error(400, 2500, "Unknown path components")
        if not compare_digest(self._token(arrived).encode(), self._access.encode()):
            return _error(401, 190, "Invalid OAuth access token - Cannot parse access token")
        if parts[1] not in (self.account, "me", self.settings.get("business_account")) and not self._has(
            parts[1]
        ):
            return _error(
                400, _PARAMETER, f"Unsupported request. Object with ID '{parts[1]}' does not exist", 33
            )
        if arrived.method == "POST" and parts[2:] == ("messages",):
            return self._send(arrived, now)
        if arrived.method == "GET":
            return Taken(reply=self._read(arrived, now))
        return _error(400, _PARAMETER, "Unsupported method")

    def failing(self, code: int) -> Reply:
        """Code 2 for "temporarily", 1 for "unknown"; a gateway's own failure is not even JSON."""
        if code == 503:  # noqa: PLR2004 - HTTP's own
            return Reply(code=code, body=b"Service Unavailable", headers={"Content-Type": "text/plain"})
        return _error(code, 2, "An unexpected error has occurred. Please retry later.", transient=True).reply

    def throttled(self, wait: float) -> Reply:
        """Throughput (WhatsApp) or the page's limit (Messenger)."""
        code = 130429 if self.kind == "whatsapp" else 613
        return _error(429, code, "Rate limit hit", Retry_After=f"{wait:.0f}").reply

    @property
    def _access(self) -> str:
        return self.secrets["access_token" if self.kind == "whatsapp" else "page_token"]

    def _token(self, arrived: Arrived) -> str:
        bearer = arrived.headers.get("authorization", "")
        return bearer.removeprefix("Bearer ") if bearer else arrived.query.get("access_token", "")

    def _has(self, name: str) -> bool:  # noqa: ARG002 - only pages list what they have
        return False

    def _send(self, arrived: Arrived, now: float) -> Taken:
        if arrived.media_type != "application/json":
            return _error(400, _PARAMETER, "Invalid parameter: the body is no JSON")
        try:
            sent = arrived.json()
        except ValueError:
            return _error(400, _PARAMETER, "Invalid parameter: the body is no JSON")
        return self._take(sent, now)

    def _take(self, sent: dict[str, Any], now: float) -> Taken:
        raise NotImplementedError

    def _refused(self, recipient: str) -> Taken | None:
        found = MAGIC[self.kind].get(recipient)
        return _error(found[0], found[1], found[3], found[2]) if found else None

    def _read(self, arrived: Arrived, now: float) -> Reply:  # noqa: ARG002 - only pages list what they have
        if arrived.parts[2:] == ("subscribed_apps",):
            app = {"id": self.settings["app_id"], "subscribed_fields": ["messages", "messaging_postbacks"]}
            return told(200, {"data": [{**app, "whatsapp_business_api_data": {"id": app["id"]}}]})
        reading: dict[str, Any] = {"id": self.account}
        if "health_status" in arrived.query.get("fields", ""):
            number = {"entity_type": "PHONE_NUMBER", "id": self.account, "can_send_message": "AVAILABLE"}
            reading["health_status"] = {"can_send_message": "AVAILABLE", "entities": [number]}
        return told(200, reading)


class MessengerFake(Graph):
    """One page."""

    kind: ClassVar[str] = "messenger"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.account = "104001"
        self.settings = {"app_id": "900001"}
        self.secrets = {name: fresh() for name in ("app_secret", "verify_token", "page_token")}
        self.talks = Talks(self.account)

    def receipts(self, item: Item, hook: str, now: float) -> Sequence[Signed]:
        """Delivered, then read."""
        side = Messenger(url=hook, page=self.account, app_secret=self.secrets["app_secret"])
        at = datetime.fromtimestamp(now, UTC)
        return (side.delivered(item.party, item.id, at), side.read(item.party, item.id, at))

    def came(self, person: str, text: str, now: float) -> Signed:
        """Somebody writes: it is in their conversation from now on, and this is the webhook that tells of it."""
        at = datetime.fromtimestamp(now, UTC).replace(microsecond=0)
        mid = self.talks.note(person, person, text, at)
        side = Messenger(
            url=self.hooks.get("messages", ""), page=self.account, app_secret=self.secrets["app_secret"]
        )
        return side.text(person, text, mid, at)

    def _has(self, name: str) -> bool:
        return self.talks.message(name) is not None

    def _read(self, arrived: Arrived, now: float) -> Reply:
        found = self.talks.message(arrived.parts[1])
        if found is not None:
            return told(200, found)
        if arrived.parts[2:] == ("conversations",):
            return told(200, self.talks.page(arrived.query))
        return super()._read(arrived, now)

    def _take(self, sent: dict[str, Any], now: float) -> Taken:
        person, text = _text(sent, "recipient", "id"), _text(sent, "message", "text")
        if not person:
            return _error(400, _PARAMETER, "(#100) The parameter recipient is required")
        if not text or len(text) > 2000 or sent.get("messaging_type", "RESPONSE") not in _TYPES:  # noqa: PLR2004
            return _error(400, _PARAMETER, "(#100) Length of param message[text] must be 1..2000, type known")
        if refused := self._refused(person):
            return refused
        at = datetime.fromtimestamp(now, UTC).replace(microsecond=0)
        item = Item(id=self.talks.note(person, self.account, text, at), party=person, text=text)
        return Taken(reply=told(200, {"recipient_id": person, "message_id": item.id}), item=item)


class WhatsappFake(Graph):
    """One number of the Cloud API."""

    kind: ClassVar[str] = "whatsapp"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.account = "106540352242922"
        self.settings = {"app_id": "900001", "business_account": "102290129340398"}
        self.secrets = {name: fresh() for name in ("app_secret", "verify_token", "access_token")}

    def receipts(self, item: Item, hook: str, now: float) -> Sequence[Signed]:
        """Sent, then delivered."""
        side = Whatsapp(url=hook, phone=self.account, app_secret=self.secrets["app_secret"])
        at = datetime.fromtimestamp(now, UTC)
        return tuple(side.state(item.party, item.id, state, at) for state in ("sent", "delivered"))

    def _take(self, sent: dict[str, Any], now: float) -> Taken:  # noqa: ARG002 - nobody can list what it took
        person = str(sent.get("to") or sent.get("recipient") or "").removeprefix("+")
        text = _text(sent, "text", "body")
        wrong: list[tuple[Callable[[], bool], str]] = [
            (lambda: sent.get("messaging_product") != "whatsapp", "messaging_product"),
            (lambda: not person, "to"),
            (lambda: sent.get("type", "text") != "text", "type"),
            (lambda: not 1 <= len(text) <= 4096, "text.body"),  # noqa: PLR2004 - Meta's own limit
        ]
        found = next((name for test, name in wrong if test()), "")
        if found:
            return _error(400, _PARAMETER, f"(#100) Invalid parameter: {found}")
        if refused := self._refused(person):
            return refused
        item = Item(id=fresh("wamid."), party=person, text=text)
        people = [{"input": person, "wa_id": person}]
        answer = {"messaging_product": "whatsapp", "contacts": people, "messages": [{"id": item.id}]}
        return Taken(reply=told(200, answer), item=item)


def _text(sent: dict[str, Any], *path: str) -> str:
    found: Any = sent
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""


def _error(
    http: int, code: int, message: str, subcode: int = 0, *, transient: bool = False, **headers: str
) -> Taken:
    error: dict[str, Any] = {"message": message, "type": "OAuthException", "code": code}
    extra = {"error_subcode": subcode} if subcode else {}
    trace = {"is_transient": transient, "fbtrace_id": fresh()[:11]}
    return refusal(http, {"error": {**error, **extra, **trace}}, **headers)
