"""Recurrence: the part of RFC 5545 §3.3.10 by which maintenance repeats, as days and as instants in a time zone."""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import count as counting

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
KNOWN = ("FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "WKST")
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_BY_DAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
_WHOLE = re.compile(r"-?[0-9]{1,4}")
_CENTURIES = re.compile(r"(19|20|21)[0-9]{2}")
_MONTHS = 12
_WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One RRULE. `by_day` pairs an ordinal (0: every one) with a weekday (0 = Monday).

    `until` is an aware instant, a naive local time, or a date that counts as a whole.
    """

    frequency: str
    interval: int = 1
    count: int | None = None
    until: datetime | date | None = None
    by_day: tuple[tuple[int, int], ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_month: tuple[int, ...] = ()
    week_start: int = 0


def read_rule(text: str) -> Rule:
    """A rule from its text. Raises ValueError saying what is wrong or not understood: nothing is guessed."""
    parts = dict(_part(part) for part in text.strip().removeprefix("RRULE:").split(";") if part)
    if unknown := sorted(parts.keys() - set(KNOWN)):
        raise ValueError(f"{', '.join(unknown)} is not understood; known are {', '.join(KNOWN)}")
    if parts.get("FREQ") not in FREQUENCIES:
        raise ValueError(f"FREQ must be one of {', '.join(FREQUENCIES)}")
    if "COUNT" in parts and "UNTIL" in parts:
        raise ValueError("give COUNT or UNTIL, not both")
    rule = Rule(
        frequency=parts["FREQ"],
        interval=_whole(parts, "INTERVAL", 1, 366) if "INTERVAL" in parts else 1,
        count=_whole(parts, "COUNT", 1, 9999) if "COUNT" in parts else None,
        until=read_moment(parts["UNTIL"]) if "UNTIL" in parts else None,
        by_day=tuple(_weekday(one) for one in _many(parts, "BYDAY")),
        by_month_day=tuple(_number(one, "BYMONTHDAY", 31) for one in _many(parts, "BYMONTHDAY")),
        by_month=tuple(_number(one, "BYMONTH", _MONTHS) for one in _many(parts, "BYMONTH")),
        week_start=_weekday(parts.get("WKST", "MO"))[1],
    )
    _require_sense(rule)
    return rule


def read_moment(text: str) -> datetime | date:
    """`20261206T020000Z` as an aware time, without the Z as a naive one, `20261206` as a date. Raises ValueError."""
    if not _CENTURIES.match(text):
        raise ValueError(f"{text[:40]!r} is no time of these centuries, such as 20261206T020000Z")
    if re.fullmatch(r"[0-9]{8}", text):
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a date has no zone
    if not re.fullmatch(r"[0-9]{8}T[0-9]{6}Z?", text, re.ASCII):
        raise ValueError(f"{text[:40]!r} is no time such as 20261206T020000Z")
    naive = datetime.strptime(text[:15], "%Y%m%dT%H%M%S")  # noqa: DTZ007 - the zone is told apart
    return naive.replace(tzinfo=UTC) if text.endswith("Z") else naive


def instant(local: datetime, zone: tzinfo) -> datetime:
    """The instant of a local time, UTC.

    Of a time that comes twice, the first; one that a clock change skips is read by the offset before it
    (RFC 5545 §3.3.5), so that the stretch still takes place, an hour later.
    """
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def starts(first: datetime, zone: tzinfo, rule: Rule, last: datetime) -> Iterator[datetime]:
    """The local times (naive) at which a series begins, the first one included, up to the instant `last`.

    Raises ValueError when `first` (naive) is no day of its own rule, which RFC 5545 leaves undefined.
    """
    horizon = last.astimezone(zone).date() + timedelta(days=1)
    for made, day in enumerate(days(first.date(), rule, horizon)):
        local = datetime.combine(day, first.time())
        if made == 0 and day != first.date():
            raise ValueError("the first start is no day of its own rule")
        if (rule.count is not None and made >= rule.count) or _past(local, zone, rule.until):
            return
        if instant(local, zone) > last:
            return
        yield local


def days(first: date, rule: Rule, last: date) -> Iterator[date]:
    """Every day from `first` to `last` that the rule names, whatever its COUNT and UNTIL. Bounded by `last`."""
    for step in counting(0, rule.interval):
        period = _period(first, rule, step)
        if period is None or period > last:
            return
        yield from (day for day in _within(first, rule, period) if first <= day <= last)


def _period(first: date, rule: Rule, step: int) -> date | None:
    """The first day of the step-th period; None past the calendar's end."""
    try:
        if rule.frequency == "DAILY":
            return first + timedelta(days=step)
        if rule.frequency == "WEEKLY":
            return first - timedelta(days=(first.weekday() - rule.week_start) % _WEEK) + timedelta(weeks=step)
        if rule.frequency == "YEARLY":
            return date(first.year + step, 1, 1)
        months = first.year * _MONTHS + first.month - 1 + step
        return date(months // _MONTHS, months % _MONTHS + 1, 1)
    except (OverflowError, ValueError):
        return None


def _within(first: date, rule: Rule, period: date) -> list[date]:
    if rule.frequency == "DAILY":
        return [period] if _fits(period, rule) else []
    if rule.frequency == "WEEKLY":
        wanted = {weekday for _, weekday in rule.by_day} or {first.weekday()}
        found = [period + timedelta(days=number) for number in range(_WEEK)]
        return [day for day in found if day.weekday() in wanted and _fits(day, rule)]
    if rule.frequency == "MONTHLY":
        return _of_month(first, rule, period) if not rule.by_month or period.month in rule.by_month else []
    months = sorted(rule.by_month) or [first.month]
    return [day for month in months for day in _of_month(first, rule, period.replace(month=month))]


def _of_month(first: date, rule: Rule, month: date) -> list[date]:
    """The days of one month; those that it does not have (30 February) are passed over."""
    found = [month.replace(day=number + 1) for number in range(monthrange(month.year, month.month)[1])]
    if not rule.by_day and not rule.by_month_day:
        return [day for day in found if day.day == first.day]
    return [day for day in found if _fits(day, rule)]


def _fits(day: date, rule: Rule) -> bool:
    length = monthrange(day.year, day.month)[1]
    places = {0, (day.day - 1) // _WEEK + 1, (day.day - 1 - length) // _WEEK}
    return (
        (not rule.by_month or day.month in rule.by_month)
        and (not rule.by_month_day or bool({day.day, day.day - 1 - length} & set(rule.by_month_day)))
        and (not rule.by_day or any(day.weekday() == weekday and nth in places for nth, weekday in rule.by_day))
    )  # fmt: skip


def _past(local: datetime, zone: tzinfo, until: datetime | date | None) -> bool:
    if until is None:
        return False
    if not isinstance(until, datetime):
        return local.date() > until
    return instant(local, zone) > until if until.tzinfo else local > until


def _require_sense(rule: Rule) -> None:
    ordinals = any(nth for nth, _ in rule.by_day)
    if ordinals and rule.frequency in ("DAILY", "WEEKLY"):
        raise ValueError(f"a numbered weekday in BYDAY makes no sense with {rule.frequency}")
    if rule.by_month_day and rule.frequency == "WEEKLY":
        raise ValueError("BYMONTHDAY makes no sense with WEEKLY")
    if rule.frequency == "YEARLY" and (rule.by_day or rule.by_month_day) and not rule.by_month:
        raise ValueError("with YEARLY, BYDAY and BYMONTHDAY need BYMONTH")


def _part(text: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if not found or not value:
        raise ValueError(f"{text[:40]!r} is no part of a rule such as FREQ=WEEKLY")
    return name.strip().upper(), value.strip().upper()


def _many(parts: dict[str, str], name: str) -> list[str]:
    return parts[name].split(",") if name in parts else []


def _weekday(text: str) -> tuple[int, int]:
    found = _BY_DAY.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:20]!r} is no weekday such as SU, 1MO or -1FR")
    return int(found[1] or 0), DAYS.index(found[2])


def _number(text: str, name: str, most: int) -> int:
    if not _WHOLE.fullmatch(text) or not 1 <= abs(int(text)) <= most or (name == "BYMONTH" and int(text) < 0):
        raise ValueError(f"{name} must be whole numbers up to {most}")
    return int(text)


def _whole(parts: dict[str, str], name: str, low: int, high: int) -> int:
    if not _WHOLE.fullmatch(parts[name]) or not low <= int(parts[name]) <= high:
        raise ValueError(f"{name} must be a whole number from {low} to {high}")
    return int(parts[name])
