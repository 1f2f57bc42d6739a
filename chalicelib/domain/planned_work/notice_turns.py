"""Which announcements of planned work are to be made now, which are made, and which are to be taken back. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.model import Direction, path_id
from chalicelib.domain.plan import Plan
from chalicelib.domain.planned_work.notices import NOTICES, DueNotice, NoticeState
from chalicelib.domain.planned_work.scopes import affected
from chalicelib.domain.planned_work.windows import AHEAD, REPLY, Effect, Span, Window, Windows

KEPT = timedelta(days=30)
"""How long after the work its announcements stay on record."""
MOST = 120
"""On record at once; with the windows they are one item of the store."""
SHOWN = 5
"""Announcements on a public page at once; the next to begin come first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What customers would notice of a window."""

    channels: tuple[str, ...]
    unanswered: bool


def announced(plan: Plan, windows: Windows, now: datetime) -> Windows:
    """The windows with their announcements as of now; the very same object when nothing changes.

    Each is published once: a missed minute makes it late, and of several that are due at once only the last is
    published. One whose work was moved or cancelled is withdrawn; the new time has announcements of its own.
    """
    soon = now + max(NOTICES.values())
    ahead = {
        (window.id, span.start): (window, span, told)
        for window, told in _public(plan, windows, now, soon)
        for span in window.spans
        if now < span.start <= soon
    }
    kept = [one for one in windows.notices if one.end > now - KEPT]
    followed = [each for one in kept for each in _followed(one, ahead.get((one.window, one.start)), now)]
    made = [one for place in ahead.values() for one in _new(place, followed, now)]
    keys = {_key(one) for one in made}
    notices = (*(one for one in followed if _key(one) not in keys), *made)
    newest = tuple(sorted(notices, key=lambda one: (one.start, one.window, one.due)))[-MOST:]
    return windows if newest == windows.notices else replace(windows, notices=newest)


def upcoming(windows: Windows, now: datetime) -> tuple[DueNotice, ...]:
    """What customers are to read now: the published announcements of work that has not begun, one for each stretch."""
    found = {(n.start, n.window): n for n in windows.notices if n.state is NoticeState.PUBLISHED}
    return tuple(found[key] for key in sorted(found) if key[0] > now)[:SHOWN]


def everything(plan: Plan, windows: Windows, now: datetime) -> tuple[DueNotice, ...]:
    """All announcements, those still to be made of the next stretch of each window included, by due time."""
    known = {_key(one) for one in windows.notices}
    planned = [
        one
        for window, told in _public(plan, windows, now, now + AHEAD)
        for span in [span for span in window.spans if span.start > now][:1]
        for one in _all(window, span, told)
        if _key(one) not in known
    ]
    return tuple(sorted((*windows.notices, *planned), key=lambda one: (one.due, one.window)))


_Place = tuple[Window, Span, _Told]


def _public(plan: Plan, windows: Windows, now: datetime, until: datetime) -> Iterator[tuple[Window, _Told]]:
    """The windows with something to begin in that time of which customers would notice something."""
    for window in windows.planned:
        begins = any(now < span.start <= until for span in window.spans)
        if begins and window.effect is Effect.DIVERT:
            told = _told(plan, window)
            if told.channels or told.unanswered:
                yield window, told


def _told(plan: Plan, window: Window) -> _Told:
    doors = [channel for channel in plan.channels.values() if channel.door]
    shut = (
        c.id
        for c in doors
        if {f"channel:{c.id}", f"path:{path_id(c.id, Direction.IN, c.market)}"} & {*window.scopes}
    )
    waits = any(REPLY in window.alternatives.get(purpose, ()) for purpose in affected(plan, window.scopes))
    return _Told(channels=tuple(shut), unanswered=waits)


def _followed(one: DueNotice, place: _Place | None, now: datetime) -> Iterator[DueNotice]:
    """An announcement after what became of its work; nothing when it was never made and is no more to be."""
    if one.start <= now or one.state is NoticeState.WITHDRAWN:
        yield one
    elif place is not None:
        window, span, told = place
        yield replace(
            one, end=span.end, title=window.title, channels=told.channels, unanswered=told.unanswered
        )
    elif one.state is NoticeState.PUBLISHED:
        yield replace(one, state=NoticeState.WITHDRAWN, at=now)


def _new(place: _Place, known: Iterable[DueNotice], now: datetime) -> Iterator[DueNotice]:
    window, span, told = place
    due = [one for one in _all(window, span, told) if one.due <= now]
    done = {_key(one) for one in known if one.state is not NoticeState.WITHDRAWN}
    for one in due:
        if _key(one) not in done:
            last = one == due[-1]
            yield replace(one, state=NoticeState.PUBLISHED if last else NoticeState.SKIPPED, at=now)


def _all(window: Window, span: Span, told: _Told) -> list[DueNotice]:
    return [
        DueNotice(
            window=window.id, title=window.title, name=name, start=span.start, end=span.end,
            due=span.start - before, at=span.start - before, state=NoticeState.PLANNED,
            channels=told.channels, unanswered=told.unanswered,
        )
        for name, before in NOTICES.items()
    ]  # fmt: skip


def _key(one: DueNotice) -> tuple[str, datetime, str]:
    return one.window, one.start, one.name
