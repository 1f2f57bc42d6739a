"""A calendar's events as maintenance windows; what an event cannot say itself stands in lines of its description."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from hashlib import sha256

from chalicelib.domain.plan_document.faults import Fault
from chalicelib.domain.planned_work.calendar_text import (
    Event,
    Length,
    Moment,
    UnreadableCalendar,
    length_of,
    moments,
    read_calendar,
)
from chalicelib.domain.planned_work.recurrence import Rule, read_rule, starts
from chalicelib.domain.planned_work.windows import AHEAD, Span

OLDEST = timedelta(days=3660)
_DIRECTIVE = re.compile(
    r"^\s*bascule-(scope|alternative|drain|reply|reason)\s*([\w-]*)\s*:\s*(.+?)\s*$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """When something takes place: its first start, its length, and how it repeats."""

    first: Moment
    length: Length
    rule: Rule | None = None
    without: frozenset[datetime] = frozenset()

    def spans(self, now: datetime) -> Iterator[Span]:
        """The spans that have not ended, up to 400 days from now. Raises ValueError."""
        if self.rule is None:
            local_starts: Iterable[datetime] = (self.first.local,)
        elif self.first.instant < now - OLDEST:
            raise ValueError("the series began more than ten years ago: give it a later first start")
        else:
            local_starts = starts(self.first.local, self.first.zone, self.rule, now + AHEAD)
        for local in local_starts:
            start = Moment(local=local, zone=self.first.zone)
            end = self.length.after(start)
            wanted = start.instant not in self.without and start.instant <= now + AHEAD
            if wanted and end > now:
                yield Span(start=start.instant, end=end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """An event as it was understood; words and scopes are checked against the plan later."""

    id: str
    title: str
    spans: tuple[Span, ...]
    said: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    """Directives by name (scope, alternative, drain, reply, reason), each with what stands before its colon."""


def read_windows_of(
    text: str, floating: tzinfo, now: datetime
) -> tuple[tuple[Planned, ...], tuple[Fault, ...]]:
    """The events that lie ahead, and every fault with the event it is in; cancelled ones are left out."""
    try:
        events = read_calendar(text)
    except UnreadableCalendar as unreadable:
        return (), (Fault(path="", message=str(unreadable)),)
    by_uid: dict[str, list[Event]] = {}
    faults: list[Fault] = []
    found: list[Planned] = []
    for number, event in enumerate(events):
        uids = event.properties.get("UID", ())
        by_uid.setdefault(uids[0].value if uids else f"#{number}", []).append(event)
    for uid, together in by_uid.items():
        try:
            planned = _planned(uid, together, floating, now)
        except ValueError as unfit:
            faults.append(Fault(path=f"event {_title(together[0])!r}", message=str(unfit)))
        else:
            found += [planned] if planned.spans else []
    return tuple(found), tuple(faults)


def _planned(uid: str, events: list[Event], floating: tzinfo, now: datetime) -> Planned:
    """One series: its own event, and those that move or cancel one of its occurrences (RECURRENCE-ID)."""
    masters = [event for event in events if "RECURRENCE-ID" not in event.properties]
    if len(masters) != 1:
        raise UnreadableCalendar("there must be one event for each UID, besides those with a RECURRENCE-ID")
    moved = [event for event in events if "RECURRENCE-ID" in event.properties]
    replaced = frozenset(
        m.instant for event in moved for p in event.properties["RECURRENCE-ID"] for m in moments(p, floating)
    )
    spans = [span for event in (*masters, *moved) for span in _spans(event, floating, replaced, now)]
    digest = sha256(uid.encode("utf-8", "surrogatepass")).hexdigest()
    said = _said(masters[0].text("DESCRIPTION"))
    return Planned(id=f"c{digest[:12]}", title=_title(masters[0]), spans=tuple(sorted(spans)), said=said)


def _spans(event: Event, floating: tzinfo, replaced: frozenset[datetime], now: datetime) -> list[Span]:
    if event.text("STATUS").upper() == "CANCELLED":
        return []
    if "RDATE" in event.properties:
        raise UnreadableCalendar("RDATE is not understood: give each extra date an event of its own")
    start = event.one("DTSTART")
    if start is None:
        raise UnreadableCalendar("DTSTART is missing")
    first = moments(start, floating)[0]
    rule = event.one("RRULE")
    own = "RECURRENCE-ID" in event.properties
    excluded = {m.instant for p in event.properties.get("EXDATE", ()) for m in moments(p, first.zone)}
    series = Series(
        first=first, length=_length(event, first, floating), rule=read_rule(rule.value) if rule else None,
        without=frozenset() if own else replaced | excluded,
    )  # fmt: skip
    return list(series.spans(now))


def _length(event: Event, first: Moment, floating: tzinfo) -> Length:
    """DTEND gives an exact length, DURATION a nominal one (RFC 5545 §3.8.5.3); whole days are nominal too."""
    end, duration = event.one("DTEND"), event.one("DURATION")
    if end is not None and duration is not None:
        raise UnreadableCalendar("give DTEND or DURATION, not both")
    if duration is not None:
        length = length_of(duration.value)
    elif end is not None:
        last = moments(end, floating)[0]
        length = (
            Length(days=(last.local - first.local).days, exact=timedelta())
            if first.whole_day
            else Length(days=0, exact=last.instant - first.instant)
        )
    else:
        length = Length(days=1 if first.whole_day else 0, exact=timedelta())
    if length.days < 0 or length.after(first) <= first.instant:
        raise UnreadableCalendar("it ends before it has begun: give DTEND or DURATION")
    return length


def _said(description: str) -> Mapping[str, tuple[tuple[str, str], ...]]:
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for line in description.splitlines():
        match = _DIRECTIVE.match(line)
        if match:
            name = match[1].lower()
            found[name] = (*found.get(name, ()), (match[2], match[3]))
    return found


def _title(event: Event) -> str:
    titles = event.properties.get("SUMMARY", ())
    return titles[0].text[:200] if titles else "(no title)"


def simple(start: datetime, end: datetime, zone: tzinfo, rule: Rule | None = None) -> Series:
    """A series from two instants: its days are counted in `zone`, its length is exact."""
    local = start.astimezone(zone).replace(tzinfo=None)
    return Series(first=Moment(local=local, zone=zone), length=Length(days=0, exact=end - start), rule=rule)
