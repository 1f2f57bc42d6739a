"""WhatsApp (Meta): a business account's webhooks and one number's messages; WhatsApp Cloud API, v25.0."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from chalicelib.channels import Capability, Finding, Ill, Malformed, Setting
from chalicelib.channels import _graph as graph
from chalicelib.channels._json import at, items, lenient, moment, table, text
from chalicelib.channels._meta import COMMON, failed_probe, probe_detail
from chalicelib.channels._meta_checks import elsewhere, of_meta
from chalicelib.channels._meta_hooks import FORMER_WORD, LED, LedByMeta
from chalicelib.channels._reading import Found, Reading
from chalicelib.channels._whatsapp_words import contact_of
from chalicelib.domain.model import Message, Outcome, Receipt, ReceiptState, Sent, Signal
from chalicelib.http_types import Response

STATES: Mapping[str, ReceiptState] = {
    "accepted": ReceiptState.ACCEPTED,
    "sent": ReceiptState.SENT,
    "delivered": ReceiptState.DELIVERED,
    "read": ReceiptState.READ,
    "played": ReceiptState.READ,
    "failed": ReceiptState.FAILED,
}
# What `health_status.can_send_message` means; it speaks of our account, not of the platform.
ABILITIES: Mapping[str, Outcome] = {
    "AVAILABLE": Outcome.OK,
    "LIMITED": Outcome.OK,
    "BLOCKED": Outcome.ACCOUNT,
}
# `account_update`: the event, or for DISABLED_UPDATE the state of the ban.
EVENTS: Mapping[str, Outcome] = {
    "ACCOUNT_RESTRICTION": Outcome.ACCOUNT,
    "ACCOUNT_DELETED": Outcome.ACCOUNT,
    "DISABLE": Outcome.ACCOUNT,
    "REINSTATE": Outcome.OK,
}
SCOPES = ("whatsapp_business_messaging",)
REFUSED_TEMPLATES = frozenset({"REJECTED", "PAUSED", "DISABLED"})


class WhatsApp(LedByMeta):
    """One number on the Cloud API. Our address is the phone number's id; a person's, digits or a user id."""

    kind = "whatsapp"
    envelope = "whatsapp_business_account"
    token = "access_token"  # noqa: S105 - the name of a secret, not the secret
    longest = 4096
    needs = (
        *COMMON,
        FORMER_WORD,
        Setting(
            name="access_token", purpose="a system user's token with whatsapp_business_messaging", secret=True
        ),
        Setting(name="business_account", purpose="the business account's id, to watch it", required=False),
    )
    capabilities = LED | {Capability.HANDSHAKE, Capability.SEND}

    def read_entry(self, reading: Reading, place: str, entry: dict[str, Any], now: datetime) -> None:
        """`messages` changes hold messages and receipts; of the others only `account_update` speaks of us."""
        for where, change in reading.each(entry, "changes", place):
            value = change.get("value")
            if change.get("field") == "account_update":
                reading.take(where, self._account(value, text(entry, "id"), now))
            elif change.get("field") != "messages":
                reading.ignore()
            elif isinstance(value, dict):
                self._messages(reading, f"{where}.value", value, now)
            else:
                reading.faults.append(f"{where}.value: not an object")

    def send(self, message: Message, now: datetime) -> Sent:  # noqa: ARG002 - the window is the service's to keep
        """One text to a person who wrote within the window. Not idempotent: Meta takes no key."""
        address = message.target.get("address", "")
        # Who hides the number behind a user name has a business-scoped id, which goes into another field.
        field = "to" if address.isascii() and address.removeprefix("+").isdecimal() else "recipient"
        body = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            field: address,
            "type": "text",
            "text": {"body": message.text, "preview_url": False},
        }
        return self.post_message(message, body, ("messages", 0, "id"))

    def probe(self, now: datetime) -> Signal:
        """Ask whether our number may send."""
        response = self.get(self.own, fields="health_status")
        health = table(lenient(response.body), "health_status")
        outcome = ABILITIES.get(text(health, "can_send_message"))
        if response.code != 200 or outcome is None:  # noqa: PLR2004 - HTTP's OK
            return failed_probe(response, now)
        return Signal(outcome=outcome, at=now, latency=response.elapsed, detail=_told(health, response))

    def check(self, now: datetime) -> tuple[Finding, ...]:
        """Is our app still subscribed to the business account? Its token, address, templates? Raises SendFailed."""
        return (*self._subscribed(), *of_meta(self, SCOPES, now))

    def _subscribed(self) -> Iterator[Finding]:
        owner, wanted = (self.config.settings.get(name, "") for name in ("business_account", "app_id"))
        if not owner:
            yield Finding(
                ill=Ill.UNCHECKED,
                about="business_account is not set: whether webhooks still come cannot be checked",
            )
            return
        apps = self.subscriptions(owner)
        ids = [text(app, "whatsapp_business_api_data", "id") for app in apps]
        if not ids or (wanted and wanted not in ids):
            yield Finding(
                ill=Ill.NOT_SUBSCRIBED,
                about="the app is not subscribed to the business account: no message will arrive",
            )
        if any(elsewhere(self, text(app, "override_callback_uri")) for app in apps):
            yield Finding(
                ill=Ill.LEADS_ELSEWHERE,
                about="the business account's webhook is overridden: it leads elsewhere",
            )
        yield from self._templates(owner)

    def _templates(self, owner: str) -> Iterator[Finding]:
        """Only an approved template may be sent outside the window, when it is needed most."""
        response = self.get(f"{quote(owner, safe='')}/message_templates", fields="name,status")
        for template in items(lenient(response.body), "data"):
            if (state := text(template, "status")) in REFUSED_TEMPLATES:
                about = f"template {text(template, 'name')[:60]} is {state}"
                yield Finding(ill=Ill.TEMPLATE_REFUSED, about=about)

    def _messages(self, reading: Reading, place: str, value: dict[str, Any], now: datetime) -> None:
        account = text(value, "metadata", "phone_number_id")
        for where, said in reading.each(value, "messages", place):
            reading.take(where, contact_of(said, value))
        for where, told in reading.each(value, "statuses", place):
            reading.take(where, _receipt(told))
        for where, error in reading.each(value, "errors", place):
            reading.take(where, self._error(error, account, now))

    def _error(self, error: dict[str, Any], account: str, now: datetime) -> Iterator[Found]:
        """An error of the whole account; a sibling's is not ours to tell."""
        outcome = graph.of_code(error)
        if outcome is not None and account == self.config.account:
            yield Signal(outcome=outcome, at=now, detail=f"webhook error {text(error, 'code')}"[:60])

    def _account(self, value: Any, owner: str, now: datetime) -> Iterator[Found]:
        event = text(value, "event")
        state = text(value, "ban_info", "waba_ban_state") if event == "DISABLED_UPDATE" else event
        if state in EVENTS and self.config.settings.get("business_account", owner) == owner:
            yield Signal(outcome=EVENTS[state], at=now, detail=f"account_update {state}")


def _receipt(told: dict[str, Any]) -> Iterator[Receipt]:
    provider_id, state = text(told, "id"), STATES.get(text(told, "status"))
    if not provider_id:
        raise Malformed("a receipt for no message")
    if state is None:
        return
    outcome, error = Outcome.OK, at(told, "errors", 0)
    if state is ReceiptState.FAILED:
        outcome = graph.of_code(error) or Outcome.UNKNOWN
    yield Receipt(
        provider_id=provider_id,
        state=state,
        outcome=outcome,
        at=moment(told, "timestamp"),
        detail=text(error, "code")[:40],
    )


def _told(health: dict[str, Any], response: Response) -> str:
    """The worst word of `can_send_message` and the codes of the entities that are in its way."""
    word = text(health, "can_send_message")
    codes = [
        f"{text(entity, 'entity_type')} {text(error, 'error_code')}"
        for entity in items(health, "entities")
        for error in items(entity, "errors")
    ]
    troubles = [] if word == "AVAILABLE" else [word, *codes]
    return "; ".join(filter(None, [*troubles, probe_detail(response)]))[:120]
