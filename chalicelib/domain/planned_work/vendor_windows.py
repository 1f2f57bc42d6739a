"""Windows that vendors' pages plan: each follows its page, and diverts contacts only where the rules allow it. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256

from chalicelib.domain.belief import Belief
from chalicelib.domain.orders import Orders
from chalicelib.domain.permission.fallbacks import taken_away
from chalicelib.domain.permission.worsened import worsened
from chalicelib.domain.plan import Plan
from chalicelib.domain.planned_work.rules import LONGEST_SILENCE, Ahead, new_conflicts
from chalicelib.domain.planned_work.vendor_scopes import alternatives_of, scopes_of
from chalicelib.domain.planned_work.windows import (
    AHEAD,
    LONGEST,
    VENDOR,
    Effect,
    Span,
    Window,
    Windows,
    standing,
    stretched,
)
from chalicelib.domain.safety import FORBIDDING
from chalicelib.domain.vendor_pages.page import Maintenance
from chalicelib.domain.vendor_pages.plan import EXPECT, PagePlan
from chalicelib.domain.vendor_pages.watched import Watched, doubt

DRAIN = timedelta(minutes=10)
"""Before a vendor's work that diverts: what is begun there may end there."""
MOST = 40
_TOLD = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Sky:
    """What vendors' windows are judged by: the plan, people's orders, what is believed."""

    plan: Plan
    orders: Orders
    beliefs: Mapping[str, Belief] = field(default_factory=dict)


def followed(sky: Sky, pages: Mapping[str, Watched], windows: Windows, now: datetime) -> Windows:
    """The windows after what the pages say; the very same object when nothing changes.

    A page that is not to be believed now changes nothing. Windows of people come first, then those of vendors by
    their start; each is held against all before it, so the same pages always give the same windows.
    """
    known = {window.id: window for window in windows.planned if window.source == VENDOR}
    told = sorted(_told(sky.plan, pages, known, now), key=lambda w: (w.spans[0].start, w.id))[:MOST]
    after = windows.of_people()
    for window in told:
        judged = _judged(sky, window, after, now)
        after = replace(after, planned=(*after.planned, judged))
    return windows if set_of(after) == set_of(windows) else after


def yielded(sky: Sky, windows: Windows, now: datetime) -> Windows:
    """The windows after those of vendors have yielded to what people command: who has no room diverts no more.

    The very same object when all have room.
    """
    after = windows.of_people()
    for window in sorted(_of_vendors(windows), key=lambda w: (w.spans[0].start, w.id)):
        why = _no_room(sky, window, after, now) if window.effect is Effect.DIVERT else ()
        kept = replace(window, effect=Effect.EXPECT, unserved=why) if why else window
        after = replace(after, planned=(*after.planned, kept))
    return windows if set_of(after) == set_of(windows) else after


def set_of(windows: Windows) -> dict[str, Window]:
    """The windows by id: their order means nothing."""
    return {window.id: window for window in windows.planned}


def id_of(page: PagePlan, event: Maintenance) -> str:
    """One window for one event of a page, wherever it is moved."""
    return f"v-{sha256(f'{page.id} {event.id}'.encode()).hexdigest()[:12]}"


def owner_of(page: PagePlan) -> str:
    """Who owns the windows of a page."""
    return f"page:{page.id}"


def _told(
    plan: Plan, pages: Mapping[str, Watched], known: Mapping[str, Window], now: datetime
) -> Iterator[Window]:
    for page in plan.pages.values():
        watched = pages.get(page.id)
        if watched is None or doubt(page, watched, now):
            kept = (window for window in known.values() if window.owner == owner_of(page))
            yield from (replace(one, spans=one.following(now)) for one in kept if one.following(now))
            continue
        for event in {event.id: event for event in watched.maintenances}.values():
            yield from _window(plan, page, event, known.get(id_of(page, event)), now)


def _window(
    plan: Plan, page: PagePlan, event: Maintenance, known: Window | None, now: datetime
) -> Iterator[Window]:
    """The event as a window, before it is judged; none when it says no time, is over, or touches nothing here."""
    scopes = scopes_of(plan, page, event)
    if not scopes or event.start is None or event.end is None:
        return
    said = Span(start=event.start, end=event.end)
    sound = said.start < said.end <= said.start + LONGEST and said.start < now + AHEAD
    spans = tuple(span for span in _spans(said, known, now) if span.end > now)
    if sound and spans:
        declined = known is not None and known.effect is Effect.DECLINED
        effect = Effect.DECLINED if declined else Effect.EXPECT if page.planned == EXPECT else Effect.DIVERT
        yield Window(
            id=id_of(page, event), title=event.title or event.id, scopes=scopes, spans=spans, source=VENDOR,
            owner=owner_of(page), reason="on the vendor's page", said=said, effect=effect,
        )  # fmt: skip


def _spans(said: Span, known: Window | None, now: datetime) -> tuple[Span, ...]:
    """The page's time; an operator's extension stays until the page changes, a later end of work under way overruns."""
    if known is None:
        return (said,)
    if known.said == said:
        return known.spans
    current = known.current(now)
    under_way = current is not None and said.start <= now
    return (replace(stretched(current, said.end), start=said.start),) if current and under_way else (said,)


def _judged(sky: Sky, window: Window, before: Windows, now: datetime) -> Window:
    """The window with the effect that the rules allow, its alternatives, or why it has none."""
    if window.effect is not Effect.DIVERT or _covered(window, before):
        return window if window.effect is not Effect.DIVERT else replace(window, effect=Effect.EXPECT)
    [span] = window.spans
    since = span.start - DRAIN
    before = _near(before, span)
    held = {*window.scopes, *_held(sky, before, Span(start=since, end=span.end), now)}
    beliefs = sky.beliefs if since <= now else {}
    named = alternatives_of(sky.plan, window.scopes, held, beliefs)
    wanted = replace(window, alternatives=named, drain_before=DRAIN)
    why = _no_room(sky, wanted, before, now)
    return replace(window, effect=Effect.EXPECT, unserved=why) if why else wanted


def _no_room(sky: Sky, window: Window, before: Windows, now: datetime) -> tuple[str, ...]:
    """Why the rules leave a window no room beside those before it; empty when they do."""
    before = _near(before, window.spans[0])
    sides = (before, replace(before, planned=(*before.planned, window)))
    ahead = [Ahead(plan=sky.plan, orders=sky.orders, windows=side) for side in sides]
    lines = [f"{c.rule}: purpose {c.purpose!r} {c.message}" for c in new_conflicts(ahead[0], ahead[1], now)]
    lines += [f"safety: {breach}" for _, breach in (() if lines else worsened(ahead[0], ahead[1], now))]
    orders = [standing(sky.orders, side, now) for side in sides]
    carried = taken_away(sky.plan, (orders[0], orders[1]), sky.beliefs, now)
    lines += [f"in use: {one}" for one in (() if window.current(now) else carried)]
    return tuple(dict.fromkeys(lines))[:_TOLD]


def _of_vendors(windows: Windows) -> Iterator[Window]:
    return (window for window in windows.planned if window.source == VENDOR and window.spans)


def _covered(window: Window, before: Windows) -> bool:
    """True when people have planned the same work themselves: then it is theirs to divert."""
    [span] = window.spans
    return any(
        set(window.scopes) <= set(one.scopes)
        and any(s.start <= span.start and span.end <= s.end for s in one.spans)
        for one in before.of_people().planned
    )


def _near(windows: Windows, span: Span) -> Windows:
    """What of all windows can meet this span, or make one silence with it: a year of series is not looked at."""
    since, until = span.start - DRAIN - LONGEST_SILENCE, span.end + LONGEST_SILENCE
    spans = {
        one.id: tuple(s for s in one.spans if s.end > since and s.start - one.drain_before < until)
        for one in windows.planned
    }
    near = tuple(replace(one, spans=spans[one.id]) for one in windows.planned if spans[one.id])
    return replace(windows, planned=near)


def _held(sky: Sky, before: Windows, span: Span, now: datetime) -> Iterator[str]:
    for order in standing(sky.orders, before, now, AHEAD).given:
        if order.kind in FORBIDDING and order.since < span.end and span.start < order.until:
            yield order.scope
