"""Tells our own canaries apart from people at the door, without a read: they become receipts, never contacts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from chalicelib.channels import CallWord, Parsed
from chalicelib.domain.detection.canary import canary_key, recognised
from chalicelib.domain.model import Contact, Receipt, ReceiptState
from chalicelib.domain.plan import ChannelPlan, Plan
from chalicelib.ports import Secrets


def sifted(
    parsed: Parsed, plan: Plan, home: Callable[[Contact], str], secrets: Secrets, now: datetime
) -> Parsed:
    """What was read, with canaries turned into receipts on their own rows. Raises Unavailable without the keys."""
    people, ours = [], []
    for contact in parsed.contacts:
        channel = plan.channels.get(home(contact))
        reference = _reference(contact, channel, secrets) if channel and channel.canary else ""
        if reference:
            ours.append(Receipt(provider_id=reference, state=ReceiptState.DELIVERED, at=now))
        else:
            people.append(contact)
    if not ours:
        return parsed
    receipts = (*parsed.receipts, *(ours if _arrives(parsed) else ()))
    return replace(parsed, contacts=tuple(people), receipts=receipts, ignored=parsed.ignored + len(ours))


def call_reference(channel: str) -> str:
    """What the last test call of a channel is known by: a call carries no word of ours."""
    return f"canary:{channel}"


def _arrives(parsed: Parsed) -> bool:
    """False for what is said of a call later: its end may reach us although its ringing went astray."""
    return parsed.call is None or parsed.call.word is CallWord.ARRIVED


def _reference(contact: Contact, channel: ChannelPlan, secrets: Secrets) -> str:
    """The row of a canary, "" for a person: our test account alone is not enough where words can be proven."""
    if channel.canary is None or contact.party.address.casefold() != channel.canary.from_.casefold():
        return ""
    if contact.medium.waits:
        return call_reference(channel.id)
    words = f"{contact.text[:2000]}\n{contact.traits.get('subject', '')[:1000]}"
    at = recognised(channel.id, words, secrets.signing_keys())
    return canary_key(channel.id, at) if at is not None else ""
