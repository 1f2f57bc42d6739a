"""A world with a number whose provider has a list: people text and call it, and its webhooks may be lost."""

from datetime import timedelta
from typing import Any

from chalicelib.domain.model import Outcome, Signal, row_key
from chalicelib.handlers import probing
from chalicelib.http_types import Call, NotSent, Request, Response
from chalicelib.wiring import use
from infra.local.fakes.twilio import TwilioFake
from infra.local.fakes.vendors import Signed
from tests.contract.fake_api import FakeApi
from tests.world import World

HOST = "numbers.example"
PATH = "sms-fr#in#fr"
PLAN = """
schema: 1
public_base_url: https://bascule.example
market: fr
languages: [fr, en]
channels:
  sms-fr: {kind: twilio_sms, account: "+33755500000", market: fr, base: "https://numbers.example", settings: {account_sid: SID},
    door: {url: "sms:+33755500000", labels: {fr: SMS, en: Text us}}}
  phone-fr: {kind: twilio_voice, account: "+33755500000", market: fr, base: "https://numbers.example", settings: {account_sid: SID},
    door: {url: "tel:+33755500000", labels: {fr: Tel, en: Call us}}}
  box: {kind: webhook, settings: {url: "https://a.example/in"}}
desks:
  desk-box: {channel: box, target: {queue: sales}}
purposes:
  order: {match: [{}], routes: {fr: [desk-box]}, deadline: 4h}
"""  # noqa: E501


class Numbers(World):
    """The world. `deaf` loses the provider's webhooks; `gone` has its API away, too."""

    def __init__(self, plan: str = PLAN) -> None:
        self.fake = TwilioFake("twilio")
        self.api = FakeApi(self.fake, 0.0)
        self.deaf = self.gone = False
        self.asked: list[Call] = []
        super().__init__(plan.replace("SID", self.fake.settings["account_sid"]))
        self.wired.registry.http = self
        secrets = {name: (value,) for name, value in self.fake.secrets.items()}
        for channel in ("sms-fr", "phone-fr"):
            self.ports.secrets.channels[channel] = secrets
        self.fake.hooks = {"Messages": "https://bascule.example/hooks/sms-fr"}
        self.throttle: Response | None = None

    def send(self, call: Call) -> Response:
        """The network: the provider, or some desk."""
        if HOST not in call.url:
            return self.desks.send(call)
        self.asked.append(call)
        if self.gone:
            raise NotSent("refused")
        self.api.now = self.clock.now().timestamp()
        return self.throttle or self.api.send(call)

    def text(self, words: str, person: str = "+33639981122") -> Signed:
        """Somebody writes; the webhook that tells of it, which is brought unless we are deaf."""
        signed = self.fake.came(person, words, self.clock.now().timestamp())
        if not self.deaf:
            self.bring(signed)
        return signed

    def bring(self, signed: Signed, channel: str = "sms-fr") -> Any:
        """The provider's webhook comes to our door."""
        headers = {name.lower(): value for name, value in signed.headers.items()}
        request = Request(url=signed.url, headers=headers, body=signed.body)
        return self.wired.acceptance.receive(channel, request, self.clock.now())

    def called(self, sid: str, person: str = "+33639981122", status: str = "completed") -> None:
        """Somebody calls, and we are deaf."""
        told = {"from": person, "to": self.fake.account, "direction": "inbound", "status": status}
        self.fake.lists.note("Calls", sid, told, self.clock.now().replace(microsecond=0))

    def outage(self, minutes: int, *texts: str, channel: str = "sms-fr") -> None:
        """The provider is away so long, found out by probes, and these texts reach it meanwhile; then it is back."""
        self.deaf = self.gone = True
        for number in range(minutes):
            if number < len(texts):
                self.text(texts[number])
            self.minute()
        self.deaf = self.gone = False
        self.state = self.ports.health.everything()[f"{channel}#in#fr"]

    def step(self) -> list[str]:
        """The probe function takes every catch-up message that is due now, once; the words of its log."""
        notes = self.ports.queues.notes
        due = [n for n in notes if n.queue == "probes" and '"catch_up"' in n.body and not n.delay]
        notes[:] = [n for n in notes if n not in due]
        with use(self.wired):
            return [probing.catch_up(self.wired).run(n.body) for n in due]

    def handed(self) -> list[str]:
        """What the desk has been given, in its order."""
        return [event["data"]["text"] for event in self.desks.contacts("a.example")]

    def row_of(self, signed: Signed, channel: str = "sms-fr") -> Any:
        """The row of a text."""
        sid = dict(part.split("=") for part in signed.body.decode().split("&"))["MessageSid"]
        return self.ports.contacts.get(row_key(channel, self.fake.account, sid))

    def wrong(self, count: int = 1) -> None:
        """The way in fails so often."""
        for _ in range(count):
            known = self.ports.health.read([PATH]).get(PATH)
            self.wired.believer.learn(PATH, Signal(outcome=Outcome.OUTAGE, at=self.clock.now()), known)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)
