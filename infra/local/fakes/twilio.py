"""A fake Twilio REST API (2010-04-01): messages, calls, the account."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from secrets import compare_digest
from typing import ClassVar

from infra.local.fakes.provider import Provider, fresh
from infra.local.fakes.twilio_lists import WORDS, Lists
from infra.local.fakes.vendor_twilio import Twilio
from infra.local.fakes.vendors import FORM, Signed
from infra.local.fakes.wire import Arrived, Item, Reply, Taken, refusal, told

_NUMBER = re.compile(r"(whatsapp:)?\+[1-9]\d{6,14}")
_LONGEST = 1600
MAGIC = {
    "+15005550009": (21610, "Attempt to send to unsubscribed recipient"),
    "+15005550004": (21612, "The 'To' phone number is not currently reachable"),
}
"""Recipients that the fake refuses as the real API does: code and message."""


class TwilioFake(Provider):
    """One account; serves text messages and calls."""

    kind: ClassVar[str] = "twilio"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.account = "+33755500000"
        self.settings = {"account_sid": fresh("AC")}
        self.secrets = {"auth_token": fresh()}
        self.tester = "+33755500099"
        self.lists = Lists(self.settings["account_sid"])

    def answer(self, arrived: Arrived, now: float) -> Taken:
        """Who asks, then what."""
        sid = self.settings["account_sid"]
        if not self._known(arrived.headers.get("authorization", "")):
            return _error(401, 20003, "Authenticate", WWW_Authenticate='Basic realm="Twilio API"')
        place = "/".join(arrived.parts)
        if arrived.method == "GET" and place == f"2010-04-01/Accounts/{sid}.json":
            return Taken(reply=told(200, {"sid": sid, "status": "active", "type": "Full"}))
        if arrived.method == "GET" and place == f"2010-04-01/Accounts/{sid}/Balance.json":
            return Taken(reply=told(200, {"account_sid": sid, "balance": "42.00", "currency": "EUR"}))
        made = {f"2010-04-01/Accounts/{sid}/{name}.json": name for name in ("Messages", "Calls")}
        if arrived.method == "POST" and place in made:
            return self._create(arrived, made[place], now)
        if arrived.method == "GET" and arrived.parts[:3] == ("2010-04-01", "Accounts", sid):
            return self._listed(arrived)
        return _error(404, 20404, f"The requested resource {arrived.path} was not found")

    def came(self, sender: str, text: str, now: float) -> Signed:
        """A text message comes in: it is in the list from now on, and this is the webhook that tells of it."""
        sid = fresh("SM")
        told = {
            "from": sender,
            "to": self.account,
            "body": text,
            "status": "received",
            "direction": "inbound",
        }
        self.lists.note("Messages", sid, told, datetime.fromtimestamp(now, UTC).replace(microsecond=0))
        return self._side(self.hooks.get("Messages", "")).sms(sender, text, sid)

    def lost(self, item: Item) -> None:
        """The list knows it."""
        resource = "Messages" if item.id.startswith("SM") else "Calls"
        self.lists.settle(item.id, WORDS[resource][2])

    def failing(self, code: int) -> Reply:
        """20500 or 20503, in Twilio's JSON."""
        return _error(code, 20000 + code, "An internal server error has occurred").reply

    def throttled(self, wait: float) -> Reply:
        """20429."""
        return _error(429, 20429, "Too Many Requests", Retry_After=f"{wait:.0f}").reply

    def receipts(self, item: Item, hook: str, now: float) -> Sequence[Signed]:  # noqa: ARG002 - the seam's signature
        """Sent, then delivered, to the address that the message named itself, else to `hook`; or its way in, to us."""
        side = self._side(item.callback or hook)
        if item.party == self.account and item.sender:
            return self._inbound(side, item)
        if item.id.startswith("CA"):
            return ()
        return tuple(side.state(item.party, item.id, state) for state in ("sent", "delivered"))

    @staticmethod
    def _inbound(side: Twilio, item: Item) -> Sequence[Signed]:
        """A message or call to this very number, under an id of its own, as its webhook brings it; a call ends, too."""
        if item.id.startswith("CA"):
            sid = fresh("CA")
            return (side.call(item.sender, sid), side.call(item.sender, sid, CallStatus="completed"))
        return (side.sms(item.sender, item.text, fresh("SM")),)

    def _known(self, header: str) -> bool:
        kind, _, pair = header.partition(" ")
        wanted = f"{self.settings['account_sid']}:{self.secrets['auth_token']}"
        try:
            return kind == "Basic" and compare_digest(base64.b64decode(pair, validate=True), wanted.encode())
        except (binascii.Error, ValueError):
            return False

    def _side(self, url: str) -> Twilio:
        sid, token = self.settings["account_sid"], self.secrets["auth_token"]
        return Twilio(url=url, account_sid=sid, number=self.account, auth_token=token)

    def _listed(self, arrived: Arrived) -> Taken:
        """A page of a list, or one item of it."""
        match arrived.parts[3:]:
            case ("Messages.json" | "Calls.json" as name,):
                return refusal(200, self.lists.page(name.removesuffix(".json"), arrived.query))
            case ("Messages" | "Calls" as resource, name) if name.endswith(".json"):
                found = self.lists.item(resource, name.removesuffix(".json"))
                if found:
                    return refusal(200, found)
        return _error(404, 20404, f"The requested resource {arrived.path} was not found")

    def _create(self, arrived: Arrived, resource: str, now: float) -> Taken:
        if arrived.media_type != FORM:
            return _error(400, 20001, "Unsupported content type")
        sent = arrived.form()
        if refused := _refused(sent, resource):
            return refused
        text = sent.get("Body") or sent.get("Twiml") or sent.get("Url", "")
        item = Item(
            id=fresh("SM" if resource == "Messages" else "CA"), party=sent["To"], text=text,
            callback=self._callback(sent, resource), sender=sent.get("From", ""),
        )  # fmt: skip
        told_of = {"from": item.sender, "to": item.party, "body": text, "direction": "outbound-api"}
        at = datetime.fromtimestamp(now, UTC).replace(microsecond=0)
        self.lists.note(resource, item.id, {**told_of, "status": WORDS[resource][1]}, at)
        made = {
            "sid": item.id,
            "status": "queued",
            "to": item.party,
            "from": sent.get("From"),
            "error_code": None,
        }
        return Taken(reply=told(201, {**made, "account_sid": self.settings["account_sid"]}), item=item)

    def _callback(self, sent: Mapping[str, str], resource: str) -> str:
        ours = sent.get("To") == self.account and self.hooks.get(resource, "")
        return ours or sent.get("StatusCallback", "")


def _refused(sent: dict[str, str], resource: str) -> Taken | None:
    """The first thing wrong with a form, as Twilio numbers it."""
    to, text = sent.get("To", ""), sent.get("Body", "")
    message = resource == "Messages"
    faults = (
        (not to, 21604 if message else 21201, "A 'To' phone number is required"),
        (not _NUMBER.fullmatch(to), 21211, "Invalid 'To' phone number"),
        (
            not (sent.get("From") or (message and sent.get("MessagingServiceSid"))),
            21603,
            "A 'From' is required",
        ),
        (
            message and not (text or sent.get("ContentSid") or sent.get("MediaUrl")),
            21602,
            "Message body is required",
        ),
        (len(text) > _LONGEST, 21617, "The concatenated message body exceeds the 1600 character limit"),
        (not message and not (sent.get("Url") or sent.get("Twiml")), 21205, "Url is not a valid URL"),
    )
    found = next(((code, words) for wrong, code, words in faults if wrong), None) or MAGIC.get(to)
    return _error(400, *found) if found else None


def _error(http: int, code: int, message: str, **headers: str) -> Taken:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return refusal(http, {"code": code, "message": message, "more_info": more, "status": http}, **headers)
