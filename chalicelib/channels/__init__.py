"""The seam: what a kind of channel must and may do, its errors, and how a kind is found by name.

Errors, one for each reaction that the caller can have::

    ChannelError
    ├── Forged         the request is not the vendor's: answer its refusal, store nothing
    ├── Malformed      genuine but unreadable as a whole: answer its refusal, store nothing
    ├── SendFailed     the provider said no: `outcome` says against whom, `retry_after` when to ask again
    ├── MissingSetting a configured channel lacks a setting: the message names it and where to set it
    └── UnknownKind    no such kind
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, ClassVar

from chalicelib.channels._lists import Listed as Listed
from chalicelib.channels._lists import Sought as Sought
from chalicelib.channels._lists import Stretch as Stretch
from chalicelib.channels._lists import Trace as Trace
from chalicelib.domain.detection.promise import ReceiptPromise
from chalicelib.domain.doctor.finding import Finding as Finding
from chalicelib.domain.doctor.finding import Ill as Ill
from chalicelib.domain.model import Contact, DeskOutcome, Medium, Message, Outcome, Receipt, Sent, Signal
from chalicelib.http_types import Answer, Http, Request


class ChannelError(Exception):
    """Anything that a channel says instead of a value."""


class Forged(ChannelError):
    """The request cannot be proven to be the vendor's own."""


class Malformed(ChannelError):
    """The request is genuine but holds nothing that can be read."""


class SendFailed(ChannelError):
    """The provider refused a message; `detail` is its code, never a person's words."""

    def __init__(self, outcome: Outcome, *, retry_after: float = 0.0, detail: str = "") -> None:
        super().__init__(f"{outcome.value}: {detail}")
        self.outcome, self.retry_after, self.detail = outcome, retry_after, detail


class MissingSetting(ChannelError):
    """A channel cannot work without this setting."""

    def __init__(self, channel: str, setting: "Setting") -> None:
        place = (
            f"secret {channel}.{setting.name}"
            if setting.secret
            else f"channels.{channel}.settings.{setting.name}"
        )
        where = "the stage's channel secrets" if setting.secret else "the plan"
        super().__init__(
            f"channel {channel!r} lacks {setting.name!r}: set {place} in {where} ({setting.purpose})"
        )
        self.channel, self.setting = channel, setting.name


class UnknownKind(ChannelError):
    """No module of this package has that name."""


class Capability(StrEnum):
    """What a kind can do beyond the required methods; declared if and only if the method is its own."""

    HANDSHAKE = "handshake"
    SEND = "send"
    CATCH_UP = "catch_up"
    CANARY = "canary"
    LOAD = "load"
    ANNOUNCE = "announce"
    CHECK = "check"
    ATTACH = "attach"
    DETACH = "detach"
    RESOLVE = "resolve"
    INVITE = "invite"
    FALLBACK = "fallback"


CANARY_FROM, OWN_HOOK = "canary_from", "own_hook"
"""Settings that the service adds: a canary's test account, and the channel's own public webhook address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One thing a kind needs to know. Secrets come from the secret store and may have several values (rotation)."""

    name: str
    purpose: str
    secret: bool = False
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelConfig:
    """One configured channel. `account` is our own address at the provider; `base` overrides the API's address.

    `settings` are the plan's plain settings; `secrets` map a name to its valid values, newest first.
    """

    id: str
    account: str = ""
    market: str = "world"
    base: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)


class Standing(StrEnum):
    """How we stand to one request; each kind has its own answer to each."""

    DECIDED = "decided"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    OVERLOADED = "overloaded"


class Refusal(StrEnum):
    """Why a request was refused; a closed list, also the metric's dimension."""

    FORGED = "forged"
    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    WRONG_ACCOUNT = "wrong_account"


class StepAction(StrEnum):
    """What a person who waits on the line is given next."""

    CONNECT = "connect"
    QUEUE = "queue"
    OFFER = "offer"
    NOTICE = "notice"
    END = "end"
    LEAD_ON = "lead_on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The decision for a medium that waits, to be spoken in the vendor's own document.

    `target` is the chosen desk's address; `say` the words in `language`; `next_url` where the vendor must come
    back with the outcome (already signed by us), `state` the token in it, for vendors that have no address to come
    back to; `ring` the seconds to try the desk. LEAD_ON leads the vendor on to `next_url`, where it asks anew.
    """

    action: StepAction
    target: Mapping[str, str] = field(default_factory=dict)
    say: str = ""
    language: str = ""
    next_url: str = ""
    state: str = ""
    ring: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A meeting that was made: its join link, which may hold a password, and the provider's id to end it by."""

    link: str
    provider_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of a request: its standing, the refusal if there was one, the step if somebody waits."""

    standing: Standing
    refusal: Refusal | None = None
    step: Step | None = None


class CallWord(StrEnum):
    """Why the vendor came back during a call."""

    ARRIVED = "arrived"
    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"
    PRESSED = "pressed"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStep:
    """One request within a call: `state` is the token of our own `next_url`, empty when the call arrives."""

    word: CallWord
    state: str = ""
    pressed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """Everything readable in one request. `faults` say where an element was unreadable; its neighbours count."""

    contacts: tuple[Contact, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    outcomes: tuple[DeskOutcome, ...] = ()
    signals: tuple[Signal, ...] = ()
    call: CallStep | None = None
    faults: tuple[str, ...] = ()
    ignored: int = 0


class Channel(ABC):
    """A kind of channel; an instance is one configured channel. Pure but for `http`, which the service hands in.

    Junk in means Forged or Malformed out, never another exception. No log, no retry, no try around HTTP:
    NotSent and MaybeSent rise to the service, which does those once.
    """

    kind: ClassVar[str]
    medium: ClassVar[Medium]
    deadline: ClassVar[timedelta]
    needs: ClassVar[tuple[Setting, ...]] = ()
    capabilities: ClassVar[frozenset[Capability]] = frozenset()
    idempotent: ClassVar[bool] = False
    """True when the provider takes our key and does a repeated send only once."""
    window: ClassVar[timedelta | None] = None
    """How long after the person's last word we may write to them freely; None when there is no such limit."""
    receipts: ReceiptPromise | None = None
    """What the provider promises about receipts: where it does, a missing one is evidence of silent loss."""

    later: ClassVar[Answer] = Answer(code=503, headers={"retry-after": "30"})
    """What makes this vendor ask again: `answer` says it when overloaded, the service when no channel can be made."""

    def __init__(self, config: ChannelConfig, http: Http) -> None:
        for setting in self.needs:
            source: Mapping[str, Any] = config.secrets if setting.secret else config.settings
            if setting.required and not source.get(setting.name):
                raise MissingSetting(config.id, setting)
        self.config, self.http = config, http

    @abstractmethod
    def verify(self, request: Request, now: datetime) -> None:
        """Prove that the raw bytes are the vendor's, or raise Forged. Every configured secret is tried.

        A kind that must fetch the vendor's keys may call `http`: NotSent and MaybeSent mean "ask again later".
        """

    @abstractmethod
    def parse(self, request: Request, now: datetime) -> Parsed:
        """Read a verified request, or raise Malformed when nothing in it can be read.

        Raises Forged where the body contradicts a proof that does not cover it (a token beside an unsigned body).
        """

    @abstractmethod
    def answer(self, verdict: Verdict) -> Answer:
        """The vendor's own answer to this verdict: the same code means opposite things to different vendors."""

    @abstractmethod
    def probe(self, now: datetime) -> Signal:
        """Ask the provider, cheaply and bothering nobody, whether it works for us."""

    def handshake(self, request: Request, now: datetime) -> Answer | None:
        """Answer a vendor's proof-of-address request; None when this is none; Forged when it is not genuine."""
        return None

    def send(self, message: Message, now: datetime) -> Sent:
        """Hand a message over, or raise SendFailed."""
        raise SendFailed(Outcome.REQUEST, detail=f"{self.kind} cannot send")

    def catch_up(self, stretch: Stretch, now: datetime) -> Listed:
        """One page of what the provider took in for us in that time, whether or not it told us; or raise SendFailed."""
        raise SendFailed(Outcome.REQUEST, detail=f"{self.kind} cannot list missed items")

    def canary(self, token: str, now: datetime) -> Sent:
        """Let our test account (setting CANARY_FROM) write to our own address, with this token where words go."""
        raise SendFailed(Outcome.REQUEST, detail=f"{self.kind} has no canary")

    @classmethod
    def fallback(cls, step: Step) -> Answer:
        """A document to lie where the vendor looks when we do not answer: made without secrets, good for any caller."""
        raise SendFailed(Outcome.REQUEST, detail=f"{cls.kind} looks nowhere else")

    def load(self, now: datetime) -> Mapping[str, int]:
        """The desk's load: any of `in_use`, `free`, `waiting`, `oldest` (seconds)."""
        raise SendFailed(Outcome.REQUEST, detail=f"{self.kind} does not tell its load")

    def announce(self, text: str | None, language: str, until: datetime) -> None:
        """Set or clear (None) the greeting on the vendor's own surface."""
        raise SendFailed(Outcome.REQUEST, detail=f"{self.kind} cannot announce")

    def check(self, now: datetime) -> tuple[Finding, ...]:
        """Findings about our account: expiring tokens, a webhook no longer subscribed, low balance. Reads only."""
        raise SendFailed(Outcome.REQUEST, detail=f"{self.kind} has no account check")

    def attach(self, url: str) -> str:
        """Point the vendor's webhook at `url`; returns the former address."""
        raise SendFailed(Outcome.REQUEST, detail=f"{self.kind} must be attached by hand")

    def detach(self, former: str) -> None:
        """Give the vendor its former webhook address back."""
        raise SendFailed(Outcome.REQUEST, detail=f"{self.kind} must be detached by hand")

    def hook(self) -> str:
        """Where the vendor's webhook leads now, "" for nowhere; the kinds that attach tell it. Raises SendFailed."""
        raise SendFailed(Outcome.REQUEST, detail=f"{self.kind} does not tell its webhook")

    def resolve(self, sought: Sought, now: datetime) -> Trace:
        """Did a send go, and what became of it, by the provider's own list? Raises SendFailed."""
        raise SendFailed(Outcome.REQUEST, detail=f"{self.kind} cannot look a send up")

    def invite(self, message: Message, now: datetime) -> Invitation:
        """Make a meeting (video kinds: no contact, an invitation); `message.target` has its topic and times."""
        raise SendFailed(Outcome.REQUEST, detail=f"{self.kind} makes no meetings")


def kinds() -> tuple[str, ...]:
    """The names of all kinds: one module each, those of the package that have no leading underscore."""
    return tuple(sorted(m.name for m in iter_modules(__path__) if not m.name.startswith("_")))


def kind(name: str) -> type[Channel]:
    """The class of one kind; only its own module is imported. Raises UnknownKind."""
    if not name.isidentifier() or name.startswith("_"):
        raise UnknownKind(f"{name!r} is not a kind of channel")
    try:
        module = import_module(f"{__name__}.{name}")
    except ModuleNotFoundError as missing:
        raise UnknownKind(f"{name!r} is not a kind of channel; there are: {', '.join(kinds())}") from missing
    found = next(
        (
            c
            for c in vars(module).values()
            if isinstance(c, type) and issubclass(c, Channel) and vars(c).get("kind") == name
        ),
        None,
    )
    if found is None:
        raise UnknownKind(f"the module {name!r} defines no channel of that kind")
    return found
