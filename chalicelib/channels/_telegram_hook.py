"""What Telegram's getWebhookInfo says against our webhook (Bot API as of 2026-05)."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from chalicelib.channels._json import items, moment, number, text

MOST_WAITING, RECENT = 100, timedelta(hours=1)


def told(hook: Mapping[str, Any], own: str, wanted: Iterable[str], now: datetime) -> tuple[str, ...]:
    """Findings in plain words; `own` is how our address ends, `wanted` the kinds of update that we need."""
    if not text(hook, "url"):
        return ("no webhook is set: no message will arrive",)
    found = (
        []
        if text(hook, "url").endswith(own)
        else ["the webhook leads elsewhere: no message will arrive here"]
    )
    chosen = items(hook, "allowed_updates")
    found += [f"the webhook lacks {name}" for name in wanted if chosen and name not in chosen]
    if (waiting := number(hook, "pending_update_count") or 0) >= MOST_WAITING:
        found.append(f"{waiting:.0f} updates wait")
    failed = moment(hook, "last_error_date")
    if failed and now - failed < RECENT:
        found.append(f"at {failed:%H:%M} UTC: {text(hook, 'last_error_message')[:120]}")
    return tuple(found)
