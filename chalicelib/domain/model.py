"""The values everything else speaks in: contacts, messages, receipts, desk outcomes, signals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

LANES = ("urgent", "normal", "bulk")
"""The queues of bells, in the order of their haste."""


class Medium(StrEnum):
    """What carries a contact."""

    VOICE = "voice"
    SMS = "sms"
    MESSAGING = "messaging"
    EMAIL = "email"
    CHAT = "chat"
    VIDEO = "video"

    @property
    def waits(self) -> bool:
        """True when the person waits on the line for the answer of this very request."""
        return self is Medium.VOICE

    @property
    def ordered(self) -> bool:
        """True when a person's contacts on this medium must be handed over in their order."""
        return self in (Medium.MESSAGING, Medium.SMS, Medium.CHAT)


class Direction(StrEnum):
    """IN: they to us. OUT: us to them, which for a desk is "hand to agents"."""

    IN = "in"
    OUT = "out"


class Outcome(StrEnum):
    """What became of one send or probe. Against health only OUTAGE and UNKNOWN score; AUTH and ACCOUNT trip."""

    OK = "ok"
    OUTAGE = "outage"
    THROTTLED = "throttled"
    AUTH = "auth"
    ACCOUNT = "account"
    RECIPIENT = "recipient"
    REQUEST = "request"
    UNKNOWN = "unknown"


class EvidenceClass(StrEnum):
    """A kind of evidence; each is its own machine and is cleared only by its own kind."""

    HARD = "hard"
    SILENT = "silent"
    ARRIVAL = "arrival"
    CROWD = "crowd"
    VENDOR = "vendor"
    PLANNED = "planned"


class ReceiptState(StrEnum):
    """The provider's word on a message, in the order in which it may only advance."""

    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNKNOWN = "unknown"


class DeskWord(StrEnum):
    """The desk's own word on a contact."""

    ANSWERED = "answered"
    CLOSED = "closed"
    ABANDONED = "abandoned"
    REPLY = "reply"


class ContactKind(StrEnum):
    """Why a row exists. All are rows with a due time in the one outbox."""

    CONTACT = "contact"
    REPLY = "reply"
    CALLBACK = "callback"
    NOTICE = "notice"
    CANARY = "canary"
    FORWARD = "forward"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A person's address on one channel, spelled as the provider spells it."""

    address: str
    name: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """Something sent along: a URL or a provider's media id, never the bytes."""

    reference: str
    media_type: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One approach by a person, in the same shape whatever the channel.

    `account` is our own address at the provider (page id, number, mailbox); `provider_id` the provider's own
    id, which makes a second delivery a duplicate; `traits` are what `purposes[].match` looks at besides the
    text (`called`, `keypress`, `subject`, a form's fields). Times are aware UTC.
    """

    account: str
    provider_id: str
    party: Party
    text: str = ""
    medium: Medium = Medium.MESSAGING
    sent_at: datetime | None = None
    conversation: str = ""
    attachments: tuple[Attachment, ...] = ()
    traits: Mapping[str, str] = field(default_factory=dict)
    market: str = ""
    kind: ContactKind = ContactKind.CONTACT


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What we send: a contact handed to a desk, or words sent to a person.

    `key` is the row's key and the idempotency key; `target` is the desk's or the person's address as the
    channel kind spells it; `contact` is present when a desk is to receive it.
    """

    key: str
    target: Mapping[str, str]
    text: str
    language: str = ""
    contact: Contact | None = None
    channel: str = ""
    purpose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A provider took a message; `receipt_due` says that it will report on it later under `provider_id`.

    `part` names this very message, where that id stands for a conversation that may hold several.
    """

    provider_id: str = ""
    receipt_due: bool = False
    part: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The provider's word on the message it calls `provider_id`; `outcome` says whom a failure speaks against."""

    provider_id: str
    state: ReceiptState
    outcome: Outcome = Outcome.OK
    at: datetime | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskOutcome:
    """A desk's word on the contact it knows as `reference`; a REPLY carries the agent's text and its id."""

    reference: str
    word: DeskWord
    provider_id: str = ""
    text: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One piece of evidence on a path. `latency` is in milliseconds; `detail` never holds personal data.

    `weight` is how strongly a vendor's own word speaks against it, in milli-nats of log-odds: class VENDOR only.
    """

    outcome: Outcome
    at: datetime
    evidence: EvidenceClass = EvidenceClass.HARD
    latency: int = 0
    vantage: str = ""
    detail: str = ""
    retry_after: float = 0.0
    weight: int = 0


def row_key(channel: str, account: str, provider_id: str) -> str:
    """The contact's key: a digest of channel, account and the provider's id; 32 hexadecimal characters.

    The parts are length-prefixed, so that no choice of one part can imitate another split.
    """
    parts = "".join(f"{len(part)}:{part}" for part in (channel, account, provider_id))
    return sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def party_key(channel: str, account: str, address: str) -> str:
    """The person's key in the history index; 32 hexadecimal characters."""
    return row_key(channel, account, f"party:{address}")


def path_id(channel: str, direction: Direction, market: str) -> str:
    """`channel#direction#market`: the thing that has health."""
    return f"{channel}#{direction.value}#{market}"
