"""A world whose first desk is written to by mail, with a provider that loses some of it; and its operations."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from chalicelib.domain.model import Receipt, ReceiptState
from chalicelib.service.wire import Evidence, dump_evidence
from tests.unit.operations_side import Operations, Reply

PATH = "mail#out#world"
MAIL = """
schema: 1
public_base_url: https://bascule.example
market: fr
languages: [fr, en]
channels:
  shop: {kind: webhook, market: fr, settings: {url: "https://shop.example/in"}}
  mail: {kind: ses_email, provider: amazon, promised: 99.9, account: desk@shop.example, settings: {topic_arn: "arn:aws:sns:eu-west-3:1:t", region: eu-west-3, configuration_set: watched}}
  post: {kind: ses_email, provider: other, account: desk@post.example, base: "https://post.example", settings: {topic_arn: "arn:aws:sns:eu-west-3:1:u", region: eu-west-3, configuration_set: watched}}
  box: {kind: webhook, settings: {url: "https://a.example/in"}}
desks:
  desk-mail: {channel: mail, target: {address: agents@shop.example}}
  desk-post: {channel: post, target: {address: agents@post.example}}
  desk-box: {channel: box, target: {queue: sales}}
purposes:
  post: {match: [{channel: shop, keywords: [post]}], routes: {fr: [desk-post]}, deadline: 4h}
  box: {match: [{channel: shop, keywords: [box]}], routes: {fr: [desk-box]}, deadline: 4h}
  order: {match: [{channel: shop}], routes: {fr: [desk-mail, desk-box]}, deadline: 4h}
pages:
  aws: {format: statuspage, url: "https://status.example/api/v2/summary.json", components: {SES: [mail]}}
"""  # noqa: E501
HOST = "email.eu-west-3.amazonaws.com"


class Mails(Operations):
    """The provider takes every mail under a new id; `receipt` says whether one comes for it."""

    def __init__(self, plan: str = MAIL) -> None:
        super().__init__(plan)
        self.taken: list[str] = []
        self.world.desks.on_call = self._take

    def _take(self, call: Any) -> None:
        if call.method == "POST" and call.url.endswith("/outbound-emails"):
            self.taken.append(f"mail-{len(self.taken) + 1}")
            body = json.dumps({"MessageId": self.taken[-1]}).encode()
            self.world.desks.bodies |= dict.fromkeys((HOST, "post.example"), body)

    def send(self, number: int, *, receipt: bool = True, text: str = "hello", channel: str = "mail") -> str:
        """One contact, handed over by mail; the provider's id, of which a receipt comes after a second or never."""
        self.world.say(text, id_=f"m{number}", person=f"p{number}")
        self.world.run()
        self.world.clock.advance(1)
        if receipt:
            self.hear(self.taken[-1], channel=channel)
        return self.taken[-1]

    def hear(
        self, id_: str, state: ReceiptState = ReceiptState.DELIVERED, channel: str = "mail", **more: Any
    ) -> None:
        account = f"desk@{'shop' if channel == 'mail' else 'post'}.example"
        about = Receipt(provider_id=id_, state=state, at=self.world.clock.now(), **more)
        self.world.wired.hearing.take(dump_evidence(Evidence(channel=channel, account=account, about=about)))

    def wait(self, minutes: int = 8) -> None:
        """Let receipts come due."""
        for _ in range(minutes * 6):
            self.world.clock.advance(10)
            self.world.run()

    def report(self, path: str = PATH, **query: str) -> dict[str, Any]:
        return self.asked(path, **query).json

    def asked(self, path: str = PATH, headers: dict[str, str] | None = None, **query: str) -> Reply:
        wanted = {name: [value] for name, value in query.items()}
        return self.ask("GET", f"/v1/evidence/{quote(path, safe='')}", query=wanted or None, headers=headers)

    def verify(self, report: dict[str, Any]) -> dict[str, Any]:
        return self.ask("POST", f"/v1/evidence/{quote(PATH, safe='')}/verify", report).json

    def ticket(self, body: object, path: str = PATH, role: str = "operator") -> Reply:
        return self.ask("POST", f"/v1/evidence/{quote(path, safe='')}/tickets", body, role=role)

    def at(self, seconds: float) -> str:
        return (self.world.clock.now() + timedelta(seconds=seconds)).isoformat()
