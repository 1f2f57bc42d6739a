"""A request to the operations API, read strictly: what is unknown, doubled or malformed is named, never guessed."""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib.domain.plan_document.faults import Fault, Place, mapping, under
from chalicelib.service.operate.refusals import Faulty, Outsized, Unguarded, Unreadable

MOST_BYTES = 64 * 1024
ETAG = re.compile(r'"(0|[1-9][0-9]{0,14})"')
WHOLE = re.compile(r"[0-9]{1,9}")
MOST_LISTED = 200
LISTED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request. `route` is the pattern that matched, `arguments` its parts; header names are lower case."""

    method: str
    route: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def parameters(self, *known: str) -> Mapping[str, str]:
        """The query's values by name. Raises Faulty for any other name, and for one given twice."""
        unknown = [name for name in self.query if name not in known]
        faults = [Fault(path=name[:64], message="is no parameter of this route") for name in unknown]
        doubled = [name for name in known if len(self.query.get(name, ())) > 1]
        faults += [Fault(path=name, message="is given twice") for name in doubled]
        if faults:
            raise Faulty(*faults)
        return {name: values[0] for name, values in self.query.items() if values}

    def document(self, *known: str, most: int = MOST_BYTES, nulls: bool = False) -> Place:
        """The JSON object of the body; its place collects faults (see `settled`). With `nulls` it may have null in it.

        Raises Faulty, Unreadable, Outsized.
        """
        if self.media_type() not in ("", "application/json"):
            raise Unreadable("the body must be application/json")
        found = _json(self.text(most))
        place = Place(value=found)
        if found is None:
            place.fault("must be a mapping, not nothing")
        place.entries(known)
        if not nulls:
            _refuse_nulls(place)
        settled(place)
        return place

    def text(self, most: int) -> str:
        """The body as text of at most `most` bytes. Raises Faulty, Outsized."""
        if len(self.body) > most:
            raise Outsized(f"the body has {len(self.body)} bytes; this operation reads {most}")
        try:
            return self.body.decode()
        except UnicodeDecodeError as odd:
            raise Faulty(Fault(path="", message=f"the body is not UTF-8 at byte {odd.start}")) from None

    @property
    def place(self) -> str:
        """The address without its query, as it was asked for."""
        parts = (
            self.arguments.get(part[1:-1], part) if part[:1] == "{" else part
            for part in self.route.split("/")
        )
        return "/".join(parts)

    def media_type(self) -> str:
        """The body's media type without its parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def meant_for(self) -> Collection[int]:
        """The versions of If-Match. Raises Unguarded without one, Faulty for what is no list of versions."""
        given = self.headers.get("if-match")
        if given is None:
            raise Unguarded(
                'say which version this change is meant for: If-Match: "n", from the ETag that you read'
            )
        found = [ETAG.fullmatch(part.strip()) for part in given.split(",")]
        if not all(found):
            raise Faulty(Fault(path="If-Match", message='must be versions in quotes, as in "7"'))
        return frozenset(int(match[1]) for match in found if match)


def settled(*places: Place) -> None:
    """Raises Faulty with every fault that was collected so far."""
    faults = [fault for place in places for fault in place.faults]
    if faults:
        raise Faulty(*faults)


def listing(parameters: Mapping[str, str]) -> tuple[int, str]:
    """The `limit` (1 to 200, 50 unless given) and the `cursor`. Raises Faulty."""
    limit = parameters.get("limit", str(LISTED))
    if not WHOLE.fullmatch(limit) or not 1 <= int(limit) <= MOST_LISTED:
        raise Faulty(Fault(path="limit", message=f"must be a whole number from 1 to {MOST_LISTED}"))
    return int(limit), parameters.get("cursor", "")


def instant(place: Place) -> datetime | None:
    """The time in a text with its offset; None, and a fault, for anything else."""
    try:
        found = datetime.fromisoformat(place.text(None, most=40))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        place.fault(
            "must be a time with its offset, such as 2026-11-21T20:15:00Z, or a whole number of minutes"
        )
        return None
    return found


def _json(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=mapping, parse_constant=_no_number)
    except RecursionError:
        raise Faulty(Fault(path="", message="the body is nested too deeply")) from None
    except ValueError as bad:
        raise Faulty(Fault(path="", message=f"the body is no JSON: {bad}"[:200])) from None


def _refuse_nulls(document: Place) -> None:
    """What is not meant is left out: null is none of the types that our documents have."""
    left = [("", document.value)] if document.value is not None else []
    while left:
        path, value = left.pop()
        if value is None:
            Place(value=value, path=path, faults=document.faults).fault("must not be null: leave it out")
        elif isinstance(value, dict):
            left += [(under(path, name), one) for name, one in value.items()]
        elif isinstance(value, list):
            left += [(f"{path}[{number}]", one) for number, one in enumerate(value)]


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An answer: JSON values, or a text with its own media type in the headers."""

    body: Any
    code: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    kept: Any = None
    """What is kept of the body for the same request again, where the body tells of a person."""


def tagged(version: int) -> Mapping[str, str]:
    """The version as an entity tag."""
    return {"ETag": f'"{version}"'}
