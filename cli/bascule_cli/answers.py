"""Reading documents that somebody else made: what is missing or of another type is nothing, never an error."""

import json
import re
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What could move a terminal's cursor, colour it, or turn the reading direction: words of strangers are shown."""


class Junk(ValueError):
    """This is no JSON."""


def parsed(text: str) -> Any:
    """The value of a JSON text. Raises Junk, also for what is nested too deep or counts too high."""
    try:
        return json.loads(text, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError):
        raise Junk from None


def _finite(text: str) -> float:
    found = float(text)
    if not isfinite(found):
        raise ValueError(text)
    return found


def at(document: Any, *names: str | int) -> Any:
    """The value below these names and places; None where there is none."""
    for name in names:
        if isinstance(name, str) and isinstance(document, Mapping):
            document = document.get(name)
        elif isinstance(name, int) and isinstance(document, Sequence) and not isinstance(document, str):
            document = document[name] if -len(document) <= name < len(document) else None
        else:
            return None
    return document


def rows(document: Any, *names: str | int) -> list[Mapping[str, Any]]:
    """The objects of a list below these names."""
    found = at(document, *names)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def entries(document: Any, *names: str | int) -> list[tuple[str, Any]]:
    """The entries of an object below these names."""
    found = at(document, *names)
    return [(str(name), value) for name, value in found.items()] if isinstance(found, Mapping) else []


def whole(value: Any) -> int:
    """A count; 0 for what is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def text(value: Any) -> str:
    """A value in one cell: a dash for nothing, a list with commas, without what could harm a terminal."""
    if value is None or value == "":
        return "-"
    if isinstance(value, str):
        return safe(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(text(one) for one in value) or "-"
    if isinstance(value, float):
        return f"{value:.10g}"
    return safe(as_json(value, indent=None))


def safe(words: str) -> str:
    """Words of others with what could harm a terminal made visible as `?`."""
    return HARMFUL.sub("?", words)


def as_json(value: Any, indent: int | None = 2) -> str:
    """A value as JSON that does no harm when it is printed."""
    found = json.dumps(value, ensure_ascii=False, indent=indent)
    return HARMFUL.sub(lambda match: f"\\u{ord(match[0]):04x}", found)
