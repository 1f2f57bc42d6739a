"""Strict JSON in, and getters that never raise: what channels and status pages share."""

import json
from datetime import UTC, datetime
from math import isfinite
from typing import Any, NoReturn

_MILLISECONDS_FROM = 10**12
_YEAR_3000 = 32_503_680_000


class NoJson(ValueError):
    """The text is no JSON that we read; the message never repeats it, for it may hold people's words."""


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    return number if isfinite(number) else _refuse("a number without bounds")


# json.loads would make a decoder like this one for every body.
_STRICT = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite)


def load(body: bytes | str) -> Any:
    """The JSON value in `body` (UTF-8). NoJson for anything else, NaN and too deep a nesting included."""
    try:
        words = body.decode("utf-8") if isinstance(body, bytes) else body
        return _STRICT.decode(words)
    except RecursionError:
        raise NoJson("the JSON is nested too deeply") from None
    except ValueError:
        raise NoJson("the body is no JSON") from None


def clean(words: str) -> str:
    """The text with lone surrogates replaced by U+FFFD: JSON can hold them, but no store takes them."""
    if words.isascii():
        return words
    return words.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def at(value: Any, *path: str | int) -> Any:
    """What lies at the path (names of objects, positions in lists), or None. Never raises."""
    for step in path:
        if isinstance(step, str) and isinstance(value, dict):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def text(value: Any, *path: str | int) -> str:
    """The text at the path; an integer (ids come as both) as digits; "" for all else. Never raises."""
    found = at(value, *path)
    if isinstance(found, str):
        return clean(found)
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else ""


def items(value: Any, *path: str | int) -> list[Any]:
    """The list at the path, or an empty one. Never raises."""
    found = at(value, *path)
    return found if isinstance(found, list) else []


def table(value: Any, *path: str | int) -> dict[str, Any]:
    """The object at the path, or an empty one. Never raises."""
    found = at(value, *path)
    return found if isinstance(found, dict) else {}


def number(value: Any, *path: str | int) -> float | None:
    """The number at the path, also when spelled as text; None for everything else. Never raises."""
    found = at(value, *path)
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return None
    try:
        read = float(found)
    except (ValueError, OverflowError):
        return None
    return read if isfinite(read) else None


def moment(value: Any, *path: str | int) -> datetime | None:
    """The time at the path in UTC, from Unix seconds, milliseconds (from 10**12) or ISO 8601; else None."""
    stamp = number(value, *path)
    if stamp is None:
        return _iso(text(value, *path))
    seconds = stamp / 1000 if stamp >= _MILLISECONDS_FROM else stamp
    return datetime.fromtimestamp(seconds, UTC) if 0 <= seconds < _YEAR_3000 else None


def _iso(words: str) -> datetime | None:
    try:
        read = datetime.fromisoformat(words)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
