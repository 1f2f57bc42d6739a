"""Who takes part in an onset beside the product: the plan, a mail provider that falls ill, a customer's browser."""

import json
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

from chalicelib.http_types import Call, MaybeSent, NotSent, Request, Response
from infra.local.fakes.vendor_desks import ses_mail

TOPIC = "arn:aws:sns:eu-west-3:123456789012:mail"
MAIL, SHOP, BOX = "mail-fr", "shop", "box"
MAILBOX = "contact@shop.example"
SECRET = "whsec_YmFzY3VsZS1vbnNldC1iZW5jaC1rZXk="  # noqa: S105 - both sides of it live in this process
EVERY, CACHE = 60.0, 15.0
"""Seconds: how often front-door.js reads the feed (times 0.75 to 1.25), and the feed's `max-age`."""
NOISE = 0.005
USUALLY_MISSING = 0.03
SLOWEST_RECEIPT = 100.0
SENT_AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)

CANARY = {"from": "test@shop.example", "every": "1m", "wait": "45s", "most_per_day": 1600}
PLAN: dict[str, Any] = {
    "schema": 1, "public_base_url": "https://contact.example", "market": "fr", "languages": ["fr"],
    "channels": {
        MAIL: {
            "kind": "ses_email", "account": MAILBOX, "market": "fr",
            "settings": {"topic_arn": TOPIC, "region": "eu-west-3", "configuration_set": "watched"},
            "door": {"url": f"mailto:{MAILBOX}", "labels": {"fr": "E-mail"}},
        },
        SHOP: {
            "kind": "webhook", "market": "fr", "settings": {"url": "https://shop.example/in"},
            "door": {"url": "https://shop.example", "labels": {"fr": "Formulaire"}},
        },
        BOX: {"kind": "webhook", "provider": "alpha", "settings": {"url": "https://alpha.example"}},
    },
    "desks": {"letters": {"channel": MAIL, "target": {"address": "agents@shop.example"}}, "agents": {"channel": BOX}},
    "purposes": {"order": {"match": [{}], "routes": {"fr": ["letters", "agents"]}}},
}  # fmt: skip


def plan(*, canary: bool) -> str:
    """The plan's text, with a canary each minute on the mailbox or without one."""
    channels = PLAN["channels"]
    mail = {**channels[MAIL], "canary": CANARY} if canary else channels[MAIL]
    return json.dumps({**PLAN, "channels": {**channels, MAIL: mail}})


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What befalls the mail provider at second 0: `outage`, or `silent` for this share of what it takes."""

    name: str
    kind: str
    share: float = 1.0


@dataclass(slots=True)
class Provider:
    """The network. At its onset the mail provider refuses, hangs (half of the outages each), or loses in silence."""

    trouble: Trouble
    draw: Random
    second: Callable[[], float]
    arrive: Callable[[Request, float], None]
    hangs: bool = field(init=False)
    _sent: int = 0

    def __post_init__(self) -> None:
        self.hangs = self.trouble.kind == "outage" and self.draw.random() < 0.5  # noqa: PLR2004 - a coin

    @property
    def ill(self) -> bool:
        """True from the onset on."""
        return self.second() >= 0

    def send(self, call: Call) -> Response:
        """Answer one call; of a mail that was taken and not lost we hear some seconds later."""
        if "email." not in call.url:
            return Response(code=200, body=b"{}", elapsed=20)
        if self.ill and self.trouble.kind == "outage":
            raise MaybeSent("no answer") if self.hangs else NotSent("refused")
        if self.draw.random() < NOISE:
            return Response(code=500, elapsed=20)
        if call.method == "GET":
            return Response(
                code=200, body=b'{"SendingEnabled": true, "EnforcementStatus": "HEALTHY"}', elapsed=20
            )
        return self._take(json.loads(call.body))

    def _take(self, letter: Mapping[str, Any]) -> Response:
        self._sent += 1
        name = f"mail-{self._sent}"
        ours = MAILBOX in letter["Destination"]["ToAddresses"]
        silent = self.ill and self.trouble.kind == "silent" and self.draw.random() < self.trouble.share
        if ours and not silent:
            words = letter["Content"]["Simple"]["Subject"]["Data"]
            self.arrive(came_in(letter["FromEmailAddress"], words, name), self.draw.expovariate(1 / 4))
        elif not silent and self.draw.random() >= USUALLY_MISSING:
            self.arrive(delivered(name), min(self.draw.expovariate(1 / 8), SLOWEST_RECEIPT))
        return Response(code=200, body=json.dumps({"MessageId": name}).encode(), elapsed=20)


def delivered(message_id: str) -> Request:
    """SES's word through its topic: that mail reached the recipient's server."""
    return _notice(json.dumps({"eventType": "Delivery", "mail": {"messageId": message_id}, "delivery": {}}))


def came_in(sender: str, words: str, message_id: str) -> Request:
    """SES's word through its topic: this mail came to our mailbox."""
    return _notice(ses_mail(sender, MAILBOX, words, words, (message_id, SENT_AT)))


def _notice(message: str) -> Request:
    return Request(origin=TOPIC, body=json.dumps({"TopicArn": TOPIC, "Message": message}).encode())


@dataclass(slots=True)
class Browser:
    """A page that was open before: it reads the feed about once a minute, out of a shared cache of 15 s."""

    draw: Random
    _feeds: list[tuple[float, bool]] = field(default_factory=list)
    _phase: float = field(init=False)

    def __post_init__(self) -> None:
        self._phase = self.draw.random() * CACHE

    def published(self, second: float, text: str) -> bool:
        """A new feed stands in storage: does it put another way before the mail button, or take that away?"""
        ways = json.loads(text)["ways"]
        steers = bool(ways[0]["channel"] != MAIL and ways[0]["state"] == "open")
        self._feeds.append((second, steers))
        return steers

    def sees(self, second: float) -> bool:
        """Reads at this second what the cache took in at its own last read."""
        cached = self._phase + CACHE * ((second - self._phase) // CACHE)
        before = bisect_right(self._feeds, (cached, True)) - 1
        return before >= 0 and self._feeds[before][1]

    def pause(self) -> float:
        """Seconds until the script's next read."""
        return EVERY * (0.75 + self.draw.random() / 2)
