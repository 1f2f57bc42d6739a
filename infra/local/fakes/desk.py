"""A fake desk on Standard Webhooks (specification 1.0)."""

import base64
import secrets
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from infra.local.fakes import signatures
from infra.local.fakes.provider import Provider
from infra.local.fakes.vendor_desks import Webhook
from infra.local.fakes.vendors import Signed
from infra.local.fakes.wire import Arrived, Item, Reply, Taken, refusal, told

TOLERANCE = 300


class DeskFake(Provider):
    """Checks the signature as the specification says, and takes each webhook-id once, counting repetitions."""

    kind: ClassVar[str] = "webhook"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.account = name
        self.secrets = {"secret": "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()}
        self._seen: dict[str, Item] = {}
        self._lock = threading.Lock()

    def answer(self, arrived: Arrived, now: float) -> Taken:
        """401 for what is not signed, 400 for what is no event, 200 for a probe, 202 for what is taken."""
        if arrived.method == "GET":
            return refusal(200, {"ok": True})
        key = arrived.headers.get("webhook-id", "")
        if not self._signed(arrived, key, now):
            return refusal(401, {"title": "the signature does not match"})
        try:
            event = arrived.json()
        except ValueError:
            return refusal(400, {"title": "no JSON object"})
        told_of = event.get("data")
        if not isinstance(event.get("type"), str) or not isinstance(told_of, dict):
            return refusal(400, {"title": "type and data are wanted"})
        if event["type"] == "bascule.probe":
            return refusal(200, {"ok": True})
        return self._take(key, told_of)

    def failing(self, code: int) -> Reply:
        """A problem in JSON."""
        return told(code, {"title": "broken"})

    def throttled(self, wait: float) -> Reply:
        """429 and when to come back."""
        return told(429, {"title": "too many"}, Retry_After=f"{wait:.0f}")

    def receipts(self, item: Item, hook: str, now: float) -> Sequence[Signed]:
        """An agent answered, then closed."""
        side = Webhook(url=hook, secret=self.secrets["secret"])
        at = datetime.fromtimestamp(now, UTC)
        return tuple(side.word(item.key, word, at) for word in ("answered", "closed"))

    def _signed(self, arrived: Arrived, key: str, now: float) -> bool:
        stamp = arrived.headers.get("webhook-timestamp", "")
        if not key or not stamp.isascii() or not stamp.isdigit() or abs(now - int(stamp)) > TOLERANCE:
            return False
        wanted = signatures.standard(self.secrets["secret"], key, int(stamp), arrived.body).encode()
        given = arrived.headers.get("webhook-signature", "").split(" ")
        return any(secrets.compare_digest(one.encode("utf-8", "replace"), wanted) for one in given)

    def _take(self, key: str, data: Mapping[str, Any]) -> Taken:
        customer = data.get("customer")
        person = str(customer.get("id", "")) if isinstance(customer, dict) else ""
        with self._lock:
            repeated = key in self._seen
            talk = str(data.get("conversation_id") or "")
            item = Item(
                id=key,
                key=key,
                party=person,
                text=str(data.get("text", "")),
                conversation=talk,
                repeated=repeated,
            )
            self._seen.setdefault(key, item)
        return Taken(reply=told(202, {"accepted": True, "duplicate": repeated}), item=item)
