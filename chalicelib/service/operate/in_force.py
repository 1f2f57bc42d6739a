"""All that is commanded now, beside the orders themselves: windows, posture, switches, broken glass."""

from datetime import datetime

from chalicelib.domain.planned_work.windows import Window
from chalicelib.ports import Standing
from chalicelib.service.operate import glass, switches
from chalicelib.service.operate.post import Json, Post, iso


def in_force(post: Post, seen: Standing) -> Json:
    """What else an operator must know before giving an order. Raises Unavailable."""
    stance, now = post.stores.stance.read(), post.now
    record = seen.record.tidy(now)
    return {
        "maintenance": [_window(window, now) for window in seen.windows.planned if _commands(window, now)],
        "posture": {"posture": stance.posture.value, "since": iso(stance.since), "because": stance.because},
        "switches": [switches.described(one) for one in record.off],
        "break_glass": [glass.described(one, now) for one in record.glass],
    }


def _commands(window: Window, now: datetime) -> bool:
    return any(order.holds_at(now) for order in window.commands(now, now))


def _window(window: Window, now: datetime) -> Json:
    holding = [order for order in window.commands(now, now) if order.holds_at(now)]
    return {
        "id": window.id, "title": window.title, "kind": holding[0].kind.value, "scopes": list(window.scopes),
        "owner": window.owner, "reason": window.reason, "until": iso(max(order.until for order in holding)),
    }  # fmt: skip
