"""The schema of everything that we leave for ourselves: what this release writes, and what it can read.

Two releases work side by side during an upgrade, and the older one goes on after a way back. So a change takes two
releases: the first reads the new form and still writes the old one (READS is WRITES + 1), the second writes it.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

WRITES: Final = 1
READS: Final = 1
NAME: Final = "schema"
"""Where the number stands, in documents as in the attributes of a queue's message; where it lacks, it was 0."""


Recalled = TypeVar("Recalled")


class Newer(ValueError):
    """Written in a form that only a later release reads: leave it as it is."""


def stamped(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with the schema that this release writes."""
    return {**document, NAME: WRITES}


def understood(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The document itself. Raises Newer."""
    if not readable(document.get(NAME, 0)):
        raise Newer(f"schema {document[NAME]!r} is newer than {READS}, which this release reads")
    return document


def readable(schema: object) -> bool:
    """True for a schema that this release reads; what is no number is no schema of ours."""
    try:
        return int(str(schema)) <= READS
    except ValueError:
        return False


def recalled(text: str, read: Callable[[Mapping[str, Any]], Recalled], unless: str) -> Recalled:
    """What `read` makes of a stored JSON object. Raises ValueError, which begins with `unless`, and Newer."""
    try:
        return read(understood(json.loads(text)))
    except (KeyError, TypeError, AttributeError) as unreadable:
        raise ValueError(f"{unless}: {unreadable}") from unreadable
