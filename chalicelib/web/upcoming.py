"""Announced work in the words that customers read: what is out, and from when to when in their own local time."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, tzinfo

from chalicelib.domain.frontdoor import Feed
from chalicelib.domain.plan import WORLD, Plan
from chalicelib.domain.planned_work.notices import DueNotice
from chalicelib.domain.routing import Situation
from chalicelib.web.words import say

_DAYS = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = {
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
        "décembre",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
}  # fmt: skip


def announced(feed: Feed, situation: Situation) -> Feed:
    """The feed with the announcements that concern its customers, while their work has not begun."""
    zone = zone_of(situation.plan, feed.market)
    told = (
        {"from": _iso(one.start), "until": _iso(one.end), "text": text}
        for one in situation.upcoming
        if one.start > feed.generated_at
        for text in sentences(one, situation.plan, (feed.market, feed.language), zone)
    )
    return replace(feed, upcoming=tuple(told))


def sentences(one: DueNotice, plan: Plan, side: tuple[str, str], zone: tzinfo) -> Iterator[str]:
    """What one announcement says to a market in a language; nothing when that market would notice nothing."""
    market, language = side
    when = span_words(one.start.astimezone(zone), one.end.astimezone(zone), language)
    doors = [plan.channels[id_] for id_ in one.channels if id_ in plan.channels]
    for channel in doors:
        if channel.door and (market == WORLD or channel.market in (market, WORLD)):
            label = channel.door.labels.get(language) or next(iter(channel.door.labels.values()), channel.id)
            yield say("upcoming.way", language, label=label, when=when)
    if one.unanswered:
        yield say("upcoming.unanswered", language, when=when)


def zone_of(plan: Plan, market: str) -> tzinfo:
    """The local time of a market: that of the hours of a desk that serves it, else of any desk, else UTC."""
    routed = (desk for p in plan.purposes.values() for desk in p.routes.get(market, ()))
    found = (plan.desks[desk].hours for desk in (*routed, *plan.desks))
    return next((hours.zone for hours in found if hours), UTC)


def span_words(start: datetime, end: datetime, language: str) -> str:
    """Two local times as words, with their days; the zone is named where it is UTC."""
    known = language.partition("-")[0].lower()
    known = known if known in _DAYS else "fr"
    named = " (UTC)" if start.tzinfo is UTC else ""
    times = {"from": _clock(start, known), "until": _clock(end, known), "day": _day(start, known)}
    if start.date() == end.date():
        return say("upcoming.same_day", language, **times) + named
    return say("upcoming.days", language, **times, last=_day(end, known)) + named


def _day(at: datetime, language: str) -> str:
    number = "1er" if language == "fr" and at.day == 1 else str(at.day)
    return f"{_DAYS[language][at.weekday()]} {number} {_MONTHS[language][at.month - 1]}"


def _clock(at: datetime, language: str) -> str:
    return f"{at.hour} h {at.minute:02}" if language == "fr" else f"{at:%H:%M}"


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
