"""Messenger (Meta): webhooks of a page and the Send API; Messenger Platform reference, Graph API v25.0."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from chalicelib.channels import Capability, Finding, Ill, Listed, Malformed, Setting, Sought, Stretch, Trace
from chalicelib.channels import _messenger_lists as lists
from chalicelib.channels._json import items, lenient, moment, number, table, text
from chalicelib.channels._meta import COMMON, failed_probe, probe_detail
from chalicelib.channels._meta_checks import of_meta
from chalicelib.channels._meta_hooks import FORMER_WORD, LED, LedByMeta
from chalicelib.channels._reading import Found, Reading, own_id
from chalicelib.domain.model import (
    Attachment,
    Contact,
    Message,
    Outcome,
    Party,
    Receipt,
    ReceiptState,
    Sent,
    Signal,
)

# What Meta says of our page in `policy_enforcement.action`.
ENFORCEMENT: Mapping[str, Outcome] = {"block": Outcome.ACCOUNT, "unblock": Outcome.OK}
FIELDS = ("messages", "messaging_postbacks", "message_deliveries")
"""What a page must be subscribed to: the people's messages, their buttons, and receipts for ours."""
SCOPES = ("pages_messaging",)
USER_REF = "user_ref:"
"""Marks the address of somebody who came by the checkbox plug-in: Meta gives no page-scoped id for them."""


class Messenger(LedByMeta):
    """One page's Messenger. A person's address is the page-scoped id; ours is the page's id."""

    kind = "messenger"
    envelope = "page"
    token = "page_token"  # noqa: S105 - the name of a secret, not the secret
    longest = 2000
    needs = (
        *COMMON,
        FORMER_WORD,
        Setting(name="page_token", purpose="the page's access token for the Send API", secret=True),
    )
    capabilities = LED | {Capability.HANDSHAKE, Capability.SEND, Capability.CATCH_UP, Capability.RESOLVE}

    def read_entry(self, reading: Reading, place: str, entry: dict[str, Any], now: datetime) -> None:
        """`messaging` is ours; `standby` belongs to another app's thread, `changes` to the page's feed."""
        for where, event in reading.each(entry, "messaging", place):
            reading.take(where, self._event(event, text(entry, "id"), now))
        for other in ("standby", "changes"):
            for _ in items(entry, other):
                reading.ignore()

    def send(self, message: Message, now: datetime) -> Sent:  # noqa: ARG002 - the window is the service's to keep
        """One text to a person who wrote within the window. Not idempotent: Meta takes no key."""
        address = message.target.get("address", "")
        person = (
            {"user_ref": address.removeprefix(USER_REF)} if address.startswith(USER_REF) else {"id": address}
        )
        body = {"messaging_type": "RESPONSE", "recipient": person, "message": {"text": message.text}}
        return self.post_message(message, body, ("message_id",))

    def probe(self, now: datetime) -> Signal:
        """Ask who the token's page is."""
        response = self.get("me", fields="id")
        page = text(lenient(response.body), "id")
        if response.code != 200 or not page:  # noqa: PLR2004 - HTTP's OK
            return failed_probe(response, now)
        if self.config.account not in ("", page):
            return Signal(
                outcome=Outcome.AUTH, at=now, latency=response.elapsed, detail="token of another page"
            )
        return Signal(outcome=Outcome.OK, at=now, latency=response.elapsed, detail=probe_detail(response))

    def check(self, now: datetime) -> tuple[Finding, ...]:
        """Is our app still subscribed to the page, and to all that we need? Its token, address? Raises SendFailed."""
        return (*self._subscribed(), *of_meta(self, SCOPES, now))

    def _subscribed(self) -> Iterator[Finding]:
        wanted = self.config.settings.get("app_id", "")
        apps = [app for app in self.subscriptions(self.config.account) if wanted in ("", text(app, "id"))]
        if not apps:
            yield Finding(
                ill=Ill.NOT_SUBSCRIBED, about="the app is not subscribed to the page: no message will arrive"
            )
            return
        fields = {
            field for app in apps for field in items(app, "subscribed_fields") if isinstance(field, str)
        }
        for field in FIELDS:
            if field not in fields:
                yield Finding(ill=Ill.SUBSCRIPTION_LACKS, about=f"the page's subscription lacks {field}")

    def catch_up(self, stretch: Stretch, now: datetime) -> Listed:  # noqa: ARG002 - each item has its own time
        """What people wrote, from the page's conversations; of each at most the 20 newest messages."""
        return lists.missed(self.get, self.own, stretch)

    def resolve(self, sought: Sought, now: datetime) -> Trace:  # noqa: ARG002 - each item has its own time
        """The message by its id, else all with these words to this person in that time."""
        return lists.traced(self.get, self.own, sought)

    def _event(self, event: dict[str, Any], page: str, now: datetime) -> Iterator[Found]:
        """What one element of `messaging` holds; nothing for kinds that are no contact."""
        if "message" in event or "postback" in event:
            yield from _approach(event, page)
        elif "delivery" in event:
            at_time = moment(event, "delivery", "watermark")
            for mid in items(event, "delivery", "mids"):
                if isinstance(mid, str):
                    yield Receipt(provider_id=text(mid), state=ReceiptState.DELIVERED, at=at_time)
        elif text(event, "read", "mid"):
            read_id, read_at = text(event, "read", "mid"), moment(event, "read", "watermark")
            yield Receipt(provider_id=read_id, state=ReceiptState.READ, at=read_at)
        elif text(event, "policy_enforcement", "action") in ENFORCEMENT and page == self.config.account:
            action = text(event, "policy_enforcement", "action")
            yield Signal(outcome=ENFORCEMENT[action], at=now, detail=f"policy_enforcement {action}")


def _approach(event: dict[str, Any], page: str) -> Iterator[Contact]:
    """A message or a pressed button; nothing for the echo of what the page itself wrote."""
    kind = "message" if "message" in event else "postback"
    said = event[kind]
    if not isinstance(said, dict):
        raise Malformed(f"{kind} is not an object")
    if said.get("is_echo") is True:
        return
    account, person = text(event, "recipient", "id") or page, _person(event)
    if not account or not person:
        raise Malformed("nobody to answer, or no page")
    yield Contact(
        account=account,
        provider_id=text(said, "mid") or own_id(event),
        party=Party(address=person),
        text=text(said, "text") or text(said, "title"),
        sent_at=moment(event, "timestamp"),
        attachments=tuple(_attachments(said)),
        traits=_traits(kind, event, said),
    )


def _person(event: dict[str, Any]) -> str:
    reference = text(event, "sender", "user_ref")
    return text(event, "sender", "id") or (f"{USER_REF}{reference}" if reference else "")


def _traits(kind: str, event: dict[str, Any], said: dict[str, Any]) -> dict[str, str]:
    possible = {
        "kind": kind,
        "button": text(said, "payload") or text(said, "quick_reply", "payload"),
        "referral": text(said, "referral", "ref") or text(event, "referral", "ref"),
        "reply_to": text(said, "reply_to", "mid"),
    }
    return {name: value for name, value in possible.items() if value}


def _attachments(said: dict[str, Any]) -> Iterator[Attachment]:
    """What came along; `fallback` has its address beside the payload, a location none but its coordinates."""
    for sent in items(said, "attachments"):
        place = table(sent, "payload", "coordinates")
        latitude, longitude = number(place, "lat"), number(place, "long")
        where = f"geo:{latitude},{longitude}" if None not in (latitude, longitude) else ""
        reference = (
            text(sent, "payload", "url") or text(sent, "url") or where or text(sent, "payload", "sticker_id")
        )
        if reference:
            yield Attachment(reference=reference, media_type=text(sent, "type"), name=text(sent, "title"))
