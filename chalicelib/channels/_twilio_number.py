"""Our number at Twilio: where its webhooks lead, what it may do, what the account has left (API 2010-04-01)."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote_plus

from chalicelib.channels import OWN_HOOK, ChannelConfig, Finding, Ill, SendFailed
from chalicelib.channels._json import items, number, text
from chalicelib.channels._twilio_rest import Account
from chalicelib.domain.model import Outcome

LEAST = 20.0
"""Of the account's currency: below it calls and texts are about to end."""
NUMBERS = "IncomingPhoneNumbers"
_CHATS = "whatsapp:", "messenger:"


def of_number(api: Account, config: ChannelConfig, place: str) -> Iterator[Finding]:
    """Findings; `place` is the number's field for our medium: voice_url or sms_url. Raises SendFailed."""
    try:
        left, currency = api.balance()
    except SendFailed as refused:
        if refused.outcome is not Outcome.AUTH:
            raise
        yield Finding(
            ill=Ill.SIGNATURE_FAILS,
            about="Twilio refuses the auth_token: it signs the webhooks too, by another one",
        )
        return
    least = _amount(config.settings.get("least_balance", ""))
    if left is not None and left < least:
        yield Finding(ill=Ill.BALANCE_LOW, about=f"{left:.2f} {currency} left, less than {least:.2f}")
    if not config.account.startswith(_CHATS):
        yield from _of(numbered(api, config.account), config, place)


def numbered(api: Account, account: str) -> Mapping[str, Any] | None:
    """The number as Twilio has it; None when it is not this account's. Raises SendFailed."""
    found = api.listed(NUMBERS, f"PhoneNumber={quote_plus(account)}", "incoming_phone_numbers")
    return next(
        (one for one in items(found, "incoming_phone_numbers") if text(one, "phone_number") == account), None
    )


def _of(own: Mapping[str, Any] | None, config: ChannelConfig, place: str) -> Iterator[Finding]:
    if own is None:
        yield Finding(
            ill=Ill.NOT_SUBSCRIBED, about="the number is none of this account's: nothing will arrive"
        )
        return
    url, ours = text(own, place), config.settings.get(OWN_HOOK, "")
    if not url:
        yield Finding(ill=Ill.NOT_SUBSCRIBED, about=f"the number has no {place}: nothing will arrive")
    elif ours and url != ours:
        yield Finding(
            ill=Ill.LEADS_ELSEWHERE, about=f"the number's {place} leads elsewhere: nothing will arrive here"
        )
    if not text(own, place.replace("_url", "_fallback_url")):
        yield Finding(
            ill=Ill.FALLBACK_MISSING, about=f"the number has no {place.replace('_url', '_fallback_url')}"
        )
    if text(own, "address_requirements") not in ("", "none") and not (
        text(own, "bundle_sid") or text(own, "address_sid")
    ):
        about = (
            f"the number needs an address ({text(own, 'address_requirements')[:20]}) and has none: it may go"
        )
        yield Finding(ill=Ill.NUMBER_UNREGISTERED, about=about)


def _amount(said: str) -> float:
    return number({"said": said}, "said") or LEAST
