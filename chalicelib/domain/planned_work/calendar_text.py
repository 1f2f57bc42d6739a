"""iCalendar (RFC 5545): the events of a calendar as their properties, and times and durations as values."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chalicelib.domain.planned_work.recurrence import instant, read_moment

MOST_BYTES = 512 * 1024
MOST_EVENTS = 200
_FOLD = re.compile(r"\r?\n[ \t]")
_BREAK = re.compile(r"\r?\n")
_VALUE = r'(?:"[^"]*"|[^",;:]*)'
_LINE = re.compile(rf"([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+={_VALUE}(?:,{_VALUE})*)*):(.*)", re.DOTALL)
_PARAMETER = re.compile(rf";([A-Za-z0-9-]+)=({_VALUE})")
_DURATION = re.compile(
    r"\+?P(?:(\d{1,4})W|(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?)"
)
_ESCAPED = re.compile(r"\\([nN;,\\])")


class UnreadableCalendar(ValueError):
    """The text is no calendar, or holds what is not understood; the message says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One content line: its value as it stands, and its parameters by upper-case name."""

    value: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The value without its escapes."""
        return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One VEVENT: its properties by upper-case name, in their order."""

    properties: Mapping[str, tuple[Property, ...]]

    def one(self, name: str) -> Property | None:
        """The only property of a name. Raises UnreadableCalendar when there are several."""
        found = self.properties.get(name, ())
        if len(found) > 1:
            raise UnreadableCalendar(f"{name} is given {len(found)} times")
        return found[0] if found else None

    def text(self, name: str) -> str:
        """The text of a property; "" when there is none."""
        found = self.one(name)
        return found.text if found else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A start as its calendar tells it: a naive local time and its zone; a whole day has no time of its own."""

    local: datetime
    zone: tzinfo
    whole_day: bool = False

    @property
    def instant(self) -> datetime:
        """Aware, UTC."""
        return instant(self.local, self.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """A DURATION: days are nominal (the same time of day later on), the rest is exact."""

    days: int
    exact: timedelta

    def after(self, start: Moment) -> datetime:
        """The instant at which it is over."""
        return instant(start.local + timedelta(days=self.days), start.zone) + self.exact


def read_calendar(text: str) -> tuple[Event, ...]:
    """The events. Raises UnreadableCalendar; zones are looked up by name, so that VTIMEZONE is passed over."""
    events: list[Event] = []
    open_parts: list[str] = []
    properties: dict[str, tuple[Property, ...]] = {}
    for name, found in _lines(text):
        if name == "BEGIN":
            open_parts.append(found.value.upper())
            properties = {} if open_parts[-1] == "VEVENT" else properties
        elif name == "END":
            _close(open_parts, found.value.upper())
            events += [Event(properties=properties)] if found.value.upper() == "VEVENT" else []
        elif open_parts[-1:] == ["VEVENT"]:
            properties[name] = (*properties.get(name, ()), found)
    if open_parts or not text.strip():
        raise UnreadableCalendar("the calendar has no end: END:VCALENDAR is missing")
    if len(events) > MOST_EVENTS:
        raise UnreadableCalendar(f"has {len(events)} events; at most {MOST_EVENTS} are read")
    return tuple(events)


def moments(found: Property, floating: tzinfo) -> tuple[Moment, ...]:
    """The times of DTSTART, DTEND, EXDATE or RECURRENCE-ID; those without a zone are in `floating`."""
    zone = zone_of(found.parameters["TZID"]) if "TZID" in found.parameters else floating
    return tuple(_moment(value, zone) for value in found.value.split(","))


def length_of(text: str) -> Length:
    """A duration such as PT90M or P1DT2H. Raises UnreadableCalendar."""
    found = _DURATION.fullmatch(text)
    if found is None or not any(found.groups()):
        raise UnreadableCalendar(f"DURATION {text[:40]!r} is no length such as PT90M")
    weeks, whole_days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    exact = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return Length(days=weeks * 7 + whole_days, exact=exact)


def zone_of(name: str) -> tzinfo:
    """A time zone by its IANA name. Raises UnreadableCalendar."""
    try:
        return ZoneInfo(name.strip('"').removeprefix("/"))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnreadableCalendar(f"{name[:60]!r} is no time zone: use a name such as Europe/Paris") from None


def _lines(text: str) -> Iterator[tuple[str, Property]]:
    for number, line in enumerate(_BREAK.split(_FOLD.sub("", text)), 1):
        if not line.strip():
            continue
        found = _LINE.fullmatch(line)
        if found is None or (number == 1 and line.strip().upper() != "BEGIN:VCALENDAR"):
            raise UnreadableCalendar(f"line {number} (folded lines joined) is no line of a calendar")
        pairs = _PARAMETER.findall(found[2])
        parameters = {name.upper(): value.strip('"') for name, value in pairs}
        yield found[1].upper(), Property(value=found[3].rstrip("\r"), parameters=parameters)


def _close(open_parts: list[str], name: str) -> None:
    if not open_parts or open_parts.pop() != name:
        raise UnreadableCalendar(f"END:{name[:40]} closes what was never begun")


def _moment(text: str, zone: tzinfo) -> Moment:
    try:
        found: datetime | date = read_moment(text.strip())
    except ValueError as unfit:
        raise UnreadableCalendar(str(unfit)) from None
    if not isinstance(found, datetime):
        return Moment(local=datetime.combine(found, time.min), zone=zone, whole_day=True)
    return Moment(local=found.replace(tzinfo=None), zone=UTC if found.tzinfo else zone)
