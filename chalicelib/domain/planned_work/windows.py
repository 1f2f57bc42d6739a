"""Maintenance windows: work planned ahead, each with its alternatives; in their time they count as orders."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

from chalicelib.domain.orders import Order, OrderKind, Orders
from chalicelib.domain.planned_work.notices import DueNotice

AHEAD = timedelta(days=400)
"""Series are planned, and rules are checked, this far ahead; what lies beyond is planned by a later import."""
PUBLISHED = timedelta(hours=24)
"""How much of the future a snapshot carries: windows begin and end by themselves even in an old one."""
LONGEST = timedelta(days=31)
LONGEST_DRAIN = timedelta(hours=24)
REPLY = "reply"
"""Stands where an alternative is named: none is left, people get the window's own words (minimum service)."""
API, ICAL, VENDOR = "api", "ical", "vendor"


class Effect(StrEnum):
    """What a window does. EXPECT: nothing is diverted, flips are planned all the same. DECLINED: nothing at all."""

    DIVERT = "divert"
    EXPECT = "expect"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Span:
    """One stretch of work: from `start` up to, not including, `end`; aware, UTC.

    `promised` is the end that was announced before work under way was extended: what lies after it is overrun.
    """

    start: datetime
    end: datetime
    promised: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Planned work on some scopes, once or many times.

    `alternatives` gives each purpose the `desk:ID` and `channel:ID` that serve it meanwhile, or REPLY. Before each
    span the scopes are drained for `drain_before`. `reply` is what people read, by language, while every desk of
    their purpose is in maintenance. `source` is API, ICAL or VENDOR. Of a vendor's window `said` is its page's last
    word on the time, and `unserved` why the rules let it divert nothing: a task for an operator.
    """

    id: str
    title: str
    scopes: tuple[str, ...]
    spans: tuple[Span, ...]
    alternatives: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    drain_before: timedelta = timedelta()
    owner: str = ""
    reason: str = ""
    source: str = API
    reply: Mapping[str, str] = field(default_factory=dict)
    effect: Effect = Effect.DIVERT
    said: Span | None = None
    unserved: tuple[str, ...] = ()

    def current(self, now: datetime) -> Span | None:
        """The span that is under way."""
        return next((span for span in self.spans if span.start <= now < span.end), None)

    def following(self, now: datetime) -> tuple[Span, ...]:
        """The spans that have not ended, the one under way included."""
        return tuple(span for span in self.spans if span.end > now)

    def commands(self, since: datetime, until: datetime) -> tuple[Order, ...]:
        """The orders that this window gives between two moments: drain, then maintenance, on each scope."""
        return tuple(
            self._order(kind, scope, part)
            for span in self.spans
            if span.end > since and span.start - self.drain_before < until
            for kind, part in self._parts(span)
            for scope in self.scopes
        )

    def _parts(self, span: Span) -> Iterator[tuple[OrderKind, Span]]:
        if self.effect is Effect.DECLINED:
            return
        diverts = self.effect is Effect.DIVERT
        work = OrderKind.MAINTENANCE if diverts else OrderKind.EXPECTED
        promised = min(span.promised or span.end, span.end)
        yield work, Span(start=span.start, end=promised)
        if diverts and promised < span.end:
            yield work, replace(span, promised=promised)
        if diverts and self.drain_before:
            yield OrderKind.DRAIN, Span(start=span.start - self.drain_before, end=span.start)

    def _order(self, kind: OrderKind, scope: str, span: Span) -> Order:
        reply = self.reply if kind is OrderKind.MAINTENANCE else {}
        return Order(
            id=self.id, kind=kind, scope=scope, since=span.start, until=span.end, owner=self.owner,
            reason=self.title, reply=reply, overrun=span.promised is not None,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """All windows: one versioned document beside the orders. Ended spans are left out by the next change.

    `notices` are the announcements that were made, or are no more to be made.
    """

    version: int = 0
    planned: tuple[Window, ...] = ()
    notices: tuple[DueNotice, ...] = ()

    def find(self, window_id: str) -> Window:
        """One window. Raises KeyError."""
        return next((w for w in self.planned if w.id == window_id), None) or _absent(window_id)

    def put(self, window: Window, now: datetime) -> "Windows":
        """These windows and one more, or changed."""
        return self._with((*(w for w in self.planned if w.id != window.id), window), now)

    def drop(self, window_id: str, now: datetime) -> "Windows":
        """These windows without one. Raises KeyError."""
        gone = self.find(window_id)
        return self._with((w for w in self.planned if w is not gone), now)

    def imported(self, windows: Iterable[Window], now: datetime) -> "Windows":
        """A calendar's windows in place of those of the calendar before; an extension under way is kept."""
        known = {w.id: w for w in self.planned}
        kept = (w for w in self.planned if w.source != ICAL)
        return self._with((*kept, *(_extended(w, known.get(w.id), now) for w in windows)), now)

    def of_people(self) -> "Windows":
        """These windows without those that vendors' pages tell: they yield to what people command."""
        return replace(self, planned=tuple(w for w in self.planned if w.source != VENDOR))

    def commands(self, now: datetime, ahead: timedelta) -> tuple[Order, ...]:
        """The orders that all windows give from now on, so far ahead."""
        return tuple(order for w in self.planned for order in w.commands(now, now + ahead))

    def _with(self, windows: Iterable[Window], now: datetime) -> "Windows":
        current = (replace(w, spans=w.following(now)) for w in windows)
        return replace(self, version=self.version + 1, planned=tuple(w for w in current if w.spans))


def extended(window: Window, until: datetime, now: datetime) -> Window:
    """The window with the span under way ending later (or earlier). Raises KeyError when none is."""
    span = window.current(now) or _absent(window.id)
    longer = stretched(span, until)
    return replace(window, spans=tuple(longer if s == span else s for s in window.spans))


def stretched(span: Span, until: datetime) -> Span:
    """A span under way that ends at another time; the end that was promised for it is kept."""
    promised = span.promised or span.end
    return replace(span, end=until, promised=promised if until > promised else None)


def overlapping(spans: Iterable[Span]) -> Span | None:
    """The first span that begins before the one before it has ended."""
    ordered = sorted(spans)
    return next((b for a, b in pairwise(ordered) if b.start < a.end), None)


def standing(orders: Orders, windows: Windows, now: datetime, ahead: timedelta = PUBLISHED) -> Orders:
    """The orders together with those that windows give: what routing goes by."""
    given = windows.commands(now, ahead)
    return replace(orders, given=(*orders.given, *given), _by_scope={}) if given else orders


def _extended(window: Window, known: Window | None, now: datetime) -> Window:
    current = known.current(now) if known else None
    if current is None:
        return window
    end, start = current.end, current.start
    spans = (stretched(s, end) if s.start == start and end > s.end else s for s in window.spans)
    return replace(window, spans=tuple(spans))


def _absent(name: str) -> Any:
    raise KeyError(name)
