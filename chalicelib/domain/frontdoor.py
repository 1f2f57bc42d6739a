"""The front door: which ways in work now, for one market and language. Pure; words come from the caller."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.belief import DOWN, TRIAL, UP, Belief
from chalicelib.domain.load_science.at_the_door import Minutes, full, in_words, wait
from chalicelib.domain.model import Direction, Medium, path_id
from chalicelib.domain.orders import OrderKind
from chalicelib.domain.plan import WORLD, ChannelPlan, Plan
from chalicelib.domain.routing import Situation

SCHEMA = 1
MAX_AGE = timedelta(minutes=5)
"""Older than this a feed says nothing: whoever reads it shows every way, in the page's own order."""
MOST_BYTES = 10_000
_LEAN_BYTES = 60
"""What a way needs beside its channel's id when only its state is told."""

Say = Callable[..., str]
"""Words for a key in a language: `say("front_door.busy", "fr")`, with the fields that they need by name."""


class WayState(StrEnum):
    """What a customer may expect behind a button; DEGRADED is offered too, after the OPEN ones."""

    OPEN = "open"
    DEGRADED = "degraded"
    CLOSED = "closed"


class Note(StrEnum):
    """Why a way is not simply open. UNSURE has no words: not knowing is no news for a customer."""

    NONE = ""
    UNSURE = "unsure"
    BUSY = "busy"
    RETURNING = "returning"
    UNHEARD = "unheard"
    DOWN = "down"
    MAINTENANCE = "maintenance"


class Notice(StrEnum):
    """What is said once, above all ways."""

    NONE = ""
    SOME_CLOSED = "some_closed"
    ALL_OPTIONS = "all_options"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way in: the channel, its button, its state, and the wait behind it where that is known."""

    channel: str
    medium: Medium
    label: str
    url: str
    state: WayState
    note: Note = Note.NONE
    wait: Minutes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """All ways of a market, best first; `upcoming` is announced work as `from`, `until` (ISO, UTC) and `text`."""

    market: str
    language: str
    generated_at: datetime
    ways: tuple[Way, ...]
    notice: Notice = Notice.NONE
    upcoming: tuple[Mapping[str, str], ...] = ()


def ways(situation: Situation, market: str, language: str, now: datetime) -> Feed:
    """The feed: open ways first, then degraded, then closed ones, each group in the plan's order.

    A way is closed when an order forbids it or its `in` path is believed down or its account is blocked;
    degraded while the path is unknown or on trial, our answers on it are known to get lost, or every desk behind
    it is full. When no way is left, what we measure is of no help to a customer: all are offered alike, in the
    plan's order, with a neutral notice.
    """
    found = [_way(channel, situation, (market, language), now) for channel in doors(situation.plan, market)]
    if all(way.state is WayState.CLOSED for way in found):
        notice = Notice.ALL_OPTIONS if found else Notice.NONE
        rows = [replace(way, state=WayState.DEGRADED, note=Note.NONE) for way in found]
        return _feed(market, language, now, rows, notice)
    rows = sorted(found, key=lambda way: tuple(WayState).index(way.state))
    notice = Notice.SOME_CLOSED if rows[-1].state is WayState.CLOSED else Notice.NONE
    return _feed(market, language, now, rows, notice)


def doors(plan: Plan, market: str) -> tuple[ChannelPlan, ...]:
    """The channels that customers of a market see: its own and the world's, or all when it has none."""
    shown = tuple(c for c in plan.channels.values() if c.door)
    return tuple(c for c in shown if c.market in (market, WORLD)) or shown


def feeds(plan: Plan) -> tuple[tuple[str, str], ...]:
    """Every (market, language) that has a feed: the markets of plan, channels and routes, and the world."""
    markets = {plan.market, WORLD, *(c.market for c in plan.channels.values())}
    markets |= {market for purpose in plan.purposes.values() for market in purpose.routes}
    return tuple((market, language) for market in sorted(markets) for language in plan.languages)


def document(feed: Feed, say: Say) -> str:
    """The feed as JSON of at most 10,000 bytes; when space is short the last ways tell only their state."""
    head = {
        "schema": SCHEMA, "market": feed.market, "language": feed.language,
        "generated_at": feed.generated_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "max_age": int(MAX_AGE.total_seconds()),
        "notice": _words(feed.notice, feed.language, say),
        **({"upcoming": feed.upcoming} if feed.upcoming else {}),
    }  # fmt: skip
    lean = [{"channel": way.channel, "state": way.state.value} for way in feed.ways]
    left = MOST_BYTES - _size(head) - sum(len(way.channel.encode()) + _LEAN_BYTES for way in feed.ways)
    rows: list[Mapping[str, object]] = []
    for way, short in zip(feed.ways, lean, strict=True):
        full = _row(way, feed.language, say)
        left -= _size(full) - _size(short)
        rows.append(full if left > 0 else short)
    return json.dumps({**head, "ways": rows}, ensure_ascii=False, separators=(",", ":"))


def _row(way: Way, language: str, say: Say) -> dict[str, object]:
    note = "" if way.note is Note.UNSURE else _words(way.note, language, say)
    told = {"wait": dict(zip(("from_minutes", "to_minutes"), way.wait, strict=True))} if way.wait else {}
    return {
        "channel": way.channel,
        "medium": way.medium.value,
        "label": way.label,
        "url": way.url,
        "state": way.state.value,
        "note": ". ".join(filter(None, (note, in_words(way.wait, language, say)))),
        **told,
    }


def _words(code: StrEnum, language: str, say: Say) -> str:
    return say(f"front_door.{code.value}", language) if code.value else ""


def _size(row: Mapping[str, object]) -> int:
    return len(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode())


def _feed(market: str, language: str, now: datetime, rows: list[Way], notice: Notice) -> Feed:
    return Feed(market=market, language=language, generated_at=now, ways=tuple(rows), notice=notice)


def _way(channel: ChannelPlan, situation: Situation, side: tuple[str, str], now: datetime) -> Way:
    market, language = side
    labels, url = (channel.door.labels, channel.door.url) if channel.door else ({}, "")
    state, note = _state(channel, situation, market, now)
    label = labels.get(language) or next(iter(labels.values()), channel.id)
    medium = channel.medium or _MEDIA.get(url.partition(":")[0].lower(), Medium.MESSAGING)
    known = None if state is WayState.CLOSED else wait(channel.id, medium, situation, market, now)
    return Way(channel=channel.id, medium=medium, label=label, url=url, state=state, note=note, wait=known)


_MEDIA = {"tel": Medium.VOICE, "sms": Medium.SMS, "mailto": Medium.EMAIL}


def _state(channel: ChannelPlan, situation: Situation, market: str, now: datetime) -> tuple[WayState, Note]:
    """Permission first, then belief, then room."""
    paths = {path_id(channel.id, Direction.IN, side) for side in (channel.market, market)}
    kinds = situation.orders.on((f"channel:{channel.id}", *(f"path:{p}" for p in sorted(paths))), now)
    if OrderKind.MAINTENANCE in kinds:
        return WayState.CLOSED, Note.MAINTENANCE
    if kinds & {OrderKind.FORCE_DOWN, OrderKind.DRAIN}:
        return WayState.CLOSED, Note.DOWN
    beliefs = [situation.beliefs[p] for p in paths if p in situation.beliefs]
    state, note = _believed(beliefs, forced=OrderKind.FORCE_UP in kinds)
    answers = situation.beliefs.get(path_id(channel.id, Direction.OUT, channel.market))
    if state is WayState.OPEN and OrderKind.FORCE_UP not in kinds and answers and answers.weight < 1:
        return WayState.DEGRADED, Note.UNHEARD
    if state is WayState.OPEN and full(channel.id, situation, market, now):
        return WayState.DEGRADED, Note.BUSY
    return state, note


def _believed(beliefs: list[Belief], *, forced: bool) -> tuple[WayState, Note]:
    """As bad as the worst of its paths; no evidence is not knowing, and old bad news is bad news."""
    if any(b.account for b in beliefs):
        return WayState.CLOSED, Note.DOWN
    states = {b.state for b in beliefs}
    if forced or states == {UP}:
        return WayState.OPEN, Note.NONE
    if DOWN in states or any(b.weight <= 0 for b in beliefs):
        return WayState.CLOSED, Note.DOWN
    return WayState.DEGRADED, Note.RETURNING if TRIAL in states else Note.UNSURE
