"""How people write times on a command line, and how times are shown to them."""

import re
from datetime import datetime, timedelta, tzinfo

UNITS = {
    "s": "seconds",
    "m": "minutes",
    "min": "minutes",
    "h": "hours",
    "d": "days",
    "j": "days",
    "w": "weeks",
}
SPAN = re.compile(r"(\d{1,6})\s*(s|min|m|h|d|j|w)")
CLOCK = re.compile(r"(\d{1,2})[:h](\d{2})")
WORD = re.compile(r"^(?:until|till|in|at|jusqu'à|dans|à)\s+", re.IGNORECASE)
NOW = ("now", "maintenant")


class NoTime(ValueError):
    """This is no time that we read."""


def span(text: str) -> timedelta:
    """A length of time: ``90s``, ``2h``, ``1h30m``, ``2 d``. Raises NoTime."""
    parts = list(SPAN.finditer(text))
    if not parts or SPAN.sub("", text).strip():
        raise NoTime(text)
    return sum((timedelta(**{UNITS[part[2]]: int(part[1])}) for part in parts), timedelta())


def ahead(text: str, now: datetime, zone: tzinfo | None) -> int | str:
    """What the service reads as a time ahead: whole minutes from its own now, or an ISO time with its offset.

    ``2h`` gives 120: a length is counted by the service's clock. ``18:00`` is the next one in `zone` (None: this
    machine's); an ISO time without offset is in `zone`, too. Raises NoTime, also for less than a minute.
    """
    bare = WORD.sub("", text.strip())
    if bare in NOW:
        return 0
    try:
        minutes = span(bare) / timedelta(minutes=1)
    except NoTime:
        return _moment(bare, now, zone, forward=True).isoformat()
    if minutes < 1:
        raise NoTime(text)
    return round(minutes)


def past(text: str, now: datetime, zone: tzinfo | None) -> str:
    """One moment behind us as an ISO time: ``2h`` ago, the last ``18:00``, ``now``, or an ISO time. Raises NoTime."""
    bare = WORD.sub("", text.strip())
    if bare in NOW:
        return now.isoformat()
    try:
        return (now - span(bare)).isoformat()
    except NoTime:
        return _moment(bare, now, zone, forward=False).isoformat()
    except OverflowError:
        raise NoTime(text) from None


def _moment(text: str, now: datetime, zone: tzinfo | None, *, forward: bool) -> datetime:
    """A time of day, the next or the last one, or an ISO time."""
    clock = CLOCK.fullmatch(text)
    try:
        if not clock:
            return _placed(datetime.fromisoformat(text), zone)
        wall = now.astimezone(zone).replace(
            tzinfo=None, hour=int(clock[1]), minute=int(clock[2]), second=0, microsecond=0
        )
        day = timedelta(days=1 if forward else -1)
        found = _placed(wall, zone)
        return found if (found > now) is forward else _placed(wall + day, zone)
    except (ValueError, OverflowError):
        raise NoTime(text) from None


def _placed(found: datetime, zone: tzinfo | None) -> datetime:
    """A wall-clock time with the offset that holds then and there."""
    if found.tzinfo:
        return found
    return found.replace(tzinfo=zone) if zone else found.astimezone()


def shown(text: str, zone: tzinfo | None, form: str = "%m-%d %H:%M") -> str:
    """A time of the service in the reader's zone; what is none is shown as it is."""
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(zone).strftime(form) if found.tzinfo else text
    except (ValueError, OverflowError):
        return text


def lasting(seconds: float) -> str:
    """A length for people, two units at most: ``45 s``, ``4 min 05 s``, ``2 h 10 min``, ``3 d 4 h``."""
    left = round(seconds)
    minutes, hours, days = left // 60, left // 3600, left // 86400
    if not minutes:
        return f"{left} s"
    if not hours:
        return f"{minutes} min {left % 60:02} s"
    if not days:
        return f"{hours} h {minutes % 60:02} min"
    return f"{days} d {hours % 24} h"
