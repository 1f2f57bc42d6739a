"""Three desks and a shop: one that knows our keys, one that also reports, one that knows nothing; each can ail."""

import json
from collections.abc import Callable
from dataclasses import replace

from chalicelib.channels import Capability
from chalicelib.channels.webhook import Webhook
from chalicelib.domain.model import Message, Sent
from chalicelib.http_types import Call, MaybeSent, NotSent, Response
from chalicelib.memory import ManualClock
from tests.lives.journal import Journal

KEYED = ("a.example", "b.example", "shop.example")
DESKS = {"desk-a": "a.example", "desk-b": "b.example", "desk-c": "c.example"}
BOXES = {"a.example": "box-a", "b.example": "box-b", "c.example": "box-c", "shop.example": "shop"}
CODES = {"refuses": 503, "throttles": 429, "locks us out": 401, "finds fault": 422, "moved away": 404}
FAULTS = (
    "well", *CODES, "vanishes", "swallows", "cut", "closed", "slow", "late", "frozen", "stalled",
)  # fmt: skip
TOLD_APART = ("text", "fire", "answer")
"""How the texts of this life begin; our own words to people are the same for all, so they are named by their key."""
SECONDS = {"slow": 7, "late": 9, "frozen": 40, "stalled": 40}


class Reports(Webhook):
    """Takes a key, and reports on what it took."""

    def send(self, message: Message, now) -> Sent:
        return replace(super().send(message, now), provider_id=f"p-{message.key}", receipt_due=True)


class Forgetful(Webhook):
    """Takes no key, and cannot look a send up."""

    idempotent = False
    capabilities = frozenset({Capability.SEND})


KINDS = {"shop": Reports, "box-a": Webhook, "box-b": Reports, "box-c": Forgetful}


class Providers:
    """The network. `another_worker` is what happens while we hang: it gets the key of what is being sent."""

    def __init__(self, clock: ManualClock, journal: Journal) -> None:
        self.clock, self.journal = clock, journal
        self.faults: dict[str, str] = {}
        self.keys: dict[str, set[str]] = {host: set() for host in BOXES}
        self.on_call: Callable[[str, str, str], None] = lambda *_: None
        self.another_worker: Callable[[str], None] = lambda _: None
        self._hanging = False

    def send(self, call: Call) -> Response:
        host, event = call.url.split("/")[2], json.loads(call.body) if call.body else {}
        fault = self.faults.get(host, "well")
        if event.get("type") not in ("contact.message", "contact.reply"):
            return self._probed(fault)
        key = call.headers["webhook-id"]
        text = event["data"]["text"]
        if text.partition(" ")[0] not in TOLD_APART:
            text = f"{text[:20]} {key}"
        self.journal.asked[text] += 1
        self.on_call(host, key, text)
        if fault == "closed":
            raise NotSent("refused")
        if fault == "cut":
            raise MaybeSent("cut before it arrived")
        if fault in CODES:
            return Response(code=CODES[fault], headers={"retry-after": "20"}, elapsed=20)
        return self._take(host, key, text, fault)

    def _take(self, host: str, key: str, text: str, fault: str) -> Response:
        if fault == "stalled":
            self._hang(key)
        if fault != "vanishes" and not (host in KEYED and key in self.keys[host]):
            self.keys[host].add(key)
            self.journal.effects.append((host, key, text))
        if fault == "frozen":
            self._hang(key)
        if fault in ("slow", "late"):
            self.clock.advance(SECONDS[fault])
        if fault in ("swallows", "late"):
            raise MaybeSent("the answer was lost")
        self.journal.taken.add(text)
        return Response(code=200, body=b"{}", elapsed=20)

    def _hang(self, key: str) -> None:
        """We stand still for longer than our lease lasts, and somebody else goes on."""
        if not self._hanging:
            self._hanging = True
            self.clock.advance(SECONDS["frozen"])
            self.another_worker(key)
            self._hanging = False

    @staticmethod
    def _probed(fault: str) -> Response:
        if fault in ("closed", "cut", "swallows", "late"):
            raise NotSent("no answer to a probe")
        return Response(code=CODES.get(fault, 200), body=b"{}", elapsed=20)
