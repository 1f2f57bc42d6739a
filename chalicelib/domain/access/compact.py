"""A signed token in its compact form (RFC 7515 §3.1), taken apart strictly: nothing of it is believed yet."""

import json
import re
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from math import isfinite
from typing import Any

from chalicelib.domain.access.doubts import Disbelieved, Doubt

LONGEST = 8 * 1024
"""Characters; the gateway itself takes 10 KB of headers."""
LONGEST_KEY_ID = 256
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)
_WORDS = re.compile(r"[\x20-\x7e]+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compact:
    """A token's parts: the text itself, its algorithm and key id, and the claims that it makes."""

    text: str
    algorithm: str
    key: str
    claims: dict[str, Any]


def take_apart(text: str) -> Compact:
    """Read the header and the claims. Raises Disbelieved: TOO_LONG, MALFORMED.

    Refused as malformed: names given twice, numbers that are none, half a surrogate pair, no key id, and extensions
    that a reader would have to understand (`crit`, `b64`).
    """
    if len(text) > LONGEST:
        raise Disbelieved(Doubt.TOO_LONG)
    if not _COMPACT.fullmatch(text):
        raise Disbelieved(Doubt.MALFORMED)
    header, claims = (_object(part) for part in text.split(".")[:2])
    algorithm, key = header.get("alg"), header.get("kid", "")
    plain = isinstance(algorithm, str) and isinstance(key, str) and not {"crit", "b64"} & header.keys()
    if not plain or not _WORDS.fullmatch(str(algorithm)) or len(key) > LONGEST_KEY_ID:
        raise Disbelieved(Doubt.MALFORMED)
    return Compact(text=text, algorithm=str(algorithm), key=str(key), claims=claims)


def _object(part: str) -> dict[str, Any]:
    try:
        raw = urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode("utf-8")
        found = json.loads(
            raw, object_pairs_hook=_once, parse_constant=_no_number, parse_float=_finite, parse_int=_whole
        )
        json.dumps(found, ensure_ascii=False).encode("utf-8")  # half a surrogate pair may hide in an escape
    except (ValueError, RecursionError):
        raise Disbelieved(Doubt.MALFORMED) from None
    if not isinstance(found, dict):
        raise Disbelieved(Doubt.MALFORMED)
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is given twice")
    return found


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _finite(digits: str) -> float:
    found = float(digits)
    if not isfinite(found):
        raise ValueError("a number without bounds")
    return found


def _whole(digits: str) -> int:
    if len(digits) > 20:  # noqa: PLR2004 - no time and no count is longer
        raise ValueError("a number beyond all bounds")
    return int(digits)
