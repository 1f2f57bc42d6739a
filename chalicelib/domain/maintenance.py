"""Maintenance windows: work planned ahead, each with its alternatives; in their time they count as orders."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from chalicelib.domain.orders import Order, OrderKind, Orders
from chalicelib.domain.snapshot import millis, moment

AHEAD = timedelta(days=400)
"""Series are planned, and rules are checked, this far ahead; what lies beyond is planned by a later import."""
PUBLISHED = timedelta(hours=24)
"""How much of the future a snapshot carries: windows begin and end by themselves even in an old one."""
LONGEST = timedelta(days=31)
LONGEST_DRAIN = timedelta(hours=24)
REPLY = "reply"
"""Stands where an alternative is named: none is left, people get the window's own words (minimum service)."""
NOTICES = {"D-7": timedelta(days=7), "D-1": timedelta(days=1), "H-1": timedelta(hours=1)}
API, ICAL = "api", "ical"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Span:
    """One stretch of work: from `start` up to, not including, `end`; aware, UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Planned work on some scopes, once or many times.

    `alternatives` gives each purpose the `desk:ID` and `channel:ID` that serve it meanwhile, or REPLY. Before each
    span the scopes are drained for `drain_before`. `reply` is what people read, by language, while every desk of
    their purpose is in maintenance. `source` is API or ICAL.
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

    def current(self, now: datetime) -> Span | None:
        """The span that is under way."""
        return next((span for span in self.spans if span.start <= now < span.end), None)

    def following(self, now: datetime) -> tuple[Span, ...]:
        """The spans that have not ended, the one under way included."""
        return tuple(span for span in self.spans if span.end > now)

    def commands(self, since: datetime, until: datetime) -> tuple[Order, ...]:
        """The orders that this window gives between two moments: drain, then maintenance, on each scope."""
        made: list[Order] = []
        for span in self.spans:
            if span.end > since and span.start - self.drain_before < until:
                made += (self._order(OrderKind.MAINTENANCE, scope, span) for scope in self.scopes)
                if self.drain_before:
                    drain = Span(start=span.start - self.drain_before, end=span.start)
                    made += (self._order(OrderKind.DRAIN, scope, drain) for scope in self.scopes)
        return tuple(made)

    def _order(self, kind: OrderKind, scope: str, span: Span) -> Order:
        reply = self.reply if kind is OrderKind.MAINTENANCE else {}
        return Order(
            id=self.id, kind=kind, scope=scope, since=span.start, until=span.end, owner=self.owner,
            reason=self.title, reply=reply,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """All windows: one versioned document beside the orders. Ended spans are left out by the next change."""

    version: int = 0
    planned: tuple[Window, ...] = ()

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

    def commands(self, now: datetime, ahead: timedelta) -> tuple[Order, ...]:
        """The orders that all windows give from now on, so far ahead."""
        return tuple(order for w in self.planned for order in w.commands(now, now + ahead))

    def _with(self, windows: Iterable[Window], now: datetime) -> "Windows":
        current = (replace(w, spans=w.following(now)) for w in windows)
        return Windows(version=self.version + 1, planned=tuple(w for w in current if w.spans))


def extended(window: Window, until: datetime, now: datetime) -> Window:
    """The window with the span under way ending later (or earlier). Raises KeyError when none is."""
    span = window.current(now) or _absent(window.id)
    return replace(window, spans=tuple(replace(s, end=until) if s == span else s for s in window.spans))


def overlapping(spans: Iterable[Span]) -> Span | None:
    """The first span that begins before the one before it has ended."""
    ordered = sorted(spans)
    return next((b for a, b in pairwise(ordered) if b.start < a.end), None)


def standing(orders: Orders, windows: Windows, now: datetime, ahead: timedelta = PUBLISHED) -> Orders:
    """The orders together with those that windows give: what routing goes by."""
    given = windows.commands(now, ahead)
    return replace(orders, given=(*orders.given, *given), _by_scope={}) if given else orders


def dump_windows(windows: Windows) -> dict[str, Any]:
    """Windows as plain JSON values; times in milliseconds, lengths in seconds."""
    return {"version": windows.version, "planned": [_plain(window) for window in windows.planned]}


def windows_text(windows: Windows) -> str:
    """The stored text; the same windows always give the same one."""
    return json.dumps(dump_windows(windows), separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def read_windows(document: Mapping[str, Any]) -> Windows:
    """Windows from plain JSON values."""
    return Windows(version=document["version"], planned=tuple(_window(one) for one in document["planned"]))


def _plain(window: Window) -> dict[str, Any]:
    return {
        "id": window.id, "title": window.title, "scopes": list(window.scopes), "owner": window.owner,
        "spans": [[millis(span.start), millis(span.end)] for span in window.spans],
        "alternatives": {purpose: list(named) for purpose, named in window.alternatives.items()},
        "drain": int(window.drain_before.total_seconds()), "reason": window.reason, "source": window.source,
        "reply": dict(window.reply),
    }  # fmt: skip


def _window(plain: Mapping[str, Any]) -> Window:
    return Window(
        id=plain["id"], title=plain["title"], scopes=tuple(plain["scopes"]), owner=plain["owner"],
        spans=tuple(Span(start=moment(start), end=moment(end)) for start, end in plain["spans"]),
        alternatives={purpose: tuple(named) for purpose, named in plain["alternatives"].items()},
        drain_before=timedelta(seconds=plain["drain"]), reason=plain["reason"], source=plain["source"],
        reply=plain["reply"],
    )  # fmt: skip


def _extended(window: Window, known: Window | None, now: datetime) -> Window:
    current = known.current(now) if known else None
    if current is None:
        return window
    spans = (replace(s, end=max(s.end, current.end)) if s.start == current.start else s for s in window.spans)
    return replace(window, spans=tuple(spans))


def _absent(name: str) -> Any:
    raise KeyError(name)
