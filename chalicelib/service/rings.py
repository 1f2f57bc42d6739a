"""A message of the flips queue that rings for one thing by its name, and says more about it."""

import json
from collections.abc import Mapping
from typing import Any


def told_by(note: str, name: str) -> Mapping[str, Any] | None:
    """What a message says of the thing of this name; None for any other message."""
    try:
        found = json.loads(note)
    except ValueError:
        return None
    about = found.get(name) if isinstance(found, dict) else None
    return about if isinstance(about, dict) else None
