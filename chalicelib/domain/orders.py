"""Orders: what operators command for now; each ends by itself at `until`, even in an old copy."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

LONGEST = timedelta(hours=24)


class OrderKind(StrEnum):
    """What an order commands."""

    FORCE_DOWN = "force_down"
    FORCE_UP = "force_up"
    DRAIN = "drain"
    MAINTENANCE = "maintenance"
    POSTURE = "posture"
    CRISIS = "crisis"
    SHARES = "shares"
    """A route's contacts are parted by the shares of the order, whatever plan and automation say."""
    EXPECTED = "expected"
    """A vendor plans work there: nothing is diverted, but a flip is no incident. Windows alone give it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One command on a scope (`desk:ID`, `channel:ID`, `path:ID#in|out#MARKET`) with its owner, reason and end.

    That of a posture is `capacity:calm|alert|crisis`, that of shares `route:PURPOSE#MARKET`.

    `reply` is what people read, by language, while it leaves their purpose no desk: only maintenance has one.
    `overrun`: it is maintenance that was extended, and lasts longer than was promised. `shares`: percent by desk.
    """

    id: str
    kind: OrderKind
    scope: str
    until: datetime
    owner: str
    reason: str
    since: datetime
    reply: Mapping[str, str] = field(default_factory=dict)
    overrun: bool = False
    shares: Mapping[str, int] = field(default_factory=dict)

    def holds_at(self, now: datetime) -> bool:
        """True from `since` up to, not including, `until`."""
        return self.since <= now < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """All orders, one versioned item. Reading them never needs a clean-up: ended ones are passed over."""

    version: int = 0
    given: tuple[Order, ...] = ()
    _by_scope: dict[str, tuple[Order, ...]] = field(default_factory=dict, repr=False, compare=False)

    def on(self, scopes: tuple[str, ...], now: datetime) -> frozenset[OrderKind]:
        """The kinds of order that hold now on any of these scopes."""
        if not self.given:
            return frozenset()
        table = self._table()
        return frozenset(o.kind for s in scopes for o in table.get(s, ()) if o.holds_at(now))

    def holding(self, scope: str, now: datetime) -> tuple[Order, ...]:
        """The orders that hold now on one scope, in the order in which they were given."""
        if not self.given:
            return ()
        return tuple(order for order in self._table().get(scope, ()) if order.holds_at(now))

    def give(self, order: Order, now: datetime) -> "Orders":
        """These orders and one more; those that have ended are left out."""
        kept = tuple(o for o in self.given if o.until > now and o.id != order.id)
        return replace(self, version=self.version + 1, given=(*kept, order), _by_scope={})

    def lift(self, order_id: str, now: datetime) -> "Orders":
        """These orders without one. Raises KeyError when it is not there."""
        if all(o.id != order_id for o in self.given):
            raise KeyError(order_id)
        kept = tuple(o for o in self.given if o.until > now and o.id != order_id)
        return replace(self, version=self.version + 1, given=kept, _by_scope={})

    def _table(self) -> Mapping[str, tuple[Order, ...]]:
        if not self._by_scope:
            for order in self.given:
                self._by_scope[order.scope] = (*self._by_scope.get(order.scope, ()), order)
        return self._by_scope
