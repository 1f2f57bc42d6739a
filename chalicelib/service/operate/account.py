"""The account of one day of looking on, from what was written down of contacts, requests and flips."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from chalicelib.domain.observing.account import DayOf, day_of, passed_path, seen_path
from chalicelib.domain.plan import ChannelPlan
from chalicelib.domain.proof.spells import Spell
from chalicelib.service.operate.availability import spells_since
from chalicelib.service.operate.evidence_words import spell_told
from chalicelib.service.operate.post import Json, Post, iso

MOST = 20_000
"""Contacts of one channel's day that are counted."""
DAY, EARLIER = timedelta(days=1), timedelta(days=1)


def account(post: Post, day: datetime) -> Json:
    """What each channel saw in the day that begins at `day` (UTC). Raises Absent without a plan, and Unavailable."""
    plan, until = post.plan(), min(day + DAY, post.now)
    away = spells_since(post, day - EARLIER)
    days = [_day(post, channel, day, until) for channel in plan.channels.values()]
    told = [
        _told(one, _of(away, one.channel), day, until) for one in days if one.seen or _of(away, one.channel)
    ]
    known = [one for one in days if one.missed is not None]
    return {
        "day": day.date().isoformat(),
        "until": iso(until),
        "seen": sum(one.seen for one in days),
        "passed_on": sum(one.seen for one in known),
        "missed": sum(one.missed or 0 for one in known) if known else None,
        "late": sum(one.late or 0 for one in known) if known else None,
        "channels": told,
        "cannot_know": sorted({each.value for one in days if one.seen for each in one.blind}),
    }


def _day(post: Post, channel: ChannelPlan, since: datetime, until: datetime) -> DayOf:
    contacts = post.stores.contacts
    seen = contacts.sent(seen_path(channel.id), since, until, MOST + 1)
    passed = contacts.sent(passed_path(channel.id), since, until, 2 * MOST) if channel.forward_to else None
    return day_of(channel.id, seen[:MOST], passed, whole=len(seen) <= MOST)


def _of(away: Iterable[Spell], channel: str) -> Sequence[Spell]:
    return [one for one in away if one.path.partition("#")[0] == channel]


def _told(one: DayOf, away: Sequence[Spell], since: datetime, until: datetime) -> Json:
    within = [spell for spell in away if spell.within(since, until)]
    return {
        "channel": one.channel,
        "seen": one.seen,
        "missed": one.missed,
        "late": one.late,
        "purposes": _named(one.purposes),
        "would_have_gone_to": _named(one.would),
        "missed_would_have_gone_to": _named(one.would_missed),
        "hours": [
            {"at": iso(hour.at), "seen": hour.seen, "missed": hour.missed, "late": hour.late}
            for hour in one.hours
        ],
        "away": [spell_told(spell, until) for spell in within],
        "cannot_know": [each.value for each in one.blind],
    }


def _named(counts: Mapping[str, int]) -> list[Json]:
    """Counts by name, the largest first; null for none."""
    pairs = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [{"name": name or None, "contacts": count} for name, count in pairs]
