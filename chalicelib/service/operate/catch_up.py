"""Catch-ups as operators ask for them and look at them."""

from datetime import datetime, timedelta

from chalicelib.channels import Capability, kind
from chalicelib.domain.plan import ChannelPlan
from chalicelib.domain.proof.chain import Entry
from chalicelib.domain.upgrade.times import millis, moment
from chalicelib.service.catch_up_turns import LOOKED_BACK, stream_of, wanted
from chalicelib.service.operate.post import Json, Post, iso
from chalicelib.service.operate.refusals import Absent, Unfit

LATEST = timedelta(days=7)
"""The oldest contact that may be asked for."""


def begin(post: Post, channel: str, since: datetime | None) -> Json:
    """Queue a catch-up up to now. Raises Absent, Unfit for a kind without a list, Unavailable."""
    planned = _channel(post, channel)
    post.require_markets(f"channel:{channel}")
    if Capability.CATCH_UP not in kind(planned.kind).capabilities:
        raise Unfit(f"the kind {planned.kind!r} has no list of what came in: see docs/health.md")
    post.stores.queues.put(wanted(channel, post.now, "closed", since))
    written = post.write_down("catch up", channel=channel, since=iso(since) or "")
    return {
        "channel": channel,
        "id": str(millis(post.now)),
        "from": iso(since),
        "until": iso(post.now),
        "announced": written,
    }


def ended(post: Post, channel: str) -> list[Json]:
    """Those that ended in the last 24 hours, newest first. Raises Absent."""
    _channel(post, channel)
    chains = post.stores.ledger.read(
        stream_of(channel), post.now - LOOKED_BACK, post.now + timedelta.resolution
    )
    entries = [entry for found in chains.values() for entry in found]
    return [_told(entry) for entry in sorted(entries, key=lambda one: one.at, reverse=True)]


def _channel(post: Post, channel: str) -> ChannelPlan:
    planned = post.plan().channels.get(channel)
    if planned is None:
        raise Absent("channel", channel)
    return planned


def _told(entry: Entry) -> Json:
    told = entry.entry
    return {
        "id": told["id"], "came": told["came"], "from": iso(moment(int(told["since"]))),
        "until": iso(moment(int(told["until"]))), "ended_at": iso(entry.at), "fetched": int(told["fetched"]),
        "known": int(told["known"]), "unread": int(told["unread"]),
    }  # fmt: skip
