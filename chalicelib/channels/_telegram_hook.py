"""What Telegram's getWebhookInfo says against our webhook (Bot API as of 2026-05)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from chalicelib.channels import Finding, Ill
from chalicelib.channels._json import items, moment, number, text

MOST_WAITING, RECENT = 100, timedelta(hours=1)
REFUSED = "401"
"""In the words of its last error: what we answer to an update that lacks the agreed word."""


def told(hook: Mapping[str, Any], own: str, wanted: Iterable[str], now: datetime) -> Iterator[Finding]:
    """Findings; `own` is how our address ends, `wanted` the kinds of update that we need."""
    if not text(hook, "url"):
        yield Finding(ill=Ill.NOT_SUBSCRIBED, about="no webhook is set: no message will arrive")
        return
    if not text(hook, "url").endswith(own):
        yield Finding(
            ill=Ill.LEADS_ELSEWHERE, about="the webhook leads elsewhere: no message will arrive here"
        )
    chosen = items(hook, "allowed_updates")
    for name in wanted:
        if chosen and name not in chosen:
            yield Finding(ill=Ill.SUBSCRIPTION_LACKS, about=f"the webhook lacks {name}")
    if (waiting := number(hook, "pending_update_count") or 0) >= MOST_WAITING:
        yield Finding(ill=Ill.MESSAGES_WAIT, about=f"{waiting:.0f} updates wait")
    failed, words = moment(hook, "last_error_date"), text(hook, "last_error_message")[:120]
    if failed and now - failed < RECENT:
        ill = Ill.SIGNATURE_FAILS if REFUSED in words else Ill.HOOK_FAILS
        yield Finding(ill=ill, about=f"at {failed:%H:%M} UTC: {words}")
