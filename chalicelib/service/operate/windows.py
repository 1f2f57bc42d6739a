"""A maintenance window as operators see it: what is wrong with one, and one as JSON values."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from chalicelib.domain.plan import Plan
from chalicelib.domain.plan_document.faults import Fault
from chalicelib.domain.planned_work.notices import NOTICES
from chalicelib.domain.planned_work.record import windows_text
from chalicelib.domain.planned_work.scopes import serves
from chalicelib.domain.planned_work.windows import (
    LONGEST,
    LONGEST_DRAIN,
    REPLY,
    Effect,
    Span,
    Window,
    Windows,
    overlapping,
)
from chalicelib.service.operate.post import Json, iso
from chalicelib.service.operate.refusals import Absent
from chalicelib.service.operate.scopes import require_scope

MOST_WINDOWS = 200
MOST_BYTES = 300_000
SHOWN = 10


def faults_of(plan: Plan, window: Window) -> Iterator[Fault]:
    """Everything that is wrong with a window by itself; what it does to purposes is the rules' affair."""
    for scope in window.scopes:
        try:
            require_scope(plan, scope)
        except Absent as absent:
            yield Fault(path="scopes", message=str(absent))
    if not window.scopes:
        yield Fault(path="scopes", message="must name at least one desk, channel or path")
    yield from _alternative_faults(plan, window)
    yield from _span_faults(window)


def room_faults(windows: Windows) -> Iterator[Fault]:
    """What does not fit into the one document that windows are kept in."""
    if len(windows.planned) > MOST_WINDOWS:
        yield Fault(path="", message=f"there would be {len(windows.planned)} windows; at most {MOST_WINDOWS}")
    if len(windows_text(windows).encode()) > MOST_BYTES:
        yield Fault(
            path="", message="the windows would be too large for their store: plan fewer or shorter series"
        )


def described(window: Window, now: datetime) -> Json:
    """One window; `next` has at most ten of its spans."""
    spans = window.following(now)
    return {
        "id": window.id, "title": window.title, "source": window.source, "owner": window.owner,
        "reason": window.reason, "scopes": list(window.scopes),
        "alternatives": {purpose: list(named) for purpose, named in window.alternatives.items()},
        "reply": dict(window.reply), "drain_before_seconds": int(window.drain_before.total_seconds()),
        "effect": window.effect.value, "task": list(window.unserved),
        "phase": _phase(window, now), "spans": len(spans),
        "planned_until": iso(max((span.end for span in spans), default=None)),
        "next": [_span(window, span) for span in spans[:SHOWN]], "notices": _notices(window, now),
    }  # fmt: skip


def _phase(window: Window, now: datetime) -> str:
    if window.current(now):
        return "under_way"
    draining = any(span.start - window.drain_before <= now < span.start for span in window.spans)
    return "draining" if draining else "planned"


def _span(window: Window, span: Span) -> Json:
    return {
        "drain_from": iso(span.start - window.drain_before),
        "start": iso(span.start),
        "end": iso(span.end),
        "promised_end": iso(span.promised or span.end),
    }


def tasks(windows: Iterable[Window], now: datetime) -> list[Json]:
    """What is left to operators: vendors' work that the rules let divert nothing, each due when the work begins."""
    waiting = [(w.following(now)[0].start, w) for w in windows if w.unserved and w.following(now)]
    return [
        {"task": "name alternatives", "window": w.id, "title": w.title, "due": iso(due), "because": list(w.unserved)}
        for due, w in sorted(waiting, key=lambda pair: (pair[0], pair[1].id))
    ]  # fmt: skip


def _notices(window: Window, now: datetime) -> list[Json]:
    """When people are due to be told of the next span that has not begun; /v1/notices says what became of it."""
    following = next((span for span in window.spans if span.start > now), None)
    if following is None or window.effect is not Effect.DIVERT:
        return []
    return [{"notice": name, "due": iso(following.start - before)} for name, before in NOTICES.items()]


def _alternative_faults(plan: Plan, window: Window) -> Iterator[Fault]:
    for purpose, named in window.alternatives.items():
        path = f"alternatives.{purpose}"
        if purpose not in plan.purposes:
            yield Fault(path=path, message="is no purpose of the plan")
            continue
        for one in named:
            if one != REPLY and not serves(plan, purpose, one):
                yield Fault(path=path, message=f"{one!r} is no desk or channel that serves this purpose")
        lacking = [language for language in plan.languages if language not in window.reply]
        if REPLY in named and lacking:
            yield Fault(path="reply", message=f"needs words in {', '.join(lacking)}: {path} relies on them")
    for language in window.reply:
        if language not in plan.languages:
            yield Fault(path=f"reply.{language}", message="is no language of the plan")


def _span_faults(window: Window) -> Iterator[Fault]:
    if not window.spans:
        yield Fault(path="start", message="nothing of it lies ahead, within 400 days")
    if any(span.end - span.start > LONGEST for span in window.spans):
        yield Fault(path="end", message=f"one stretch may last at most {LONGEST.days} days")
    if window.drain_before > LONGEST_DRAIN:
        yield Fault(path="drain_before", message="may be at most 24h")
    doubled = overlapping(window.spans)
    if doubled is not None:
        yield Fault(path="repeat", message=f"overlaps itself at {iso(doubled.start)}")
