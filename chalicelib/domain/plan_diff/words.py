"""Changes of a plan as lines for people."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from chalicelib.domain.plan_diff.changes import Change, ChangeKind

LONGEST = 400
"""Characters of a value that a line shows."""


def lines(changes: Sequence[Change]) -> str:
    """One line for each change, and a count of them first: `+` added, `-` removed, `~` changed, `>` moved."""
    return "\n".join((counted(changes), *map(_line, changes))) + "\n"


def counted(changes: Sequence[Change]) -> str:
    """How many of each kind: `1 added, 2 moved`, or that nothing changes."""
    kinds = Counter(change.kind for change in changes)
    told = [f"{kinds[kind]} {kind.value}" for kind in ChangeKind if kinds[kind]]
    return ", ".join(told) or "both mean the same"


def _line(change: Change) -> str:
    if change.kind is ChangeKind.ADDED:
        place = "" if change.place is None else f" (place {change.place + 1})"
        return f"+ {change.path}: {_value(change.after)}{place}"
    if change.kind is ChangeKind.REMOVED:
        return f"- {change.path}: {_value(change.before)}"
    if change.kind is ChangeKind.MOVED:
        return f"> {change.path}: {_value(change.item)} from place {change.before + 1} to place {change.after + 1}"
    return f"~ {change.path}: {_value(change.before)} -> {_value(change.after)}"


def _value(value: Any) -> str:
    text = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
