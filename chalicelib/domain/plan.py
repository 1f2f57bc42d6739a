"""The plan: what operators publish. Values and their indexes; reading a document is plan_reader's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from chalicelib.domain.canary_plan import CanaryPlan
from chalicelib.domain.detection.baseline import Baseline
from chalicelib.domain.hours import Hours
from chalicelib.domain.load import Capacity, Staff
from chalicelib.domain.match import Match
from chalicelib.domain.model import Contact, Direction, Medium, path_id
from chalicelib.domain.shares.share import Shared, Shifting
from chalicelib.domain.subscriber import Subscriber
from chalicelib.domain.surge.levers import CapacityPlan
from chalicelib.domain.vendor_pages.plan import PagePlan

WORLD = "world"
MIN_WAIT = timedelta(seconds=5)
"""Between two changes of what is commanded on one scope."""

WRITTEN = frozenset(medium for medium in Medium if not medium.waits)
"""What a desk takes unless its plan says more: a live call needs a desk that can be dialled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A channel on the front door: a label per language, the link behind the button; our own `pages` must show it."""

    url: str
    labels: Mapping[str, str]
    pages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPlan:
    """One configured channel, without its secrets; `pace` is messages a second to people, None: no limit."""

    id: str
    kind: str
    account: str = ""
    market: str = WORLD
    provider: str = ""
    home: str = ""
    base: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    medium: Medium | None = None
    door: Door | None = None
    baseline: Baseline | None = None
    canary: CanaryPlan | None = None
    promised: float | None = None
    pace: float | None = None
    observing: bool = False
    forward_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A group of agents behind a channel of its own; `target` is its address as that kind spells it."""

    id: str
    channel: str
    target: Mapping[str, str] = field(default_factory=dict)
    capacity: Capacity = field(default_factory=Capacity)
    hours: Hours | None = None
    media: frozenset[Medium] = WRITTEN
    ring: int = 20
    staff: Staff = field(default_factory=Staff)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """Why people contact us. `routes`: desks by market ("world": the rest), best first; `single`: why one channel.

    `shares`: by market, the percentages of the desks of its route that share it; they stand together there.
    """

    id: str
    match: tuple[Match, ...] = ()
    routes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lane: str = "normal"
    essential: bool = False
    deadline: timedelta = timedelta(hours=24)
    duplicates_tolerated: bool = False
    offer: Mapping[str, str] = field(default_factory=dict)
    single: str = ""
    shares: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyRule:
    """What permission (plan, orders, automation) must always leave to a purpose."""

    purpose: str
    min_channels: int = 1
    min_capacity: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A desk as `route()` sees it; `scopes` are the order scopes that touch it: desk, channel, paths."""

    desk: Desk
    provider: str
    paths: tuple[str, ...]
    """Its paths: the channel's own first (evidence goes there), then the customers' market's."""
    scopes: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One immutable version of the plan, with the indexes that make a decision independent of its size."""

    version: int
    public_base_url: str
    market: str = WORLD
    home: str = ""
    languages: tuple[str, ...] = ("fr", "en")
    panic: float = 0.5
    channels: Mapping[str, ChannelPlan] = field(default_factory=dict)
    desks: Mapping[str, Desk] = field(default_factory=dict)
    purposes: Mapping[str, Purpose] = field(default_factory=dict)
    safety: tuple[SafetyRule, ...] = ()
    pages: Mapping[str, PagePlan] = field(default_factory=dict)
    subscribers: Mapping[str, Subscriber] = field(default_factory=dict)
    vantages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    retention_days: int = 90
    min_wait: timedelta = MIN_WAIT
    observing: bool = False
    capacity: CapacityPlan | None = None
    shifting: Shifting = field(default_factory=Shifting)
    digest: str = ""
    _options: dict[tuple[str, str], tuple[Option, ...]] = field(
        default_factory=dict, repr=False, compare=False
    )
    _matches: dict[str, tuple[tuple[Match, str], ...]] = field(
        default_factory=dict, repr=False, compare=False
    )
    _accounts: dict[tuple[str, str], str] = field(default_factory=dict, repr=False, compare=False)

    def options(self, purpose: str, market: str) -> tuple[Option, ...]:
        """The options of a purpose in a market, best first; those of "world" when the market has none."""
        key = (purpose, market)
        if key not in self._options:
            self._options[key] = self._compile(purpose, market)
        return self._options[key]

    def shared(self, purpose: str, market: str) -> Shared | None:
        """The shares of the route that a market's customers take; None where nobody shares it."""
        found = self.purposes.get(purpose)
        if found is None or not found.shares:
            return None
        route = market if market in found.routes else WORLD
        shares = found.shares.get(route)
        return Shared(purpose=purpose, market=route, shares=shares) if shares else None

    def purpose_of(self, channel: str, contact: Contact) -> str:
        """The purpose whose most specific match holds; "" when none does."""
        words = frozenset(contact.text.casefold().split()[:64])
        for match, purpose in self._matches_on(channel):
            if match.holds(contact, words):
                return purpose
        return ""

    def channel_of(self, kind: str, account: str) -> ChannelPlan | None:
        """The channel of a kind that has this account; one vendor address may serve several accounts."""
        if not self._accounts:
            self._accounts.update({(c.kind, c.account): c.id for c in self.channels.values() if c.account})
        found = self._accounts.get((kind, account))
        return self.channels[found] if found else None

    def market_of(self, channel: str, contact: Contact) -> str:
        """The customers' side: the contact's own word, else the channel's, else the plan's."""
        own = self.channels.get(channel)
        return contact.market or (own.market if own and own.market != WORLD else "") or self.market

    def _matches_on(self, channel: str) -> tuple[tuple[Match, str], ...]:
        if channel not in self._matches:
            rows = [(m, p.id) for p in self.purposes.values() for m in p.match if m.channel in ("", channel)]
            self._matches[channel] = tuple(sorted(rows, key=lambda row: -row[0].weight))
        return self._matches[channel]

    def _compile(self, purpose: str, market: str) -> tuple[Option, ...]:
        found = self.purposes.get(purpose)
        if found is None:
            return ()
        return tuple(self.option(d, market) for d in found.routes.get(market) or found.routes.get(WORLD, ()))

    def option(self, desk_id: str, market: str) -> Option:
        """One desk as an option for a market's customers. Raises KeyError when the plan has no such desk."""
        desk = self.desks[desk_id]
        channel = self.channels[desk.channel]
        path = path_id(channel.id, Direction.OUT, channel.market)
        paths = (path,) if market == channel.market else (path, path_id(channel.id, Direction.OUT, market))
        scopes = (f"desk:{desk.id}", f"channel:{channel.id}", *(f"path:{p}" for p in paths))
        weight = desk.capacity.rate or float(desk.capacity.concurrent or 1)
        provider = channel.provider or channel.kind
        return Option(desk=desk, provider=provider, paths=paths, scopes=scopes, weight=weight)
