"""As much of JSON Schema 2020-12 as docs/event.schema.json uses: what is wrong with a value, place by place."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SCHEMA = json.loads((Path(__file__).resolve().parents[2] / "docs" / "event.schema.json").read_text())
TYPES = {"string": str, "boolean": bool, "integer": int, "object": dict, "array": list}
KNOWN = {
    "$schema", "$defs", "$ref", "title", "description", "type", "required", "additionalProperties", "properties",
    "const", "enum", "pattern", "minimum", "items", "oneOf",
}  # fmt: skip


def faults(value: Any, schema: Any = SCHEMA, place: str = "event") -> list[str]:
    """Every fault; none for a value that fits."""
    return list(_faults(value, schema, place))


def _faults(value: Any, schema: Any, place: str) -> Iterator[str]:
    assert schema.keys() <= KNOWN, f"{place}: this checker does not know {schema.keys() - KNOWN}"
    if "$ref" in schema:
        yield from _faults(value, SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]], place)
    if "const" in schema and value != schema["const"]:
        yield f"{place} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{place} {value!r} is none of {schema['enum']}"
    if "type" in schema:
        yield from _typed(value, schema, place)
    elif "properties" in schema:
        yield from _members(value, schema, place)
    if "oneOf" in schema and sum(not faults(value, one, place) for one in schema["oneOf"]) != 1:
        yield from (fault for one in schema["oneOf"] for fault in faults(value, one, place))


def _typed(value: Any, schema: Any, place: str) -> Iterator[str]:
    kind = schema["type"]
    if not isinstance(value, TYPES[kind]) or (kind == "integer" and isinstance(value, bool)):
        yield f"{place} is no {kind}"
    elif kind == "object":
        yield from _members(value, schema, place)
    elif kind == "array":
        for number, item in enumerate(value):
            yield from _faults(item, schema["items"], f"{place}[{number}]")
    elif kind == "string" and not re.search(schema.get("pattern", ""), value):
        yield f"{place} {value!r} is not like {schema['pattern']}"
    elif kind == "integer" and value < schema.get("minimum", value):
        yield f"{place} is too small"


def _members(value: dict[str, Any], schema: Any, place: str) -> Iterator[str]:
    known = schema.get("properties", {})
    yield from (f"{place}.{name} is missing" for name in schema.get("required", ()) if name not in value)
    if schema.get("additionalProperties") is False:
        yield from (f"{place}.{name} is unknown" for name in value if name not in known)
    for name in value.keys() & known.keys():
        yield from _faults(value[name], known[name], f"{place}.{name}")
