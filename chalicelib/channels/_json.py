"""Strict JSON in, compact JSON out, and getters that never raise: what every kind with JSON bodies shares."""

import json
from typing import Any

from chalicelib import strict_json
from chalicelib.channels import Malformed
from chalicelib.strict_json import at, clean, items, moment, number, table, text


def load(body: bytes | str) -> Any:
    """The JSON value in `body` (UTF-8). Malformed for anything else, NaN and too deep a nesting included."""
    try:
        return strict_json.load(body)
    except strict_json.NoJson as refused:
        raise Malformed(str(refused)) from None


def load_table(body: bytes | str) -> dict[str, Any]:
    """The JSON object in `body`; Malformed when it is anything else."""
    found = load(body)
    if not isinstance(found, dict):
        raise Malformed("the body is no JSON object")
    return found


def lenient(body: bytes | str) -> dict[str, Any]:
    """The JSON object in a provider's answer; an empty one for the usual error page in HTML. Never raises."""
    try:
        return load_table(body)
    except Malformed:
        return {}


def dump(value: Any) -> bytes:
    """Compact JSON in ASCII, everything else escaped: no text can break the encoding."""
    return json.dumps(value, separators=(",", ":")).encode("ascii")


__all__ = [
    "at",
    "clean",
    "dump",
    "items",
    "lenient",
    "load",
    "load_table",
    "moment",
    "number",
    "table",
    "text",
]
