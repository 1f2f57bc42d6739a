"""Strategies that damage genuine bodies in ways a vendor's bug, or an attacker with the secret, could."""

import json
from typing import Any

from hypothesis import strategies as st

Path = tuple[str | int, ...]

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([10**30, -1, 0, 1e300, -0.5]),
    st.text(max_size=20),
    st.sampled_from(["", "\ud83d", "\udc00 alone", "é 🚨 \\/", "1" * 400, "NaN", "9" * 30, "\x00"]),
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, so_far: Path = ()) -> list[Path]:
    """The paths of all values within a JSON value, itself included."""
    found = [so_far]
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, below in inner:
        found += places(below, (*so_far, name))
    return found


def put(value: Any, path: Path, new: Any) -> Any:
    """A copy of the JSON value with `new` at the path."""
    if not path:
        return new
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = put(value[path[0]], path[1:], new)
    return copy


def cut(value: Any, path: Path) -> Any:
    """A copy of the JSON value without what lies at the path."""
    if len(path) == 1:
        copy: Any = dict(value) if isinstance(value, dict) else list(value)
        del copy[path[0]]
        return copy
    return put(value, path[:1], cut(value[path[0]], path[1:]))


@st.composite
def changed_json(draw: st.DrawFn, body: bytes) -> bytes:
    """The JSON body with one to three of its values replaced or removed."""
    value = json.loads(body)
    for _ in range(draw(st.integers(1, 3))):
        path: Path = draw(st.sampled_from(places(value)))
        value = cut(value, path) if path and not draw(st.integers(0, 1)) else put(value, path, draw(JSON))
    return json.dumps(value).encode("ascii")


def deep_json(levels: int = 100_000) -> bytes:
    """JSON nested far deeper than any parser's stack."""
    return b"[" * levels + b"]" * levels
