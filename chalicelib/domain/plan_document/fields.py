"""The plan's small spellings: addresses, links, spans of time, opening hours; what looks like a secret."""

import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from itertools import pairwise
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from chalicelib.domain.hours import Hours
from chalicelib.domain.plan_document.faults import Place

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DOOR_SCHEMES = ("https", "tel", "mailto", "sms")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
LONGEST = timedelta(days=30)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"([1-9][0-9]{0,6})([smhd])")
_SPAN = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")
_SECRET_WORDS = frozenset(
    {"secret", "token", "password", "passwd", "key", "credential", "credentials", "apikey"}
)
_SECRET_VALUE = re.compile(
    r"(whsec_|sk_(live|test)_|xox[abprs]-|gh[pousr]_|glpat-|EAA[A-Za-z0-9]{16}|A[KS]IA[0-9A-Z]{16}|SG\."
    r"|-----BEGIN|eyJ[\w-]{8,}\.|(Bearer|Basic)\s[\w+/=.-]{8,}$|[0-9a-fA-F]{32}$|[0-9a-fA-F]{40}$|[0-9a-fA-F]{64}$)"
)
_DENSE = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])[\w+/=-]{40,}")
Spans = tuple[tuple[time, time], ...]


def web_address(place: Place, default: str | None = "") -> str:
    """An https address (http on the machine itself) without user, query or fragment; no final slash."""
    found = place.text(default, most=500)
    parts = _split(place, found)
    if parts is None:
        return ""
    scheme, host, rest = parts
    if scheme != "https" and not (scheme == "http" and host in LOOPBACK):
        place.fault("must begin with https:// (http:// only for 127.0.0.1 and localhost)")
    elif not host or rest:
        place.fault("must be an address without user, query or fragment")
    return found.rstrip("/")


def door_link(place: Place) -> str:
    """The link behind a button: https, tel, mailto or sms."""
    found = place.text(None, most=500)
    parts = _split(place, found)
    if parts is not None and parts[0] not in DOOR_SCHEMES:
        place.fault(f"must be one of {', '.join(f'{scheme}:' for scheme in DOOR_SCHEMES)}")
    elif parts is not None and (
        any(sign.isspace() for sign in found) or (parts[0] == "https" and not parts[1])
    ):
        place.fault("must be a whole link without spaces")
    return found


def duration(place: Place, default: timedelta) -> timedelta:
    """A whole number and a unit (45s, 30m, 4h, 2d), at most 30 days."""
    text = place.text()
    if not text:
        return default
    found = _DURATION.fullmatch(text)
    length = timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else timedelta()
    if not timedelta() < length <= LONGEST:
        place.fault("must be a whole number and a unit, such as 45s, 30m, 4h or 2d, at most 30d")
        return default
    return length


def plain_texts(place: Place) -> dict[str, str]:
    """Settings or an address: texts by name, none of which looks like a secret. Never repeats a value."""
    found = {}
    for name, entry in place.entries().items():
        words = set(re.split(r"[._-]+|(?<=[a-z])(?=[A-Z])", name))
        text = entry.text()
        if {word.casefold() for word in words} & _SECRET_WORDS and "public" not in words:
            entry.fault(
                "is the name of a secret: secrets are kept in the stage's channel secrets, not in the plan"
            )
        elif _SECRET_VALUE.match(text) or _DENSE.fullmatch(text) or _has_user(text):
            entry.fault(
                "looks like a secret: secrets are kept in the stage's channel secrets, not in the plan"
            )
        found[name] = text
    return found


def opening_hours(place: Place) -> Hours:
    """A time zone, spans of local time by day (`mon-fri`, `sat`), and closed dates."""
    place.entries(("zone", "open", "closed"))
    zone = time_zone(place.at("zone"))
    days: dict[int, Spans] = {}
    for name, entry in place.at("open").entries().items():
        spans = _spans(entry)
        for day in _days(name, entry):
            if day in days:
                entry.fault(f"{DAYS[day]} is given twice")
            days[day] = spans
    if not days:
        place.at("open").fault("is required: the days and spans of local time")
    closed = frozenset(_date(entry) for entry in place.at("closed").items())
    return Hours(zone=zone, spans=tuple(days.get(day, ()) for day in range(7)), closed=closed - {""})


def hours_document(hours: Hours) -> dict[str, object]:
    """The document that `opening_hours` reads as these hours."""
    spans = {DAYS[day]: [f"{_clock(start)}-{_clock(end)}" for start, end in found]
             for day, found in enumerate(hours.spans) if found}  # fmt: skip
    return {"zone": hours.zone.key, "open": spans or {"mon": []}, "closed": sorted(hours.closed)}


def _split(place: Place, text: str) -> tuple[str, str, str] | None:
    if not text:
        return None
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        place.fault("is no address")
        return None
    odd = parts.username or parts.password or ("0" if port == 0 else "")
    return parts.scheme, host, str(odd or parts.query or parts.fragment or "")


def _has_user(text: str) -> bool:
    return re.match(r"[a-z]+://[^/@]*:[^/@]*@", text) is not None


def time_zone(place: Place) -> ZoneInfo:
    """A time zone by its name."""
    name = place.text(None, most=64)
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        place.fault(f"there is no time zone {name!r}; an example is Europe/Paris")
        return ZoneInfo("UTC")


def _days(name: str, place: Place) -> list[int]:
    first, _, last = name.casefold().partition("-")
    if first not in DAYS or (last or first) not in DAYS:
        place.fault(f"must be a day ({', '.join(DAYS)}) or a span of days such as mon-fri")
        return []
    start, end = DAYS.index(first), DAYS.index(last or first)
    return [day % 7 for day in range(start, end + 1 + 7 * (end < start))]


def _spans(place: Place) -> Spans:
    found = sorted(span for entry in place.items() if (span := _span(entry)))
    for (_, end), (start, _) in pairwise(found):
        if end == time.min or end > start:
            place.fault("has spans that overlap")
            break
    return tuple(found)


def _span(place: Place) -> tuple[time, time] | None:
    parts = _SPAN.fullmatch(place.text(None, most=20))
    if parts is None or (parts[3] == "24" and parts[4] != "00"):
        place.fault("must be a span of local time such as 08:00-20:00")
        return None
    start, end = time(int(parts[1]), int(parts[2])), time(int(parts[3]) % 24, int(parts[4]))
    if end != time.min and end <= start:
        place.fault("must end after it starts; split a span that passes midnight in two")
        return None
    return start, end


def _date(place: Place) -> str:
    found = place.text(None, most=10)
    try:
        return date.fromisoformat(found).isoformat()
    except ValueError:
        place.fault("must be a date such as 2026-12-25")
        return ""


def _clock(moment: time) -> str:
    return moment.strftime("%H:%M")


def texts_by(place: Place, languages: Mapping[str, object] | tuple[str, ...]) -> dict[str, str]:
    """Words for people, one text for each of the plan's languages that is given."""
    return {name: entry.text(None) for name, entry in place.entries(tuple(languages)).items()}
